package import JobmonCore

/// A command within a `ProcessLoop`: rising, never used again.
package typealias CommandID = Int

/// A command that executes.
package struct StartedCommand: Sendable, Equatable {
    package var id: CommandID
    package var process: ProcessIdentity
}

/// How a command ended.
package struct CommandEnd: Sendable, Equatable {
    /// Exit code or signal, whether we ended it, and the kills for memory that were seen; or why it never executed.
    package var evidence: Evidence
    package var usage: Usage
    /// The end of what it wrote, for `Output.tail`, unless it ended with 0.
    package var stderr: String?

    package init(evidence: Evidence, usage: Usage = Usage(), stderr: String? = nil) {
        self.evidence = evidence
        self.usage = usage
        self.stderr = stderr
    }
}

/// A signal that was sent to this process.
package struct ReceivedSignal: Sendable, Equatable {
    package var number: Int32
    /// The kernel sent it: the terminal did, to the whole group, or it is about us.
    package var isFromKernel: Bool
    /// Who sent it; 0: unknown.
    package var sender: Int32
    /// It was queued with this value (sigqueue).
    package var queuedValue: Int32?
    /// When it came, in nanoseconds of the monotonic clock.
    package var at: Int64 = 0

    package init(number: Int32, isFromKernel: Bool, sender: Int32, queuedValue: Int32? = nil, at: Int64 = 0) {
        self.number = number
        self.isFromKernel = isFromKernel
        self.sender = sender
        self.queuedValue = queuedValue
        self.at = at
    }
}

/// What a turn of a `ProcessLoop` found.
package enum LoopEvent: Sendable, Equatable {
    /// A command is over. Nothing more comes of it.
    case ended(CommandID, CommandEnd)
    /// A signal stopped a command (only with `reportsStops`).
    case stopped(CommandID, signal: Int32)
    /// One of the signals of `catchSignals` came.
    case signal(ReceivedSignal)
    /// A watched descriptor is ready: `revents` of poll.
    case ready(token: Int, revents: Int16)
    /// A timer's time has come; it is set no more.
    case timer(token: Int)
}

/// Why we end a command.
package enum EndReason: Sendable {
    /// Its time limit passed.
    case timeLimit
    /// Somebody wants it over.
    case cancelled
}
