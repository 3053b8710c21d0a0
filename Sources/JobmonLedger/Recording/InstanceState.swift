import JobmonCore

/// What the recorder must know of an instance to decide, and its job.
struct InstanceState {
    var id: Int64
    var key: String?
    var status: Status
    var cause: Cause?
    var executorID: String?
    var host: String?
    var bootID: String?
    var pid: Int64?
    var pidStarted: Int64?
    var startedDate: Timestamp?
    var finishedDate: Timestamp?
    var wallclock: Double?
    var attemptReturned: Bool
    /// What a relaunch rule made of its failure.
    var relaunch: RelaunchDecision?
    var job: JobState
    /// Its row does not say all of this yet: what is said of it until `wasWritten`.
    var isChanged = false
    /// It was heard of.
    var isSeen = false
    /// How it ended. It is large, and this value is copied several times for each event.
    private var boxedEnding: Box<Outcome>?
    var ending: Outcome? {
        get { boxedEnding?.value }
        set { boxedEnding = newValue.map { Box($0) } }
    }

    mutating func wasWritten() {
        isChanged = false
        isSeen = false
        ending = nil
    }

    static let columns = """
        i.job_instance_id, i.instance_key, i.status, i.cause, i.executor_id, i.host, i.boot_id, i.pid, i.pid_started,
        i.started_date, i.finished_date, i.wallclock, i.attempt_returned, i.relaunch
        """

    init(_ row: inout Row) {
        id = row.int()
        key = row.optionalText()
        status = row.status()
        cause = row.cause()
        executorID = row.optionalText()
        host = row.optionalText()
        bootID = row.optionalText()
        pid = row.optionalInt()
        pidStarted = row.optionalInt()
        startedDate = row.optionalTime()
        finishedDate = row.optionalTime()
        wallclock = row.optionalDouble()
        attemptReturned = row.bool()
        relaunch = RelaunchDecision(&row)
        job = JobState(&row)
    }

    /// A new one.
    init(id: Int64, key: String?, executorID: String?, job: JobState) {
        self.id = id
        self.key = key
        status = .submitted
        self.executorID = executorID
        attemptReturned = false
        self.job = job
    }

    /// No attempt follows it, whatever attempts are left.
    var isLast: Bool { cause == .submitFailed || relaunch?.next == .stop }

    /// Seconds from start to end where nobody measured them.
    var lived: Double? {
        guard let startedDate, let finishedDate else { return nil }
        return max(0, finishedDate.seconds(since: startedDate))
    }
}
