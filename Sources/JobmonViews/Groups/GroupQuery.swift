package import JobmonCore

/// Groups of errors, read with SQL, so that it is the same with a monitor and without.
package struct GroupQuery {
    let reading: any LedgerReading
    let filter: JobFilter

    /// Seconds that a query may take.
    var seconds: Double

    package init(reading: any LedgerReading, filter: JobFilter, seconds: Double = 30) {
        self.reading = reading
        self.filter = filter
        self.seconds = seconds
    }

    /// Jobs of a group that are named.
    package static let namedJobs = 20

    /// The groups, those of most jobs first, and the number of errors that are not grouped yet.
    /// - Throws: `.contradiction` if the monitor is of a version that has no counts of groups.
    package func groups() async throws(Problem) -> (groups: [ErrorGroup], ungrouped: Int) {
        do throws(Problem) {
            return try await read()
        } catch {
            guard error.message.contains("no such column") || error.message.contains("no such table") else {
                throw error
            }
            throw Problem(
                .contradiction,
                "the monitor of this directory is of an earlier version and does not count groups of errors",
                hint: "stop it with jobmon stop, and start it again")
        }
    }

    private func read() async throws(Problem) -> (groups: [ErrorGroup], ungrouped: Int) {
        let selected = try await selected()
        let rows = try await reading.query(
            """
            WITH \(selected.table) grouped AS (\(grouped(selected))),
            runs AS (SELECT queue, count(*) AS runs, max(started) AS last FROM queue_run GROUP BY queue)
            SELECT g.id, coalesce(t.title, ''), coalesce(t.rule, ''), g.errors, g.jobs, g.first, g.last, g.jid,
                (SELECT json_group_array(f.jid) FROM (
                    SELECT e.jid FROM error e INDEXED BY error_by_group
                    WHERE e.signature_id = g.id AND \(selected.condition)
                    GROUP BY e.jid ORDER BY e.jid LIMIT \(Self.namedJobs)) f),
                (SELECT coalesce(x.headline, substr(x.description, 1, 500)) FROM error x
                    WHERE x.jid = g.jid AND x.signature_id IS g.id ORDER BY x.id LIMIT 1),
                CASE WHEN r.runs > 1 THEN
                    CASE WHEN g.first >= r.last THEN 'new' WHEN g.last < r.last THEN 'gone' END END,
                t.muted, t.note
            FROM grouped g LEFT JOIN error_group t ON t.id = g.id LEFT JOIN job j ON j.jid = g.jid
                LEFT JOIN runs r ON r.queue = j.queue
            ORDER BY g.jobs DESC, g.id
            """, limits: QueryLimits(rows: 100_000, seconds: seconds)
        ).rows
        var groups: [ErrorGroup] = []
        var ungrouped = 0
        for row in rows where row.count == 13 {
            guard let number = row[0].integer else {
                ungrouped = Int(row[3].integer ?? 0)
                continue
            }
            groups.append(
                ErrorGroup(
                    number: number, title: row[1].plainText, rule: row[2].plainText, errors: Int(row[3].integer ?? 0),
                    jobs: Int(row[4].integer ?? 0), firstSeen: row[5].time, lastSeen: row[6].time,
                    example: row[7].integer ?? 0, firstJobs: row[8].numbers, exampleLine: row[9].plainText,
                    sinceLastRun: ErrorGroup.SinceLastRun(rawValue: row[10].plainText),
                    muted: row[11] == .null ? nil : row[11].time, note: row[12] == .null ? nil : row[12].plainText))
        }
        return (groups, ungrouped)
    }

    /// A statement for what is counted of each group: `id` (NULL: the errors that are not grouped yet), `errors`,
    /// `jobs`, `first`, `last` and the first `jid`.
    private func grouped(_ selected: Selected) -> String {
        var ofJobs = filter
        ofJobs.groups = []
        guard ofJobs == JobFilter() else {
            // One group of an index at a time: no memory is needed for the distinct jobs.
            return """
                SELECT id, sum(errors) AS errors, count(*) AS jobs, min(first) AS first, max(last) AS last,
                    min(jid) AS jid
                FROM (
                    SELECT e.signature_id AS id, e.jid, count(*) AS errors, min(e.error_time) AS first,
                        max(e.error_time) AS last
                    FROM error e INDEXED BY error_by_group WHERE \(selected.condition)
                    GROUP BY e.signature_id, e.jid)
                GROUP BY id
                """
        }
        // Of all jobs it is counted already.
        let counted = """
            SELECT id, errors, jobs, first_seen AS first, last_seen AS last, example AS jid
            FROM error_group WHERE errors > 0
            """
        guard filter.groups.isEmpty else { return "\(counted) AND id IN (\(numbers))" }
        return """
            \(counted) UNION ALL SELECT * FROM (
                SELECT NULL, count(*) AS errors, count(DISTINCT e.jid), min(e.error_time), max(e.error_time), min(e.jid)
                FROM error e INDEXED BY error_by_group WHERE e.signature_id IS NULL AND \(selected.condition))
            WHERE errors > 0
            """
    }

    private var numbers: String { filter.groups.map { String($0) }.joined(separator: ", ") }

    /// What selects errors `e`.
    private struct Selected {
        /// A common table expression that the condition needs, with its comma; empty: it needs none.
        var table = ""
        var condition: String
    }

    /// The errors of the selected jobs that are not forgotten.
    private func selected() async throws(Problem) -> Selected {
        var conditions = [
            "e.jid NOT IN (SELECT f.jid FROM job f INDEXED BY job_forgotten WHERE f.forgotten IS NOT NULL)"
        ]
        var table = ""
        var ofJobs = filter
        ofJobs.groups = []
        var others = ofJobs
        others.queue = nil
        if let queue = ofJobs.queue, others == JobFilter() {
            // A queue may have a million jobs: their numbers are not sent.
            conditions.append("EXISTS (SELECT 1 FROM job q WHERE q.jid = e.jid AND q.queue = \(SQLText.quoted(queue)))")
        } else if ofJobs != JobFilter() {
            let jids = try await reading.numbers(ofJobs).map { String($0) }.joined(separator: ",")
            table = "chosen (jid) AS MATERIALIZED (SELECT value FROM json_each('[\(jids)]')),"
            conditions.append("e.jid IN (SELECT jid FROM chosen)")
        }
        if !filter.groups.isEmpty { conditions.append("e.signature_id IN (\(numbers))") }
        return Selected(table: table, condition: conditions.joined(separator: " AND "))
    }
}

extension JSON {
    /// The numbers in the text of an array.
    fileprivate var numbers: [Int64] {
        guard case .string(let text) = self, case .array(let values)? = try? JSON(parsing: text) else { return [] }
        return values.compactMap(\.integer)
    }

    fileprivate var time: Timestamp { Timestamp(plainText) ?? Timestamp(milliseconds: 0) }
}
