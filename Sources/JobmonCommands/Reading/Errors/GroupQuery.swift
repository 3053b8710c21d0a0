import JobmonCore

/// Groups of errors, read with SQL, so that it is the same with a monitor and without.
struct GroupQuery {
    let reading: any LedgerReading
    let filter: JobFilter

    private static let limits = QueryLimits(rows: 100_000, seconds: 30)
    /// Jobs of a group that are named.
    static let namedJobs = 20

    /// The groups, those of most jobs first, and the number of errors that are not grouped yet.
    func groups() async throws(Problem) -> (groups: [ErrorGroup], ungrouped: Int) {
        let condition = try await condition()
        // One group of an index at a time: no memory is needed for the distinct jobs.
        let rows = try await reading.query(
            """
            WITH by_job AS (
                SELECT e.signature_id AS id, e.jid, count(*) AS errors, min(e.error_time) AS first,
                    max(e.error_time) AS last
                FROM error e INDEXED BY error_by_group WHERE \(condition) GROUP BY e.signature_id, e.jid),
            grouped AS (
                SELECT id, sum(errors) AS errors, count(*) AS jobs, min(first) AS first, max(last) AS last, min(jid) AS jid
                FROM by_job GROUP BY id)
            SELECT g.id, coalesce(t.title, ''), coalesce(t.rule, ''), g.errors, g.jobs, g.first, g.last, g.jid,
                (SELECT coalesce(x.headline, substr(x.description, 1, 500)) FROM error x
                    WHERE x.jid = g.jid AND x.signature_id IS g.id ORDER BY x.id LIMIT 1), t.muted, t.note
            FROM grouped g LEFT JOIN error_group t ON t.id = g.id ORDER BY g.jobs DESC, g.id
            """, limits: Self.limits
        ).rows
        var groups: [ErrorGroup] = []
        var ungrouped = 0
        for row in rows where row.count == 11 {
            guard let number = row[0].integer else {
                ungrouped = Int(row[3].integer ?? 0)
                continue
            }
            groups.append(
                ErrorGroup(
                    number: number, title: row[1].plainText, rule: row[2].plainText, errors: Int(row[3].integer ?? 0),
                    jobs: Int(row[4].integer ?? 0), firstSeen: row[5].time, lastSeen: row[6].time,
                    example: row[7].integer ?? 0, exampleLine: row[8].plainText,
                    muted: row[9] == .null ? nil : row[9].time, note: row[10] == .null ? nil : row[10].plainText))
        }
        return (groups, ungrouped)
    }

    /// The first jobs of a group, in ascending order.
    func jobs(of number: Int64) async throws(Problem) -> [Int64] {
        let condition = try await condition()
        return try await reading.query(
            """
            SELECT DISTINCT e.jid FROM error e INDEXED BY error_by_group
            WHERE e.signature_id = \(number) AND \(condition) ORDER BY e.jid LIMIT \(Self.namedJobs)
            """, limits: Self.limits
        ).rows.compactMap { $0.first?.integer }
    }

    /// What holds of the errors of the selected jobs that are not forgotten.
    private func condition() async throws(Problem) -> String {
        var conditions = [
            "e.jid NOT IN (SELECT f.jid FROM job f INDEXED BY job_forgotten WHERE f.forgotten IS NOT NULL)"
        ]
        var ofJobs = filter
        ofJobs.groups = []
        if ofJobs != JobFilter() {
            let jids = try await reading.numbers(ofJobs).map { String($0) }.joined(separator: ",")
            conditions.append("e.jid IN (SELECT value FROM json_each('[\(jids)]'))")
        }
        if !filter.groups.isEmpty {
            conditions.append("e.signature_id IN (\(filter.groups.map { String($0) }.joined(separator: ", ")))")
        }
        return conditions.joined(separator: " AND ")
    }
}

extension JSON {
    fileprivate var integer: Int64? { if case .int(let number) = self { number } else { nil } }

    fileprivate var time: Timestamp { Timestamp(plainText) ?? Timestamp(milliseconds: 0) }
}
