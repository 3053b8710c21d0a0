import JobmonCore

/// An instance that is not known to be over.
struct LiveInstance: Sendable {
    let key: String
    let retryNumber: Int
    var stdoutPath: String?
    var stderrPath: String?
    /// Its creation is in the ledger or in the spool.
    var recorded: Bool
    /// The executor was asked to end it.
    var cancelSent = false
    /// It is recorded as UNKNOWN.
    var saidUnknown = false
    /// This queue's executor can be asked about it.
    var askable = true
    /// It failed, and the ledger decides what follows.
    var isDecidedByLedger = false
    /// The host on which it runs, as far as the ledger knows.
    var host: String?
}

/// A job and the time at which it is due.
struct DueJob: Sendable, Comparable {
    var time: Double
    var index: Int

    static func < (one: DueJob, other: DueJob) -> Bool {
        one.time != other.time ? one.time < other.time : one.index < other.index
    }
}

/// A job that is ready to start.
struct ReadyJob: Sendable, Comparable {
    var rank: StartRank
    var index: Int

    static func < (one: ReadyJob, other: ReadyJob) -> Bool { one.rank < other.rank }
}
