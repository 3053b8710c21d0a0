import CJobmonPOSIX
import Glibc
import JobmonProcesses

/// What a wrapped command's stdout and stderr are, so that its bytes come out as they would without us and the end of
/// stderr is known.
struct ExecStreams {
    /// Nil: stderr is the caller's own, or closed.
    private(set) var relay: Relay?
    /// stdout goes through the relay too: it is the same pipe or terminal, and the order of the two must stay.
    private let relaysStdout: Bool
    /// Where the output begins in the regular file that stderr is; nil: it is none.
    private let errStart: Int?
    /// The same of stdout, if that is another file.
    private let outStart: Int?

    init(stderrIsClosed: Bool) {
        let isShared = !stderrIsClosed && jobmon_same(STDOUT_FILENO, STDERR_FILENO) != 0
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

    /// The end of stderr; nil when nobody could look.
    var endOfStderr: String? {
        if let errStart { return OutputTail.behind(STDERR_FILENO, from: errStart) }
        return relay?.tail.text
    }

    /// The end of stdout, where it is a regular file; else nobody could look without changing what the command sees.
    var endOfStdout: String? { outStart.flatMap { OutputTail.behind(STDOUT_FILENO, from: $0) } }
}
