public import FoundationEssentials
import JobmonCore

/// A change that the ledger recorded: the effect of one fact on a job and its instance, or on a group of errors.
public struct JobEvent: Sendable, Hashable {
    /// Rises with every change of a ledger; pass it as `after` to continue from here.
    public var sequence: Int64
    /// The kind of fact: `job` (queued), `submitted`, `running`, `process`, `complete`, `failed`, `cancelled`,
    /// `unknown`, `error` (reported by the job itself), `retry`, `cancel`, `forget`; for a group of errors `mute`,
    /// `unmute`, `note`, `merge`.
    public var kind: String
    /// When it happened, by the clock of the host where it happened, in milliseconds.
    public var time: Date
    /// The number of the job.
    public var jid: Int64?
    /// The job's queue; nil if the job belongs to none.
    public var queue: String?
    /// The job's key within its queue.
    public var key: String?
    /// The instance; nil if the change is about the whole job.
    public var jobInstanceID: Int64?
    /// The instance's status after the change.
    public var status: JobStatus?
    /// The job's status after the change.
    public var jobStatus: JobStatus?
    /// Why the instance did not complete, if that is known.
    public var cause: FailureCause?
    /// The headline of the error, if there is one.
    public var error: String?
    /// The number of the group of errors that was changed; nil if the change is about a job.
    public var group: Int64?

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
        group = change.group
    }
}
