/// What an event is about and says.
package enum Fact: Sendable, Equatable {
    /// A job is queued. Said again of the same key it can get more attempts, and while it was never started, another
    /// command, place, time limit and other resources.
    case job(JobReference, JobDescription)
    /// An instance is made, and with it its job where that is new.
    case submitted(InstanceReference?, Submission)
    /// An instance's command is about to start, or has started.
    case running(InstanceReference, Start)
    /// The process that an instance became.
    case process(InstanceReference, ProcessIdentity)
    /// An instance ended (`status` COMPLETE, FAILED, CANCELLED), or nobody knows any more (UNKNOWN).
    case outcome(InstanceReference, Outcome)
    /// What a running job says went wrong, in its own words. It changes no status: when the instance then ends with an
    /// exit code that is not 0, this is a part of its error.
    case error(InstanceReference, JobError)
    /// These instances are alive. Never spooled, and not kept as an event.
    case heartbeat([InstanceReference])
    /// A person wants the job tried once more; the resources that are given take the place of what it asked for.
    case retry(JobReference, resources: JSONObject = [:])
    /// A person wants the job over.
    case cancel(JobReference)
    /// A person wants the job out of lists, counts and reports. Its key is free for another job.
    case forget(JobReference)
    /// What came as an event and can't be read as one, and why. It is refused, and kept as evidence like any other that is.
    case unreadable(JSON, Problem)

    /// The word for it in JSON and in the ledger.
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
        case .forget: "forget"
        case .unreadable: "unreadable"
        }
    }
}

/// Which instance: by the key that its creator made (a UUID), or by the ledger's number.
package enum InstanceReference: Sendable, Hashable {
    case key(String)
    case id(Int64)
}

/// Which job: by its key within its queue, or by the ledger's number.
package enum JobReference: Sendable, Hashable {
    case key(queue: String, key: String)
    case jid(Int64)
}
