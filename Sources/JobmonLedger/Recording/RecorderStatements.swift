/// The recorder's statements, prepared once. Frozen columns are named in each, never `*`.
struct RecorderStatements {
    let findEvent: Statement
    let findBrief: Statement
    let insertBrief: Statement
    let findSender: Statement
    let insertSender: Statement
    let findDelivery: Statement
    let insertDelivery: Statement
    let keepDescription: Statement
    let keepChanged: Statement
    let insertEvent: NamedStatement<EventParameter>
    let findEarly: Statement
    let settleEvent: NamedStatement<EventParameter>

    let findJobByKey: Statement
    let findJob: Statement
    let insertJob: Statement
    let insertParam: Statement
    let updateJob: Statement
    let describeJob: Statement
    let changeResources: Statement
    let forgetJob: Statement
    let countErrors: Statement

    let findInstanceByKey: Statement
    let findInstance: Statement
    let insertInstance: NamedStatement<InstanceParameter>
    let updateInstance: NamedStatement<InstanceParameter>
    let endInstance: NamedStatement<InstanceParameter>
    let placeInstance: NamedStatement<InstanceParameter>
    let insertStatus: Statement
    let insertError: Statement

    let findReported: Statement
    let findError: Statement
    let updateError: Statement
    let findParams: Statement
    let findGroup: Statement
    let insertGroup: Statement
    let findUngrouped: Statement
    let groupError: Statement
    let findInGroup: Statement
    let countInGroup: Statement
    let uncountGroup: Statement
    let findGroupsOfJob: Statement
    let findGroupOfError: Statement
    let countGroup: Statement
    let recountGroup: Statement
    let insertRun: Statement

    let beginSetting: Statement
    let changeSetting: Statement
    let changeRetries: Statement
    let findWaiting: Statement
    let changeTimeout: Statement
    let findRules: Statement
    let findRequests: Statement
    let findEnds: Statement
    let findAllocated: Statement

    let heartbeatByKey: Statement
    let heartbeat: Statement

    let updateTally: Statement
    let insertTally: Statement

