package import JobmonCore

/// A command that executes.
package struct StartedCommand: Sendable, Equatable {
    package var id: CommandID
    package var process: ProcessIdentity
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
