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

    /// Reads as much as is needed. stdout and the log only of a command that ended by itself: of others it is known why.
    /// - Parameters:
    ///   - isOpen: whether it succeeded is not known yet.
    ///   - seconds: how long ago it started; nil: it did not.
    package init(
        of evidence: Evidence, isOpen: Bool = false, _ written: WrittenStreams, started seconds: Double?
    ) {
        let decided = Cause.decide(evidence)
        guard isOpen || decided.status != .complete else {
            doubt = Doubt.of(evidence) ?? written.stderr.text.flatMap { Doubt.of(stderr: $0) }
            return
        }
        stderr = written.stderr.text
        // Of a reported error the line is known.
        guard decided.cause?.isToldByCommand ?? false, decided.cause != .reportedError else { return }
        (stdout, log) = StreamReading.beside(
            stderr, stdout: { written.stdout.text }, log: { written.log(started: seconds, namedIn: stderr) })
    }
}

extension Outcome {
    /// Adds what the command wrote.
    /// - Parameter doubt: why it may not have done its work, by checks of its success.
    package mutating func add(_ written: WrittenEnds, doubt: String? = nil) {
        stderr = written.stderr
        stdout = written.stdout
        log = written.log
        self.doubt = status == .complete ? doubt ?? written.doubt : nil
    }
}