    init(_ connection: Connection) throws(SQLiteFailure) {
        findEvent = try connection.prepare(
            "SELECT seq, outcome, jid, job_instance_id, problem FROM event_whole WHERE sender = ? AND sender_seq = ?")
        findBrief = try connection.prepare("SELECT jid, job_instance_id FROM event_brief WHERE seq = ?")
        insertBrief = try connection.prepare(
            """
            INSERT INTO event_brief (seq, kind, jid, job_instance_id, time, status, job_status, said, rest)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        findSender = try connection.prepare(
            """
            SELECT id, (SELECT max(sender_seq + (count - 1)) FROM event_delivery d
                WHERE d.sender = s.id AND d.sender_seq = (
                    SELECT max(l.sender_seq) FROM event_delivery l WHERE l.sender = s.id))
            FROM event_sender s WHERE name = ?
            """)
        insertSender = try connection.prepare("INSERT INTO event_sender (name) VALUES (?)")
        findDelivery = try connection.prepare(
            """
            SELECT seq, sender_seq, count FROM event_delivery WHERE sender = ? AND sender_seq <= ?
            ORDER BY sender_seq DESC LIMIT 1
            """)
        insertDelivery = try connection.prepare(
            "INSERT INTO event_delivery (seq, count, recorded_time, sender, sender_seq) VALUES (?, ?, ?, ?, ?)")
        let keep = """
            INSERT OR IGNORE INTO job_first (jid, runfile, args, cwd, env, shell, timeout, resources)
            SELECT jid, runfile, args, cwd, env, shell, timeout, resources FROM job WHERE
            """
        keepDescription = try connection.prepare(
            """
            \(keep) jid = ?8 AND (runfile, args, cwd, env, shell, timeout, resources)
                IS NOT (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        keepChanged = try connection.prepare("\(keep) jid = ?")
        let event = EventParameter.columns
        insertEvent = try NamedStatement(
            connection, "INSERT INTO event_whole (\(event.columns)) VALUES (\(event.values))")
        findEarly = try connection.prepare(
            """
            SELECT seq, time, body FROM event_whole WHERE outcome = 'early' AND instance_key = ?1
            UNION SELECT seq, time, body FROM event_whole WHERE outcome = 'early' AND queue = ?2 AND job_key = ?3
            ORDER BY seq
            """)
        let settled: [EventParameter] = [
            .seq, .jid, .jobInstanceId, .outcome, .problem, .changed, .status, .jobStatus, .cause,
        ]
        settleEvent = try NamedStatement(
            connection,
            """
            UPDATE event_whole SET \(settled.assignments), instance_key = NULL, queue = NULL, job_key = NULL
            WHERE seq = :earlier
            """)

        let findJob = "SELECT \(JobState.columns) FROM job j WHERE"
        findJobByKey = try connection.prepare("\(findJob) j.queue = ? AND j.job_key = ?")
        self.findJob = try connection.prepare("\(findJob) j.jid = ?")
        insertJob = try connection.prepare(
            """
            INSERT INTO job (queue, job_key, name, runfile, args, params, cwd, env, shell, timeout, resources,
                submitted_date, status, max_attempts)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertParam = try connection.prepare("INSERT OR IGNORE INTO job_param (name, value, jid) VALUES (?, ?, ?)")
        updateJob = try connection.prepare(
            """
            UPDATE job SET status = ?, attempts = ?, max_attempts = ?, cancel_requested = ?, instances = ?,
                latest_instance_id = ?, retried_instance_id = ?, any_complete = ?, blocked_by = ? WHERE jid = ?
            """)

        describeJob = try connection.prepare(
            """
            UPDATE job SET runfile = ?1, args = ?2, cwd = ?3, env = ?4, shell = ?5, timeout = ?6, resources = ?7
            WHERE jid = ?8 AND (runfile, args, cwd, env, shell, timeout, resources)
                IS NOT (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)

        changeResources = try connection.prepare(
            "UPDATE job SET resources = json_patch(resources, ?) WHERE jid = ?")
        forgetJob = try connection.prepare(
            """
            UPDATE job SET forgotten = ?1, job_key = 'forgotten:' || jid || ':' || job_key WHERE jid = ?2
            """)
        countErrors = try connection.prepare("SELECT count(*) FROM error WHERE jid = ?")

        let findInstance =
            "SELECT \(InstanceState.columns), \(JobState.columns) FROM job_instance i JOIN job j ON j.jid = i.jid WHERE"
        findInstanceByKey = try connection.prepare("\(findInstance) i.instance_key = ?")
        self.findInstance = try connection.prepare("\(findInstance) i.job_instance_id = ?")
        let made = InstanceParameter.made
        insertInstance = try NamedStatement(
            connection, "INSERT INTO job_instance (\(made.columns)) VALUES (\(made.values))")
        let move = """
            UPDATE job_instance SET \(InstanceParameter.moved.assignments),
                last_seen = coalesce(:last_seen, last_seen), late_since = iif(:is_seen, NULL, late_since)
            """
        updateInstance = try NamedStatement(connection, "\(move) WHERE job_instance_id = :job_instance_id")
        endInstance = try NamedStatement(
            connection,
            """
            \(move), \(InstanceParameter.ended.assignments),
                stdout_path = iif(:stdout_empty, NULL, stdout_path), stderr_path = iif(:stderr_empty, NULL, stderr_path)
            WHERE job_instance_id = :job_instance_id
            """)
        placeInstance = try NamedStatement(
            connection,
            """
            UPDATE job_instance SET scheduler_queue = :scheduler_queue, allocated = :allocated
            WHERE job_instance_id = :job_instance_id AND scheduler_queue IS NULL AND allocated IS NULL
            """)
        // An instance may come back from UNKNOWN and take a status twice: the first time stays.
        insertStatus = try connection.prepare(
            """
            INSERT OR IGNORE INTO job_status (jid, job_instance_id, status, status_time, recorded_time)
            VALUES (?, ?, ?, ?, ?)
            """)
        insertError = try connection.prepare(
            """
            INSERT INTO error (job_instance_id, error_time, description, headline, jid, traceback, signature_id)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        findParams = try connection.prepare("SELECT params FROM job WHERE jid = ?")
        findGroup = try connection.prepare("SELECT coalesce(merged_into, id) FROM error_group WHERE key = ?")
        insertGroup = try connection.prepare("INSERT INTO error_group (key, title, rule) VALUES (?, ?, ?)")
        findUngrouped = try connection.prepare(
            """
            SELECT e.id, e.description, i.cause, i.exit_code, i.signal, j.params, e.jid, e.error_time,
                j.forgotten IS NOT NULL
            FROM error e INDEXED BY error_by_group JOIN job_instance i ON i.job_instance_id = e.job_instance_id
                JOIN job j ON j.jid = e.jid
            WHERE e.signature_id IS NULL LIMIT ?
            """)
        groupError = try connection.prepare("UPDATE error SET signature_id = ? WHERE id = ?")
        findInGroup = try connection.prepare(
            "SELECT 1 FROM error INDEXED BY error_by_group WHERE signature_id = ? AND jid = ? LIMIT 1")
        countInGroup = try connection.prepare(
            "SELECT count(*) FROM error INDEXED BY error_by_group WHERE signature_id = ? AND jid = ?")
        findGroupsOfJob = try connection.prepare(
            """
            SELECT signature_id, count(*), min(error_time), max(error_time)
            FROM error WHERE jid = ? AND signature_id IS NOT NULL GROUP BY signature_id
            """)
        findGroupOfError = try connection.prepare(
            "SELECT signature_id, error_time FROM error WHERE job_instance_id = ?")
        countGroup = try connection.prepare(
            """
            UPDATE error_group SET errors = errors + ?2, jobs = jobs + ?3,
                first_seen = min(coalesce(first_seen, ?4), ?4), last_seen = max(coalesce(last_seen, ?5), ?5),
                example = min(coalesce(example, ?6), ?6)
            WHERE id = ?1
            """)
        uncountGroup = try connection.prepare(
            """
            UPDATE error_group SET errors = errors - ?2, jobs = jobs - ?3
            WHERE id = ?1 AND first_seen < ?4 AND last_seen > ?5 AND example < ?6
            """)
        recountGroup = try connection.prepare(
            """
            UPDATE error_group SET (errors, jobs, first_seen, last_seen, example) = (
                SELECT coalesce(sum(errors), 0), count(*), min(first), max(last), min(jid) FROM (
                    SELECT e.jid, count(*) AS errors, min(e.error_time) AS first, max(e.error_time) AS last
                    FROM error e INDEXED BY error_by_group
                    WHERE e.signature_id = ?1
                        AND NOT EXISTS (SELECT 1 FROM job f WHERE f.jid = e.jid AND f.forgotten IS NOT NULL)
                    GROUP BY e.jid))
            WHERE id = ?1
            """)
        insertRun = try connection.prepare("INSERT INTO queue_run (queue, started) VALUES (?, ?)")
        beginSetting = try connection.prepare("INSERT OR REPLACE INTO queue_setting (queue, relaunch) VALUES (?, ?)")
        changeSetting = try connection.prepare(
            """
            INSERT INTO queue_setting (queue, relaunch, parallelism, retries, halt)
            VALUES (?1, ?2, ?3, ?4, nullif(?5, 0))
            ON CONFLICT (queue) DO UPDATE SET relaunch = coalesce(?2, relaunch),
                parallelism = coalesce(?3, parallelism), retries = coalesce(?4, retries),
                halt = nullif(coalesce(?5, halt), 0)
            """)
        // 1, 2, 5, 7: those that are not over.
        changeRetries = try connection.prepare(
            """
            UPDATE job SET max_attempts = ?1 + (
                SELECT count(*) FROM job_instance i
                WHERE i.jid = job.jid AND i.relaunch ->> 'next' = 'again' AND i.attempt_returned = 0)
            WHERE queue = ?2 AND status IN (1, 2, 5, 7)
            """)
        findWaiting = try connection.prepare(
            "SELECT jid FROM job WHERE queue = ? AND status = 7 AND instances > 0")
        changeTimeout = try connection.prepare("UPDATE job SET timeout = ? WHERE jid = ?")
        findRules = try connection.prepare("SELECT relaunch FROM queue_setting WHERE queue = ?")
        findRequests = try connection.prepare("SELECT resources, timeout FROM job WHERE jid = ?")
        findEnds = try connection.prepare(
            """
            SELECT status, cause, attempt_returned, coalesce(allocated ->> 'node', host), relaunch FROM job_instance
            WHERE jid = ?1 AND job_instance_id < ?2 ORDER BY retry_number
            """)
        findAllocated = try connection.prepare(
            "SELECT allocated ->> 'memory', allocated ->> 'node', executor FROM job_instance WHERE job_instance_id = ?")

        // The latest are enough: what is kept of an error is bounded.
        findReported = try connection.prepare(
            """
            SELECT body FROM event_whole INDEXED BY event_reported WHERE job_instance_id = ? AND kind = 'error'
            ORDER BY seq DESC LIMIT 100
            """)
        findError = try connection.prepare(
            """
            SELECT e.description, i.exit_code, i.signal
            FROM error e JOIN job_instance i ON i.job_instance_id = e.job_instance_id WHERE e.job_instance_id = ?
            """)
        updateError = try connection.prepare(
            """
            UPDATE error SET description = ?, headline = ?, traceback = coalesce(?, traceback), signature_id = ?
            WHERE job_instance_id = ?
            """)

        let heartbeat = "UPDATE job_instance SET last_seen = ?, late_since = NULL WHERE status IN (1, 2) AND"
        heartbeatByKey = try connection.prepare("\(heartbeat) instance_key = ?")
        self.heartbeat = try connection.prepare("\(heartbeat) job_instance_id = ?")

        updateTally = try connection.prepare("UPDATE tally SET count = count + ? WHERE queue = ? AND what = ?")
        insertTally = try connection.prepare("INSERT INTO tally (queue, what, count) VALUES (?, ?, ?)")
    }
}
