import JobmonCore

/// Jobs and instances as records: three statements a page, however many jobs it has.
struct JobQueries {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func jobs(_ filter: JobFilter, page: Page) throws(SQLiteFailure) -> Paged<JobRecord> {
        var jids = try JobConditions(filter: filter).jids(connection, after: page.after, limit: page.limit + 1)
        let isLast = jids.count <= page.limit
        if !isLast { jids.removeLast() }
        return Paged(items: try jobs(jids), next: isLast ? nil : jids.last)
    }

    /// The jobs of these ids, in the order of `jid`, with their instances.
    func jobs(_ jids: [Int64]) throws(SQLiteFailure) -> [JobRecord] {
        guard !jids.isEmpty else { return [] }
        let wanted = JSON.array(jids.map { .int($0) }).text
        let instances = Dictionary(
            grouping: try instances("i.jid IN (SELECT value FROM json_each(?))") { $0.put(wanted) }, by: \.jid)
        var records = try connection.prepare(
            """
            SELECT jid, queue, job_key, name, runfile, args, params, cwd, env, shell, timeout, resources, submitted_date,
                status, attempts, max_attempts, cancel_requested IS NOT NULL, blocked_by, forgotten
            FROM job WHERE jid IN (SELECT value FROM json_each(?)) ORDER BY jid
            """
        ).put(wanted).all { row in
            let jid = row.int()
            let queue = row.optionalText()
            let key = row.optionalText()
            var description = JobDescription(
                name: row.text(), runfile: row.text(), args: Self.strings(row.json()), params: row.object(),
                cwd: row.optionalText(), env: row.object(), shell: row.bool(), timeout: row.optionalDouble(),
                resources: row.object())
            let submitted = row.time()
            let status = row.status()
            let attempts = Int(row.int())
            description.maxAttempts = Int(row.int())
            let isCancelled = row.bool()
            let blocker = row.optionalInt()
            var record = JobRecord(
                jid: jid, queue: queue, jobKey: key, description: description, submittedDate: submitted, status: status,
                attempts: attempts, cancelRequested: isCancelled, instances: instances[jid] ?? [],
                forgotten: row.optionalTime())
            record.blockedBy = blocker
            return record
        }
        let waiting = records.indices.filter {
            records[$0].status == .queued && records[$0].description.resources[JobDescription.afterMember] != nil
        }
        guard !waiting.isEmpty else { return records }
        let waits = try waits(waiting.map { records[$0].jid })
        for index in waiting { records[index].waits = waits[records[index].jid] }
        return records
    }

    /// From one job to the next by its key: left to itself, SQLite reads the whole queue once for each job that waits.
    static let waitsStatement = """
        SELECT w.jid, w.needed, w.missing, u.jid, u.name, u.status FROM (
            SELECT j.jid AS jid, count(*) AS needed, sum(u.status <> ?1) AS missing,
                min(CASE WHEN u.status <> ?1 THEN u.jid END) AS first
            FROM json_each(?2) wanted CROSS JOIN job j ON j.jid = wanted.value
                CROSS JOIN json_each(j.resources, '$.after') a
                CROSS JOIN job u INDEXED BY job_by_key ON u.queue = j.queue AND u.job_key = a.value
            GROUP BY j.jid
        ) w JOIN job u ON u.jid = w.first
        """

    /// What jobs of these ids wait for; those that wait for nothing more are left out.
    private func waits(_ jids: [Int64]) throws(SQLiteFailure) -> [Int64: JobWait] {
        let wanted = JSON.array(jids.map { .int($0) }).text
        let statement = try connection.prepare(Self.waitsStatement).put(Status.complete.rawValue).put(wanted)
        let found = try statement.all { row in
            (
                jid: row.int(),
                wait: JobWait(
                    all: Int(row.int()), open: Int(row.int()), jid: row.int(), name: row.text(), status: row.status())
            )
        }
        return Dictionary(found.map { ($0.jid, $0.wait) }) { first, _ in first }
    }

    /// The instances that a condition on `i` lets through, oldest first.
    func instances(_ condition: String, _ bind: (Statement) -> Void) throws(SQLiteFailure) -> [InstanceRecord] {
        let statement = try connection.prepare(
            """
            SELECT i.job_instance_id, i.instance_key, i.jid, i.retry_number, i.executor, i.executor_id, i.status, i.cause,
                i.exit_code, i.signal, i.host, i.boot_id, i.pid, i.pid_started, i.submitted_date, i.started_date,
                i.finished_date, i.last_seen, i.late_since, \(Usage.columns.map { "i.\($0)" }.joined(separator: ", ")),
                i.stdout_path, i.stderr_path, i.attempt_returned, e.description, e.headline, i.doubt,
                i.scheduler_queue, i.allocated, i.requested_slots, i.requested_memory, i.requested_runtime, i.relaunch
            FROM job_instance i LEFT JOIN error e ON e.job_instance_id = i.job_instance_id
            WHERE \(condition) ORDER BY i.job_instance_id
            """)
        bind(statement)
        return try statement.all { InstanceRecord(&$0) }
    }

    private static func strings(_ json: JSON) -> [String] {
        guard case .array(let values) = json else { return [] }
        return values.map { value in
            if case .string(let text) = value { text } else { value.text }
        }
    }
}

extension InstanceRecord {
    fileprivate init(_ row: inout Row) {
        self.init(
            jobInstanceID: row.int(), instanceKey: row.optionalText(), jid: row.int(), retryNumber: Int(row.int()),
            executor: row.text(), executorID: row.optionalText(), status: row.status(),
            cause: row.cause(), exitCode: row.optionalInt().map { Int($0) },
            signal: row.optionalInt().map { Int($0) }, host: row.optionalText(), bootID: row.optionalText(),
            process: ProcessIdentity(&row), submittedDate: row.time(), startedDate: row.optionalTime(),
            finishedDate: row.optionalTime(), lastSeen: row.optionalTime(), lateSince: row.optionalTime(),
            usage: Usage(&row), stdoutPath: row.optionalText(), stderrPath: row.optionalText(),
            returnedAttempt: row.bool(), error: row.optionalText(), headline: row.optionalText(),
            doubt: row.optionalText(), place: ClusterPlace(&row), requested: RequestedResources(&row),
            relaunch: RelaunchDecision(&row))
    }
}

extension ClusterPlace {
    fileprivate init?(_ row: inout Row) {
        let queue = row.optionalText()
        let given = row.optionalObject()
        guard queue != nil || given != nil else { return nil }
        self.init(queue: queue, allocated: given ?? [:])
    }
}

extension RequestedResources {
    fileprivate init(_ row: inout Row) {
        self.init(
            slots: row.optionalInt().map { Int($0) }, memory: row.optionalInt(), runtime: row.optionalDouble())
    }
}

extension RelaunchDecision {
    init?(_ row: inout Row) {
        guard let text = row.optionalText(), let json = try? JSON(parsing: text),
            let decision = try? RelaunchDecision(json)
        else { return nil }
        self = decision
    }
}

extension ProcessIdentity {
    fileprivate init?(_ row: inout Row) {
        let pid = row.optionalInt()
        let started = row.optionalInt()
        guard let pid else { return nil }
        self.init(pid: Int32(truncatingIfNeeded: pid), started: started)
    }
}
