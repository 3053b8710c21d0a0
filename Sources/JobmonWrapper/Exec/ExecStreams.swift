import CJobmonPOSIX
import Glibc
import JobmonProcesses

/// What a wrapped command's stdout and stderr are, so that its bytes come out as they would without us and the end of
/// stderr is known.
struct ExecStreams {
    /// Nil: stderr is the caller's own, or closed.
    private(set) var relay: Relay?
    /// stdout and stderr are the same.
    private let isShared: Bool
    /// stdout goes through the relay too: it is the same pipe or terminal, and the order of the two must stay.
    private let relaysStdout: Bool
    /// Where the output begins in the regular file that stderr is; nil: it is none.
    private let errStart: Int?
    /// The same of stdout, if that is another file.
    private let outStart: Int?

    init(stderrIsClosed: Bool) {
        let isShared = !stderrIsClosed && jobmon_same(STDOUT_FILENO, STDERR_FILENO) != 0
        self.isShared = isShared
        outStart = isShared ? nil : OutputTail.position(of: STDOUT_FILENO)
        errStart = stderrIsClosed ? nil : OutputTail.position(of: STDERR_FILENO)
        relay = stderrIsClosed || errStart != nil ? nil : Relay(to: STDERR_FILENO)
        relaysStdout = relay != nil && isShared
    }

    func give(to command: inout Command) {
        command.stdin = .inherited
        guard let relay else { return }
        command.stderr = .descriptor(relay.commandsEnd)
        if relaysStdout { command.stdout = .descriptor(relay.commandsEnd) }
    }

    /// What was written to stderr.
    var stderr: WrittenOutput {
        errStart.map { .behind(STDERR_FILENO, from: $0) } ?? .kept(relay?.tail.text)
    }

    /// What was written to stdout, where it is a regular file; else nobody could look without changing what the command
    /// sees.
    var stdout: WrittenOutput { outStart.map { .behind(STDOUT_FILENO, from: $0) } ?? .unseen }

    /// The streams whose lines cannot be looked at, in words; nil: all can.
    var unseen: String? {
        // Of both in one, stderr is seen.
        if errStart != nil || relay != nil { return outStart != nil || isShared ? nil : "stdout" }
        return outStart == nil ? "stdout and stderr" : "stderr"
    }
}
