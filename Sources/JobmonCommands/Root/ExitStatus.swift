package import JobmonCore

/// The exit codes of every command but `exec`, which answers with its command's. The only list of them; the help text
/// and docs/operations.md say the same.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    /// What was asked for is done.
    case done = 0
    /// Jobs failed (`run`), or a job could not be treated as asked: it is not there, or the ledger refused.
    case failed = 1
    /// The command line, or a file that it names, is wrong. Nothing was done.
    case usage = 2
    /// No monitor answers, and this command needs one.
    case noMonitor = 3
    /// The directory or its ledger can't be used.
    case ledger = 4
    /// Ended by Ctrl-C, TERM or HUP.
    case interrupted = 130
}

/// Why a command ends early: what is said on stderr, and the exit code.
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

    /// What stands on stderr: `jobmon: ` and the sentence, then what to do in a line of its own.
    package var text: String {
        let sentence = "jobmon: \(Printable.line(problem.message))\n"
        guard let hint = problem.hint else { return sentence }
        return sentence + "        \(Printable.line(hint))\n"
    }
}

extension ExitStatus {
    /// The exit code of a problem that comes from the ledger or the monitor, where the command itself knows none
    /// better: what was asked for is not there or is refused, else the ledger can't be used.
    package init(_ code: Problem.Code) {
        switch code {
        case .notFound, .contradiction: self = .failed
        default: self = .ledger
        }
    }
}
