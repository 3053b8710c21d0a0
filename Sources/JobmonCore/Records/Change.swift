/// A published change: the effect of one event on a job and its instance, or on a group of errors.
package struct Change: Sendable, Equatable {
    /// The ledger's sequence number of the event.
    package var sequence: Int64
    package var kind: String
    package var time: Timestamp
    package var jid: Int64?
    package var queue: String?
    package var jobKey: String?
    package var jobInstanceID: Int64?
    package var instanceKey: String?
    /// The instance's status after the event.
    package var status: Status?
    /// The job's status after the event.
    package var jobStatus: Status?
    package var cause: Cause?
    /// The headline of the error, if the event created one.
    package var error: String?
    /// The number of the group of errors that a user changed.
    package var group: Int64?
    /// What a user changed of how the queue runs.
    package var setting: QueueSetting?

    package init(
        sequence: Int64, kind: String, time: Timestamp, jid: Int64? = nil, queue: String? = nil,
        jobKey: String? = nil, jobInstanceID: Int64? = nil, instanceKey: String? = nil, status: Status? = nil,
        jobStatus: Status? = nil, cause: Cause? = nil, error: String? = nil, group: Int64? = nil,
        setting: QueueSetting? = nil
    ) {
        self.sequence = sequence
        self.kind = kind
        self.time = time
        self.jid = jid
        self.queue = queue
        self.jobKey = jobKey
        self.jobInstanceID = jobInstanceID
        self.instanceKey = instanceKey
        self.status = status
        self.jobStatus = jobStatus
        self.cause = cause
        self.error = error
        self.group = group
        self.setting = setting
    }
}
