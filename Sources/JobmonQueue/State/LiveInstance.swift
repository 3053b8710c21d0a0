import JobmonCore

/// The instance of a job that is not known to be over.
struct LiveInstance: Sendable {
    let key: String
    let retryNumber: Int
    var stdoutPath: String?
    var stderrPath: String?
    /// Its making is in the ledger or in the spool.
    var recorded: Bool
    /// Its end was asked for.
    var cancelSent = false
    /// That nobody knows what became of it is recorded.
    var saidUnknown = false
    /// Our executor can be asked about it.
    var askable = true
    /// Where it runs, as far as the ledger knows.
    var host: String?
}

/// A time at which a job is due.
struct DueJob: Sendable, Comparable {
    var time: Double
    var index: Int

    static func < (one: DueJob, other: DueJob) -> Bool {
        one.time != other.time ? one.time < other.time : one.index < other.index
    }
}

/// A job that is ready: the smallest `jid` first.
struct ReadyJob: Sendable, Comparable {
    var jid: Int64
    var index: Int

    static func < (one: ReadyJob, other: ReadyJob) -> Bool { one.jid < other.jid }
}
