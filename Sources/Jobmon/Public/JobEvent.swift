public import FoundationEssentials
import JobmonCore

/// One change that the ledger recorded: what a fact did to a job and its instance.
public struct JobEvent: Sendable, Hashable {
    /// Rises with every change of a ledger; where to go on from.
    public var sequence: Int64
    /// What happened: `job` (queued), `submitted`, `running`, `process`, `complete`, `failed`, `cancelled`, `unknown`,
    /// `error` (the job says so itself), `retry`, `cancel`.
    public var kind: String
    /// When it happened, where it happened; to the millisecond.
    public var time: Date
    /// The job that it is about.
    public var jid: Int64?
    /// The job's queue; nil for a job of none.
    public var queue: String?
    /// The job's key within its queue.
    public var key: String?
    /// The instance that it is about; nil where it is about the job as a whole.
    public var jobInstanceID: Int64?
    /// The instance's status after it.
    public var status: JobStatus?
    /// The job's status after it.
    public var jobStatus: JobStatus?
    /// Why the instance did not complete, where that is known.
    public var cause: FailureCause?
    /// The line of the error that says most, where there is one.
    public var error: String?

    init(_ change: Change) {
        sequence = change.sequence
        kind = change.kind
        time = Date(change.time)
        jid = change.jid
        queue = change.queue
        key = change.jobKey
        jobInstanceID = change.jobInstanceID
        status = change.status.map { JobStatus($0) }
        jobStatus = change.jobStatus.map { JobStatus($0) }
        cause = change.cause.map { FailureCause($0) }
        error = change.error
    }
}
