package import JobmonCore

/// The exit codes of all commands but `exec`, which returns its command's exit code. This is the only list; the help
/// text and docs/operations.md contain the same.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    /// Success.
    case done = 0
    /// Jobs failed (`run`), or the request failed for a job: it does not exist, or the ledger refused.
    case failed = 1
    /// The command line or a file that it names is invalid. Nothing was done.
    case usage = 2
    /// The command needs a monitor, and none answers.
    case noMonitor = 3
    /// The directory or its ledger cannot be used.
    case ledger = 4
    /// Ended by Ctrl-C, TERM or HUP.
    case interrupted = 130
}

/// An error that ends a command: the message for stderr, and the exit code.
package struct CommandFailure: Error, Sendable, Equatable {
    package var status: ExitStatus
    package var problem: Problem

    package init(_ status: ExitStatus, _ problem: Problem) {
        self.status = status
        self.problem = problem
    }

    package init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
        self.init(status, Problem(.invalid, message, hint: hint))
    }

    /// What is said of an option's value that is no duration.
    static func invalidDuration(_ text: String, for option: String) -> CommandFailure {
        CommandFailure(.usage, "invalid duration \"\(text)\" for \(option)", hint: "use 90, 10m, 2h or 1d")
    }

    /// The text for stderr: `jobmon: ` and the message, then the hint on its own line.
    package var text: String {
        let sentence = "jobmon: \(Printable.line(problem.message))\n"
        guard let hint = problem.hint else { return sentence }
        return sentence + "        \(Printable.line(hint))\n"
    }
}

extension ExitStatus {
    /// The exit code for a problem from the ledger or the monitor, unless the command has a better one: `failed` if
    /// something does not exist or was refused, else `ledger`.
    package init(_ code: Problem.Code) {
        switch code {
        case .notFound, .contradiction: self = .failed
        default: self = .ledger
        }
    }
}
