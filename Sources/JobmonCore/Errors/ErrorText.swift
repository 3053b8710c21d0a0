/// Texts that describe an error: the text stored in `error.description`, and the one line that lists show.
package enum ErrorText {
    /// What an instance's row in `error` says: a description from the sender if there is one, else the end of stderr,
    /// else a sentence on how it ended; with the end of stdout, or of a log, if that was sent because stderr gives no reason.
    /// - Parameter reported: the errors that the job reported itself while it ran, oldest first.
    package static func describe(_ outcome: Outcome, cause: Cause?, reported: [String] = []) -> DescribedError {
        if let description = outcome.description, !description.isEmpty {
            return DescribedError(joined(reported: reported, to: description))
        }
        if let failure = outcome.evidence.notStarted { return DescribedError(sentence(failure)) }
        if let sentence = memoryTaken(outcome.evidence) {
            let stderr = outcome.stderr.flatMap { $0.isBlank ? nil : "\n\($0)" } ?? ""
            return DescribedError(
                text: joined(reported: reported, to: sentence + stderr), headline: sentence,
                reading: ErrorReading(sentence))
        }
        var end = ending(cause: cause, exitCode: outcome.evidence.exitCode, signal: outcome.evidence.signal)
        if cause?.isToldByCommand ?? false, let kills = memoryKills(outcome.evidence) { end += ", and \(kills)" }
        let stderr = outcome.stderr.map { $0.isBlank ? "" : $0 }
        if cause == .reportedError, let line = outcome.evidence.reportedError {
            return DescribedError(
                text: joined(reported: reported + [line], to: stderr ?? ""), headline: line, reading: ErrorReading(line)
            )
        }
        if cause == .missingOutput, let output = outcome.evidence.missingOutput {
            return describe(output, reported: reported, stderr: stderr ?? "", outcome)
        }
        guard reported.isEmpty else {
            let own = stderr ?? ""
            return DescribedError(
                own.isEmpty ? reported.joined(separator: "\n") : joined(reported: reported, to: own))
        }
        let said = stderr.map { $0.isEmpty ? "\(end)\(silence)" : $0 } ?? end
        let found = StreamReading(stderr: stderr ?? "", stdout: outcome.stdout, log: outcome.log?.text)
        let headline = found.reading.headline.isEmpty ? said : found.reading.headline
        switch (found.stream, outcome.stdout, outcome.log) {
        case (.stdout, let stdout?, _):
            return DescribedError(
                text: said.followed(by: stdout, of: "stdout"), headline: headline, reading: found.reading)
        case (.log, _, let log?):
            return DescribedError(
                text: said.followed(by: log.text, of: log.path), headline: headline, reading: found.reading)
        case (_, let stdout?, _):
            guard let last = found.lastOfStdout else {
                return DescribedError(text: said, headline: headline, reading: found.reading)
            }
            return DescribedError(
                text: said.followed(by: stdout, of: "stdout"),
                headline: ErrorReading.shortened("\(headline); stdout ends with: \(last)"), reading: found.grouped)
        default: return DescribedError(text: said, headline: headline, reading: found.reading)
        }
    }

    /// Which output is missing, with the reason if the command wrote one.
    private static func describe(
        _ output: MissingOutput, reported: [String], stderr: String, _ outcome: Outcome
    ) -> DescribedError {
        let sentence = output.sentence
        let stderr = reported.isEmpty ? stderr : joined(reported: reported, to: stderr)
        let found = StreamReading(stderr: stderr, stdout: outcome.stdout, log: outcome.log?.text)
        let headline =
            found.reading.weight == .reason
            ? ErrorReading.shortened("\(sentence): \(found.reading.headline)") : sentence
        let text = stderr.isEmpty ? sentence : "\(sentence)\n\(stderr)"
        let whole =
            switch (outcome.stdout, outcome.log) {
            case (let stdout?, _): text.followed(by: stdout, of: "stdout")
            case (_, let log?): text.followed(by: log.text, of: log.path)
            default: text
            }
        return DescribedError(text: whole, headline: headline, reading: found.reading)
    }

    /// A text without the end of stdout that was appended to it.
    package static func withoutStdout(_ text: String) -> String {
        text.firstRange(of: String.heading(of: "stdout")).map { String(text[..<$0.lowerBound]) } ?? text
    }

    /// Appended to the ending if nothing was written to stderr.
    private static let silence = ", nothing on stderr"

    /// The errors that the job reported itself, followed by the end of its stderr, which comes last. A reported error
    /// that stderr contains too is not repeated. A remark that stderr was empty is left out.
    package static func joined(reported: [String], to described: String) -> String {
        let news = reported.filter { !described.contains($0) }
        guard !news.isEmpty else { return described }
        let text = news.joined(separator: "\n")
        if described.isEmpty { return text }
        return described.hasSuffix(silence) && !described.contains("\n") ? text : "\(text)\n\(described)"
    }

    /// How the instance ended, in a few words: `exit code 1`, `signal 9 (SIGKILL)`, `time limit passed`.
    package static func ending(cause: Cause?, exitCode: Int?, signal: Int?) -> String {
        let how = signal.map { "signal \($0) (\(SignalName.name($0)))" } ?? exitCode.map { "exit code \($0)" }
        guard let cause else { return how ?? "ended in an unknown way" }
        // If a part of a program failed (not a process), there is no exit code.
        if let how, cause == .exit || cause == .signal { return how }
        return cause.words
    }

    /// That the kernel killed processes for memory; nil: it did not, or nobody looked.
    package static func memoryKills(_ evidence: Evidence) -> String? {
        guard let count = evidence.oomKills, count > 0 else { return nil }
        let processes = count == 1 ? "a process" : "\(count) processes"
        return evidence.oomShared
            ? "the kernel killed \(processes) for memory in its cgroup, in which other work ran too"
            : "the kernel killed \(processes) of it for memory"
    }

    /// That jobmon ended it for its memory; nil: it did not.
    package static func memoryTaken(_ evidence: Evidence) -> String? {
        guard let taken = evidence.memoryTaken else { return nil }
        let asked = evidence.memoryLimit.map { ", and had asked for \(Units.bytes($0))" } ?? ""
        return "ended by jobmon for its memory: it had \(Units.bytes(taken))\(asked)"
    }

    /// What prevented the start: `command not found: modle.py`.
    package static func sentence(_ failure: StartFailure) -> String {
        switch failure.step {
        case .directory: "working directory \(failure.path): \(failure.reason)"
        case .output: "output file \(failure.path): \(failure.reason)"
        case .command:
            switch failure.errno {
            case 2: "command not found: \(failure.path)"
            // E2BIG
            case 7:
                "command \(failure.path): \(failure.reason): the limit is 128 KiB for one argument or variable, and a "
                    + "quarter of the stack limit (ulimit -s) for all together; pass data in a file"
            default: "command \(failure.path): \(failure.reason)"
            }
        case .process: "no process could be created for \(failure.path): \(failure.reason)"
        }
    }

    /// The most informative line of a description, in any language: at most 500 characters.
    package static func headline(_ description: String) -> String { ErrorReading(description).headline }
}

/// The names of signals on Linux.
package enum SignalName {
    private static let names = [
        "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
        "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
        "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR",
        "SIGSYS",
    ]

    /// The name of a signal, such as `SIGKILL`; `SIGRTMIN+n` for the real-time ones.
    package static func name(_ number: Int) -> String {
        if (1...names.count).contains(number) { return names[number - 1] }
        return (34...64).contains(number) ? "SIGRTMIN+\(number - 34)" : "signal \(number)"
    }
}

extension String {
    /// The text with the end of another one behind it.
    fileprivate func followed(by text: String, of name: String) -> String {
        (hasSuffix("\n") ? String(dropLast()) : self) + String.heading(of: name) + text.lastBytes(String.kept)
    }

    /// What stands between the two.
    fileprivate static func heading(of name: String) -> String { "\nthe end of \(name):\n" }

    /// Bytes of another text that are kept.
    private static let kept = 16 << 10
}
