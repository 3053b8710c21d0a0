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
    /// Where the output began in the regular file that stderr is; nil: it is none.
    private let fileStart: Int?

    init(stderrIsClosed: Bool) {
        guard !stderrIsClosed else {
            self.init(relay: nil, relaysStdout: false, fileStart: nil)
            return
        }
        if jobmon_kind(STDERR_FILENO) == JOBMON_KIND_FILE {
            self.init(relay: nil, relaysStdout: false, fileStart: Int(jobmon_output_position(STDERR_FILENO)))
            return
        }
        let relay = Relay(to: STDERR_FILENO)
        self.init(relay: relay, relaysStdout: jobmon_same(STDOUT_FILENO, STDERR_FILENO) != 0, fileStart: nil)
    }

    private init(relay: Relay?, relaysStdout: Bool, fileStart: Int?) {
        self.relay = relay
        self.relaysStdout = relaysStdout
        self.fileStart = fileStart
    }

    func give(to command: inout Command) {
        command.stdin = .inherited
        guard let relay else { return }
        command.stderr = .descriptor(relay.commandsEnd)
        if relaysStdout { command.stdout = .descriptor(relay.commandsEnd) }
    }

    /// The end of stderr; nil when nobody could look.
    var tail: String? {
        if let fileStart { return OutputTail.behind(STDERR_FILENO, from: fileStart) }
        return relay?.tail.text
    }
}
