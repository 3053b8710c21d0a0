package import JobmonCore

/// Where the queue's own facts go: to the monitor, or into the spool when it is away.
package struct FactSink: Sendable {
    /// Records events, in order, an answer for each. The events come without an identity: the sink gives them one, and
    /// the same one when it tries again itself.
    package var record: @Sendable ([Event]) async -> [SinkAnswer]

    package init(record: @escaping @Sendable ([Event]) async -> [SinkAnswer]) { self.record = record }
}

/// What became of a fact that the queue recorded.
package enum SinkAnswer: Sendable, Equatable {
    /// The ledger has it, or refused it.
    case acknowledged(EventResult)
    /// It lies in the spool.
    case spooled
    /// Neither: nothing may follow from it.
    case failed(Problem)
}

extension Problem.Code {
    /// Trying again may help: nobody answered, or there was no room. Everything else is a no.
    var passes: Bool { self == .unavailable || self == .internalError || self == .requestTimeout }
}
