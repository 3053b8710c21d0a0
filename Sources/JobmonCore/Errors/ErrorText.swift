/// The words for what went wrong: what stands in `error.description`, and the one line that lists show.
package enum ErrorText {
    /// The text of an instance's row in `error`: what whoever knows better said, else the end of stderr, else a
    /// sentence that says that there was none.
    /// - Parameter reported: what the job said itself while it ran, oldest first.
    package static func describe(_ outcome: Outcome, cause: Cause?, reported: [String] = []) -> String {
        if let description = outcome.description, !description.isEmpty {
            return joined(reported: reported, to: description)
        }
        if let failure = outcome.evidence.notStarted { return sentence(failure) }
        let end = ending(cause: cause, exitCode: outcome.evidence.exitCode, signal: outcome.evidence.signal)
        let stderr = outcome.stderr.map { $0.allSatisfy(\.isWhitespace) ? "" : $0 }
        guard let stderr, !stderr.isEmpty else {
            return reported.isEmpty
                ? stderr == nil ? end : "\(end)\(silence)" : reported.joined(separator: "\n")
        }
        return joined(reported: reported, to: stderr)
    }

    /// What is said of an ending where nothing was written to stderr.
    private static let silence = ", nothing on stderr"

    /// What a job said itself, before the end of its stderr, which knows the last word. What the job wrote there too is
    /// not said twice, and that there was nothing is no news any more.
    package static func joined(reported: [String], to described: String) -> String {
        let news = reported.filter { !described.contains($0) }
        guard !news.isEmpty else { return described }
        let text = news.joined(separator: "\n")
        return described.hasSuffix(silence) && !described.contains("\n") ? text : "\(text)\n\(described)"
    }

    /// How it ended, in a few words: `exit code 1`, `signal 9 (SIGKILL)`, `time limit passed`.
    package static func ending(cause: Cause?, exitCode: Int?, signal: Int?) -> String {
        let how = signal.map { "signal \($0) (\(SignalName.name($0)))" } ?? exitCode.map { "exit code \($0)" }
        switch cause {
        // A piece of a program that failed has no exit code.
        case .exit: return how ?? "failed"
        case .signal: return how ?? "ended by a signal"
        case nil: return how ?? "ended in an unknown way"
        case .timeout: return "time limit passed"
        case .timeLimit: return "the scheduler's time limit passed"
        case .outOfMemory: return "killed for its memory"
        case .nodeFailure: return "its node failed"
        case .preempted: return "preempted by the scheduler"
        case .requeued: return "requeued by the scheduler"
        case .cancelled: return "cancelled"
        case .submitFailed: return "the executor did not take it"
        case .notStarted: return "not started"
        case .lost: return "lost: nobody saw its end"
        }
    }

    /// What hindered the start: `command not found: modle.py`.
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

    /// The line of a description that says most, whatever language wrote it: at most 500 characters.
    package static func headline(_ description: String) -> String { ErrorHeadline(description).text }
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
