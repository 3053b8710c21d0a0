package import JobmonCore

/// Records the queue's own facts: at the monitor, or in the spool if there is none.
package struct FactSink: Sendable {
    /// Records events, in order, with an answer for each. The events have no identity yet: the sink gives them one, and
    /// keeps it when it tries again itself.
    package var record: @Sendable ([Event]) async -> [SinkAnswer]

    package init(record: @escaping @Sendable ([Event]) async -> [SinkAnswer]) { self.record = record }
}

/// The result of recording a fact of the queue.
package enum SinkAnswer: Sendable, Equatable {
    /// The ledger has it, or refused it.
    case acknowledged(EventResult)
    /// It is in the spool.
    case spooled
    /// It is recorded nowhere: the queue must not act on it.
    case failed(Problem)
}

extension Problem.Code {
    /// Whether trying again may help: no answer, or no room. Any other code is a refusal.
    var passes: Bool { self == .unavailable || self == .internalError || self == .requestTimeout }
}
