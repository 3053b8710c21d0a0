import JobmonCore

/// Errors as records, with what a list of them shows beside each.
struct ErrorQueries {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func errors(_ filter: JobFilter, page: Page) throws(SQLiteFailure) -> Paged<ErrorRecord> {
        let ids = try ids(filter, after: page.after, limit: page.limit + 1)
        let wanted = JSON.array(ids.prefix(page.limit).map { .int($0) }).text
        let items = try connection.prepare(
            """
            SELECT e.id, e.job_instance_id, e.error_time, e.description, e.headline, e.jid, j.name, i.retry_number, i.cause,
                i.exit_code, i.signal, i.host, e.signature_id, e.traceback
            FROM error e JOIN job_instance i ON i.job_instance_id = e.job_instance_id JOIN job j ON j.jid = e.jid
            WHERE e.id IN (SELECT value FROM json_each(?)) ORDER BY e.id
            """
        ).put(wanted).all { row in
            ErrorRecord(
                id: row.int(), jobInstanceID: row.int(), errorTime: row.time(), description: row.text(),
                headline: row.optionalText(), jid: row.int(), name: row.text(), retryNumber: Int(row.int()),
                cause: row.cause(),
                exitCode: row.optionalInt().map { Int($0) }, signal: row.optionalInt().map { Int($0) },
                host: row.optionalText(), group: row.optionalInt(), traceback: row.optionalObject())
        }
        return Paged(items: items, next: ids.count > page.limit ? items.last?.id : nil)
    }

    private func ids(_ filter: JobFilter, after: Int64, limit: Int) throws(SQLiteFailure) -> [Int64] {
        guard filter != JobFilter() else {
            return try connection.prepare(
                """
                SELECT id FROM error WHERE id > ?
                    AND jid NOT IN (SELECT f.jid FROM job f INDEXED BY job_forgotten WHERE f.forgotten IS NOT NULL)
                ORDER BY id LIMIT ?
                """
            )
            .put(after).put(limit).all { $0.int() }
        }
        let conditions = JobConditions(filter: filter)
        var found: [Int64] = []
        // With few errors, or when nothing narrows the jobs down, it is quicker to go through the errors.
        let errors = try SummaryQueries(connection).errors(queue: filter.queue)
        var starts = try conditions.starts(connection)
        let throughErrors: Bool =
            switch starts.first {
            case .jids?, .numbers?, .doubtful?, .late?, .groups?: false
            case .status?, .param?, .name?: errors <= 20000
            case .queue?, .all?, nil: true
            }
        if throughErrors { starts = [.all] }
        // Of a job that is selected by its errors, only these.
        let ofGroups = filter.groups.isEmpty ? "" : " AND e.signature_id IN (\(JobConditions.list(filter.groups)))"
        for start in starts {
            let (from, condition) = conditions.tables(start)
            let tables =
                throughErrors
                ? "error e CROSS JOIN job j ON j.jid = e.jid" : "\(from) CROSS JOIN error e ON e.jid = j.jid"
            let statement = try connection.prepare(
                "SELECT e.id FROM \(tables) WHERE \(condition)\(ofGroups) AND e.id > ? ORDER BY e.id LIMIT ?")
            conditions.bind(start, to: statement)
            found += try statement.put(after).put(limit).all { $0.int() }
        }
        if starts.count > 1 { found.sort() }
        return Array(found.prefix(limit))
    }
}
