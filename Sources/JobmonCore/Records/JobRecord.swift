/// A job in the ledger, with its instances.
package struct JobRecord: Sendable, Equatable {
    package var jid: Int64
    /// Nil for a job that belongs to no queue (`exec`, plain requesters).
    package var queue: String?
    package var jobKey: String?
    /// `description.name` is the shown name: a job in the ledger always has one.
    package var description: JobDescription
    package var submittedDate: Timestamp
    package var status: Status
    /// Attempts used.
    package var attempts: Int
    package var cancelRequested: Bool
    /// The job that failed or was cancelled, so that this one, which waits for it, is not run.
    package var blockedBy: Int64?
    /// The numbers of the jobs that must be COMPLETE before it starts. Only the queue that runs it fills this in.
    package var waitsFor: [Int64] = []
    /// What it waits for, if it waits for other jobs and is not over.
    package var waits: JobWait?
    /// Oldest first.
    package var instances: [InstanceRecord]
    /// When a user removed it from lists, counts and reports; nil if it was not removed.
    package var forgotten: Timestamp?

    package init(
        jid: Int64, queue: String?, jobKey: String?, description: JobDescription, submittedDate: Timestamp,
        status: Status, attempts: Int, cancelRequested: Bool, instances: [InstanceRecord], forgotten: Timestamp? = nil
    ) {
        self.jid = jid
        self.queue = queue
        self.jobKey = jobKey
        self.description = description
        self.submittedDate = submittedDate
        self.status = status
        self.attempts = attempts
        self.cancelRequested = cancelRequested
        self.instances = instances
        self.forgotten = forgotten
    }
}

extension JobRecord {
    /// What the job's status follows from.
    package var standing: JobStanding {
        let last = instances.last
        var standing = JobStanding(
            attempts: attempts, maxAttempts: description.maxAttempts, cancelRequested: cancelRequested,
            isBlocked: blockedBy != nil,
            anyComplete: instances.contains { $0.status == .complete }, latest: last?.status,
            latestReturnedAttempt: last?.returnedAttempt ?? false, latestIsLast: last?.isLast ?? false)
        // The ledger decides the status. A job that is queued although its attempts do not show why was retried.
        if status == .queued, standing.status != .queued {
            standing.latestReturnedAttempt = true
            standing.latestIsLast = false
        }
        return standing
    }
}
