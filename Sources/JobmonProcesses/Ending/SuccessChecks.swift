import Glibc
package import JobmonCore

/// What a command wrote, and where it can be read after its end.
package struct WrittenStreams: Sendable {
    package var stderr: WrittenOutput
    package var stdout: WrittenOutput
    /// The program and its arguments.
    package var words: [String]
    /// Its working directory; nil: ours.
    package var directory: String?

    package init(stderr: WrittenOutput, stdout: WrittenOutput, words: [String], directory: String?) {
        self.stderr = stderr
        self.stdout = stdout
        self.words = words
        self.directory = directory
    }

    /// The streams of a job's command.
    package init(stderr: WrittenOutput, stdout: WrittenOutput, of job: JobDescription) {
        self.init(
            stderr: stderr, stdout: stdout, words: [job.runfile] + (job.shell ? [] : job.args), directory: job.cwd)
    }

    /// The end of the log that the command is known to write; nil: it is not known to write one, or did not write it.
    /// - Parameter seconds: how long ago it started; nil: it did not.
    func log(started seconds: Double?) -> KnownLog? {
        KnownLog.path(of: words).flatMap { OutputTail.ofLog($0, in: directory, started: seconds) }
    }

    /// The same, or else the end of a log that its stderr names and that gives a reason.
    func log(started seconds: Double?, namedIn stderr: String?) -> KnownLog? {
        if let log = log(started: seconds) { return log }
        for path in stderr.map({ KnownLog.paths(namedIn: $0) }) ?? [] {
            if let log = OutputTail.ofLog(path, in: directory, started: seconds),
                ErrorReading(log.text).weight == .reason
            {
                return log
            }
        }
        return nil
    }
}

/// What decides whether a command that ended with exit code 0 has succeeded. Made before its start, since the expected
/// outputs are compared with what they were then.
package struct SuccessChecks: Sendable {
    private let outputs: ExpectedOutputs?
    private let search: FailureSearch?

    /// - Parameters:
    ///   - directory: the command's directory; nil: ours.
    ///   - search: nil if no line of output means failure.
    package init(_ criteria: SuccessCriteria, in directory: String?, search: FailureSearch?) {
        self.init(ExpectedOutputs(criteria.expected, in: directory), search)
    }

    init(_ outputs: ExpectedOutputs?, _ search: FailureSearch?) {
        self.outputs = outputs
        self.search = search
    }

    /// The same with a search of its own.
    package init(_ criteria: SuccessCriteria, in directory: String?) {
        self.init(criteria, in: directory, search: FailureSearch(criteria.failurePatterns))
    }

    /// Whether lines of output are looked for.
    package var isSearching: Bool { search != nil }

    /// Whether a missing output may still appear, since other hosts write to its file system too: look again until
    /// `ExpectedOutputs.patience` is over.
    package func isWaiting(_ evidence: Evidence) -> Bool {
        guard Cause.decide(evidence).status == .complete, let found = outputs?.look() else { return false }
        return found.missing != nil && found.mayAppear
    }

    /// Adds to the evidence of an end what the checks find.
    /// - Returns: why the command may not have done its work, although they found nothing.
    package func add(to evidence: inout Evidence, _ written: WrittenStreams, started seconds: Double?) -> String? {
        guard Cause.decide(evidence).status == .complete else { return nil }
        var doubt: String?
        switch search?.look(in: streams(written, started: seconds)) {
        case .found(let line): evidence.reportedError = line
        case .unfinished(let why): doubt = "--fail-on found nothing, but \(why)"
        case .absent, nil: break
        }
        if evidence.reportedError == nil { evidence.reportedError = Self.told(by: written, started: seconds) }
        if let found = outputs?.look() {
            evidence.missingOutput = found.missing
            if let path = found.untouched {
                doubt = doubt ?? "the expected output \(path) is as it was before the start"
            }
        }
        return doubt
    }

    private func streams(
        _ written: WrittenStreams, started seconds: Double?
    ) -> [(name: String, output: WrittenOutput)] {
        var streams: [(name: String, output: WrittenOutput)] = [
            ("stderr", written.stderr), ("stdout", written.stdout),
        ]
        if let log = written.log(started: seconds) {
            streams.append((log.path, .file(log.place(in: written.directory))))
        }
        return streams
    }

    /// The error of a program that is known to end with exit code 0 after one.
    private static func told(by written: WrittenStreams, started seconds: Double?) -> String? {
        guard KnownLog.endsWithZeroAlways(written.words) else { return nil }
        let texts = [written.log(started: seconds)?.text, written.stdout.text]
        for case let text? in texts {
            let reading = ErrorReading(text)
            if reading.reader == "stata", reading.weight == .reason { return reading.headline }
        }
        return nil
    }
}
