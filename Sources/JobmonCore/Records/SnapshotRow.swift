/// What a snapshot of all jobs keeps of one job: the job and its latest attempt.
package struct SnapshotRow: Sendable, Equatable {
    package var jid: Int64
    package var queue: String?
    package var name: String
    package var status: Status
    /// Attempts used.
    package var attempts: Int
    package var submitted: Timestamp
    /// The requested resources as JSON text, as the ledger has it.
    package var resources: String
    package var isForgotten: Bool
    /// When its cancellation was requested.
    package var cancelled: Timestamp?
    /// A job that it waits for failed or was cancelled.
    package var isBlocked = false
    /// The latest attempt; nil: there is none.
    package var attempt: Attempt?
    /// The groups of the errors of all its attempts. Empty if the rows of many jobs are read: then `jobsByGroup` has
    /// them.
    package var groups: [Int64] = []

    package struct Attempt: Sendable, Equatable {
        package var cause: Cause?
        package var host: String?
        package var submitted: Timestamp
        package var started: Timestamp?
        package var finished: Timestamp?
        /// Seconds.
        package var wallclock: Double?
        /// Seconds.
        package var cpu: Double?
        /// Bytes.
        package var memory: Int64?
        package var isLate: Bool
        package var isDoubtful: Bool
        /// The number of the group of its error.
        package var group: Int64?

        package init(
            cause: Cause? = nil, host: String? = nil, submitted: Timestamp, started: Timestamp? = nil,
            finished: Timestamp? = nil, wallclock: Double? = nil, cpu: Double? = nil, memory: Int64? = nil,
            isLate: Bool = false, isDoubtful: Bool = false, group: Int64? = nil
        ) {
            self.cause = cause
            self.host = host
            self.submitted = submitted
            self.started = started
            self.finished = finished
            self.wallclock = wallclock
            self.cpu = cpu
            self.memory = memory
            self.isLate = isLate
            self.isDoubtful = isDoubtful
            self.group = group
        }
    }

    package init(
        jid: Int64, queue: String? = nil, name: String, status: Status, attempts: Int = 0, submitted: Timestamp,
        resources: String = "{}", isForgotten: Bool = false, cancelled: Timestamp? = nil, attempt: Attempt? = nil
    ) {
        self.jid = jid
        self.queue = queue
        self.name = name
        self.status = status
        self.attempts = attempts
        self.submitted = submitted
        self.resources = resources
        self.isForgotten = isForgotten
        self.cancelled = cancelled
        self.attempt = attempt
    }
}
