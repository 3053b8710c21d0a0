/// The content of an event: its subject and what happened.
package enum Fact: Sendable, Equatable {
    /// A job is queued. A repeat for the same key can add attempts. If the job was never started, a repeat can also
    /// change its command, directory, time limit and resources.
    case job(JobReference, JobDescription)
    /// An instance is created, and its job too if that is new.
    case submitted(InstanceReference?, Submission)
    /// An instance's command is about to start, or has started.
    case running(InstanceReference, Start)
    /// The process that the instance became.
    case process(InstanceReference, ProcessIdentity)
    /// An instance ended (`status` COMPLETE, FAILED, CANCELLED), or its state is no longer known (UNKNOWN).
    case outcome(InstanceReference, Outcome)
    /// An error that a running job reports itself. It changes no status. If the instance then ends with an exit code
    /// other than 0, this text is a part of its error.
    case error(InstanceReference, JobError)
    /// These instances are alive. Heartbeats are never spooled and not kept as events.
    case heartbeat([InstanceReference])
    /// A user asks for one more attempt. The given resources replace those of the job.
    case retry(JobReference, resources: JSONObject = [:])
    /// A user asks to end the job.
    case cancel(JobReference)
    /// The job is not run, since the job with this number, for which it waits, failed or was cancelled; nil: nothing stands
    /// in its way any more. The queue says so.
    case blocked(JobReference, by: Int64?)
    /// A user removes the job from lists, counts and reports. Its key is free for another job.
    case forget(JobReference)
    /// A queue begins to be run, by these relaunch rules. Groups of errors are new, or gone, since the last run of their
    /// queue. Nil: by a program that knows no rules.
    case run(queue: String, relaunch: RelaunchRules? = nil)
    /// From now on the queue runs in another way.
    case set(queue: String, QueueSetting)
    /// A user's request about the group of errors with this number.
    case group(Int64, GroupChange)
    /// JSON that was sent as an event and cannot be read as one, and why. It is refused, and kept as evidence like any
    /// other refused event.
    case unreadable(JSON, Problem)

    /// The name of this kind of fact in JSON and in the ledger.
    package var kind: String {
        switch self {
        case .job: "job"
        case .submitted: "submitted"
        case .running: "running"
        case .process: "process"
        case .outcome(_, let outcome): outcome.status.label.lowercased()
        case .error: "error"
        case .heartbeat: "heartbeat"
        case .retry: "retry"
        case .cancel: "cancel"
        case .blocked: "blocked"
        case .forget: "forget"
        case .run: "run"
        case .set: "set"
        case .group(_, let change): change.kind
        case .unreadable: "unreadable"
        }
    }
}

/// Refers to an instance by the key that its creator made (a UUID), or by the ledger's number.
package enum InstanceReference: Sendable, Hashable {
    case key(String)
    case id(Int64)
}

/// Refers to a job by its key within its queue, or by the ledger's number.
package enum JobReference: Sendable, Hashable {
    case key(queue: String, key: String)
    case jid(Int64)
}
