import JobmonCore

/// What the recorder must know of a job to decide.
struct JobState {
    var jid: Int64
    var queue: String?
    var key: String?
    var status: Status
    var attempts: Int
    var maxAttempts: Int
    var cancelRequested: Timestamp?
    var instances: Int
    var latestInstance: Int64?
    /// The instance that was the latest when somebody asked to try the job once more.
    var retriedInstance: Int64?
    var anyComplete: Bool
    /// The job that failed, for which it waits.
    var blockedBy: Int64?
    /// A person took it out of lists, counts and reports.
    var isForgotten = false
    /// Its row does not say all of this yet.
    var isChanged = false

    static let columns = """
        j.jid, j.queue, j.job_key, j.status, j.attempts, j.max_attempts, j.cancel_requested, j.instances,
        j.latest_instance_id, j.retried_instance_id, j.any_complete, j.blocked_by, j.forgotten IS NOT NULL
        """

    init(_ row: inout Row) {
        jid = row.int()
        queue = row.optionalText()
        key = row.optionalText()
        status = row.status()
        attempts = Int(row.int())
        maxAttempts = Int(row.int())
        cancelRequested = row.optionalTime()
        instances = Int(row.int())
        latestInstance = row.optionalInt()
        retriedInstance = row.optionalInt()
        anyComplete = row.bool()
        blockedBy = row.optionalInt()
        isForgotten = row.bool()
    }

    /// A new one.
    init(jid: Int64, queue: String?, key: String?, maxAttempts: Int) {
        self.jid = jid
        self.queue = queue
        self.key = key
        status = .queued
        attempts = 0
        self.maxAttempts = maxAttempts
        instances = 0
        anyComplete = false
    }

    /// The job in words: `job 4`.
    var words: String { "job \(jid)" }
}
