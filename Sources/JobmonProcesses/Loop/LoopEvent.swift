package import JobmonCore

/// A command that was started.
package struct StartedCommand: Sendable, Equatable {
    package var id: CommandID
    package var process: ProcessIdentity
}

/// What a turn of a `ProcessLoop` found.
package enum LoopEvent: Sendable, Equatable {
    /// A command is over. No further events of it follow.
    case ended(CommandID, CommandEnd)
    /// A signal stopped a command (only with `reportsStops`).
    case stopped(CommandID, signal: Int32)
    /// A signal selected by `catchSignals` arrived.
    case signal(ReceivedSignal)
    /// A watched descriptor is ready; `revents` as from poll.
    case ready(token: Int, revents: Int16)
    /// A timer expired. It is not set any more.
    case timer(token: Int)
}
