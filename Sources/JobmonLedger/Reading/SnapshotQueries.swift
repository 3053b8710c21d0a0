import JobmonCore

/// All jobs with what a snapshot keeps of them, in the order of their numbers.
struct SnapshotQueries {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    private static let columns = """
        SELECT j.jid, j.queue, j.name, j.status, j.attempts, j.submitted_date, j.resources, j.forgotten IS NOT NULL,
            j.cancel_requested, j.blocked_by IS NOT NULL, i.submitted_date, i.cause, i.host, i.started_date, i.finished_date, i.wallclock, i.cpu,
            coalesce(i.memory_peak, i.maxrss),
            i.late_since IS NOT NULL AND i.status = \(Status.running.rawValue), i.doubt IS NOT NULL,
            (SELECT e.signature_id FROM error e WHERE e.job_instance_id = i.job_instance_id)
        FROM job j LEFT JOIN job_instance i ON i.job_instance_id = j.latest_instance_id
        """

    func rows(after jid: Int64, limit: Int) throws(SQLiteFailure) -> [SnapshotRow] {
        try connection.prepare("\(Self.columns) WHERE j.jid > ? ORDER BY j.jid LIMIT ?").put(jid).put(limit)
            .all { SnapshotRow(&$0) }
    }

    func rows(of jids: [Int64]) throws(SQLiteFailure) -> [SnapshotRow] {
        let wanted = JSON.array(jids.map { .int($0) }).text
        var rows = try connection.prepare(
            "\(Self.columns) WHERE j.jid IN (SELECT value FROM json_each(?)) ORDER BY j.jid"
        ).put(wanted).all { SnapshotRow(&$0) }
        // An earlier attempt may have failed since the job was read last, with a later one running already.
        let groups = try connection.prepare(
            """
            SELECT DISTINCT jid, signature_id FROM error
            WHERE jid IN (SELECT value FROM json_each(?)) AND signature_id IS NOT NULL
            """
        ).put(wanted).all { ($0.int(), $0.int()) }
        let byJob = Dictionary(grouping: groups, by: \.0)
        for index in rows.indices { rows[index].groups = byJob[rows[index].jid]?.map(\.1) ?? [] }
        return rows
    }

    func jobsByGroup() throws -> [Int64: [Int64]] {
        var found: [Int64: [Int64]] = [:]
        let statement = try connection.prepare(
            """
            SELECT DISTINCT signature_id, jid FROM error INDEXED BY error_by_group WHERE signature_id IS NOT NULL
            ORDER BY signature_id, jid
            """)
        var group: Int64 = 0
        var jids: [Int64] = []
        func finish() { if !jids.isEmpty { found[group] = jids } }
        try statement.forEach { row in
            let next = row.int()
            if next != group {
                finish()
                (group, jids) = (next, [])
            }
            jids.append(row.int())
        }
        finish()
        return found
    }

    func latestGroups() throws(SQLiteFailure) -> [(jid: Int64, group: Int64)] {
        try connection.prepare(
            """
            SELECT j.jid, e.signature_id FROM error e CROSS JOIN job j ON j.jid = e.jid
            WHERE e.signature_id IS NOT NULL AND j.latest_instance_id = e.job_instance_id
            """
        ).all { ($0.int(), $0.int()) }
    }

    /// One look-up in the index for each name and each value, however many jobs have it.
    func params(most: Int) throws(SQLiteFailure) -> [(name: String, values: Int?)] {
        let names = try connection.prepare(
            """
            WITH RECURSIVE names (name) AS (
                SELECT min(name) FROM job_param
                UNION ALL
                SELECT (SELECT min(p.name) FROM job_param p WHERE p.name > names.name) FROM names
                WHERE names.name IS NOT NULL)
            SELECT name FROM names WHERE name IS NOT NULL
            """
        ).all { $0.text() }
        var params: [(name: String, values: Int?)] = []
        for name in names {
            let count =
                try connection.prepare(
                    """
                    WITH RECURSIVE found (value) AS (
                        SELECT min(value) FROM job_param WHERE name = ?1
                        UNION ALL
                        SELECT (SELECT min(p.value) FROM job_param p WHERE p.name = ?1 AND p.value > found.value) FROM found
                        WHERE found.value IS NOT NULL
                        LIMIT ?2)
                    SELECT count(value) FROM found
                    """
                ).put(name).put(most + 1).first { Int($0.int()) } ?? 0
            params.append((name, count > most ? nil : count))
        }
        return params
    }

    func jobsByParam(_ name: String, after jid: Int64) throws -> [(value: String, jids: [Int64])] {
        jid == 0 ? try indexed(name) : try newer(name, after: jid)
    }

    private func indexed(_ name: String) throws -> [(value: String, jids: [Int64])] {
        var found: [(value: String, jids: [Int64])] = []
        let statement = try connection.prepare("SELECT value, jid FROM job_param WHERE name = ? ORDER BY value, jid")
        try statement.put(name).forEach { row in
            let value = row.text()
            if found.last?.value != value { found.append((value, [])) }
            found[found.count - 1].jids.append(row.int())
        }
        return found
    }

    /// Of new jobs, from their rows: the index begins with the values, so that it cannot be asked for new jobs.
    private func newer(_ name: String, after jid: Int64) throws -> [(value: String, jids: [Int64])] {
        var found: [String: [Int64]] = [:]
        let statement = try connection.prepare("SELECT jid, params FROM job WHERE jid > ? ORDER BY jid")
        try statement.put(jid).forEach { row in
            let jid = row.int()
            guard let value = row.object()[name] else { return }
            found[ParamText.indexed(value), default: []].append(jid)
        }
        return found.map { ($0.key, $0.value) }
    }

    func lateJobs() throws(SQLiteFailure) -> [Int64] {
        try connection.prepare(
            """
            SELECT i.jid FROM job_instance i INDEXED BY job_instance_late
                CROSS JOIN job j ON j.jid = i.jid AND j.latest_instance_id = i.job_instance_id
            WHERE i.late_since IS NOT NULL AND i.status = \(Status.running.rawValue) ORDER BY i.jid
            """
        ).all { $0.int() }
    }
}

extension SnapshotRow {
    fileprivate init(_ row: inout Row) {
        self.init(
            jid: row.int(), queue: row.optionalText(), name: row.text(), status: row.status(),
            attempts: Int(row.int()), submitted: row.time(), resources: row.text(), isForgotten: row.bool(),
            cancelled: row.optionalTime())
        isBlocked = row.bool()
        guard let submitted = row.optionalTime() else { return }
        attempt = Attempt(
            cause: row.cause(), host: row.optionalText(), submitted: submitted, started: row.optionalTime(),
            finished: row.optionalTime(), wallclock: row.optionalDouble(), cpu: row.optionalDouble(),
            memory: row.optionalInt(), isLate: row.bool(), isDoubtful: row.bool(), group: row.optionalInt())
    }
}
