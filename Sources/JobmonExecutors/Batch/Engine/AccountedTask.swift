import JobmonCore

/// Whose accounts are wanted.
struct AccountedBatch: Sendable, Equatable {
    var job: String?
    var name: String
    var intended: Timestamp
    /// Tasks; empty: all.
    var numbers: [Int]
}

/// A record of the accounting.
struct AccountedTask: Sendable, Equatable {
    var job: String
    /// Tasks of one record: those that never started share one.
    var numbers: [ClosedRange<Int>]
    var name: String
    /// It is final: the job is over.
    var isFinal: Bool
    var outcome: Outcome
    /// That it is over is only what the scheduler thinks: its node does not answer.
    var isPresumed = false
    /// The number that the scheduler writes into logs, if it differs from task to task.
    var ownNumber: String?
}
