package import JobmonCore

/// What a command wrote in the end, as far as it says how that came.
package struct WrittenEnds: Sendable, Equatable {
    /// The end of stderr of one that did not succeed, at most 64 KiB; nil: it was not captured.
    package private(set) var stderr: String?
    /// The end of its stdout; nil: stderr gives the reason, or stdout gives none, or was not captured.
    package private(set) var stdout: String?
    /// The end of its log; nil: a stream gives the reason, or there is no log that gives one.
    package private(set) var log: KnownLog?
    /// Why one that succeeded may not have done its work.
    package private(set) var doubt: String?

    /// - Parameters:
    ///   - isOpen: whether it succeeded is not known yet.
    ///   - stderr: reads the end of stderr.
    ///   - stdout, log: read the end of stdout and of the log. Only asked of a command that ended by itself: of others it
    ///     is known why.
    package init(
        of evidence: Evidence, isOpen: Bool = false, stderr: @autoclosure () -> String?,
        stdout: @autoclosure () -> String?, log: @autoclosure () -> KnownLog?
    ) {
        let decided = Cause.decide(evidence)
        guard isOpen || decided.status != .complete else {
            doubt = stderr().flatMap { Doubt.of(stderr: $0) }
            return
        }
        self.stderr = stderr()
        guard decided.cause == .exit || decided.cause == .signal else { return }
        (self.stdout, self.log) = StreamReading.beside(self.stderr, stdout: stdout, log: log)
    }
}

extension Outcome {
    /// Adds what the command wrote.
    package mutating func add(_ written: WrittenEnds) {
        stderr = written.stderr
        stdout = written.stdout
        log = written.log
        doubt = written.doubt
    }
}
