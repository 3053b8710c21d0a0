import JobmonCore

/// A filter as conditions of SQL, and the table that the search best starts from. With a million jobs that choice is
/// the difference between a millisecond and a second, and SQLite can't know how many jobs have which status.
struct JobConditions {
    /// What the rows of a search are taken from first.
    enum Start {
        /// These jobs.
        case jids
        /// Those in ranges of numbers.
        case numbers
        /// Those with an instance that is in doubt.
        case doubtful
        /// Those with an instance that is late.
        case late
        /// Those with an error of a group.
        case groups
        /// The jobs of one status, by its index.
        case status(Status)
        /// The jobs with the first param, by its index.
        case param
        case name
        case queue
        /// All jobs.
        case all
    }

    private static let few = 20000
    let filter: JobFilter

    /// One start, or one for each status that is wanted: their results are merged.
    func starts(_ connection: Connection) throws(SQLiteFailure) -> [Start] {
        if !filter.jids.isEmpty { return [.jids] }
        if !filter.numbers.isEmpty { return [.numbers] }
        if filter.doubtful { return [.doubtful] }
        if filter.late { return [.late] }
        if !filter.groups.isEmpty { return [.groups] }
        let statuses = Set(filter.statuses).sorted { $0.rawValue < $1.rawValue }
        if !statuses.isEmpty, try SummaryQueries(connection).count(of: statuses) <= Self.few {
            return statuses.map { .status($0) }
        }
        if !filter.params.isEmpty { return [.param] }
        if filter.name != nil, !filter.nameIsPattern { return [.name] }
        if !statuses.isEmpty, filter.queue == nil { return statuses.map { .status($0) } }
        if filter.queue != nil { return [.queue] }
        return [.all]
    }

    /// The jids that pass, in order, after `after`.
    func jids(_ connection: Connection, after: Int64, limit: Int) throws(SQLiteFailure) -> [Int64] {
        var found: [Int64] = []
        let starts = try starts(connection)
        for start in starts {
            var (from, condition) = tables(start)
            // By the index that is read: of another name of the same number SQLite does not see that it is in order.
            var jid = start.isParam ? "p.jid" : "j.jid"
            var once = ""
            if start.isGroups, filter.groups.count == 1 {
                // The index of one group is in the order of jobs: a page reads no more of it than it shows.
                from = "error g INDEXED BY error_by_group CROSS JOIN job j ON j.jid = g.jid"
                condition += " AND g.signature_id = \(Self.list(filter.groups))"
                (jid, once) = ("g.jid", "GROUP BY g.jid")
            }
            let statement = try connection.prepare(
                "SELECT j.jid FROM \(from) WHERE \(condition) AND \(jid) > ? \(once) ORDER BY \(jid) LIMIT ?")
            bind(start, to: statement)
            found += try statement.put(after).put(limit).all { $0.int() }
        }
        if starts.count > 1 {
            found.sort()
            found = Array(found.prefix(limit))
        }
        return found
    }

    /// The tables to read `j` from, and what must hold. Its values are put in by `bind`, in this order.
    func tables(_ start: Start) -> (from: String, condition: String) {
        var from: String
        var conditions: [String] = []
        switch start {
        case .jids: from = "(SELECT DISTINCT value FROM json_each(?)) w CROSS JOIN job j ON j.jid = w.value"
        case .numbers:
            from = """
                (SELECT value ->> '$[0]' AS low, value ->> '$[1]' AS high FROM json_each(?)) w
                CROSS JOIN job j ON j.jid BETWEEN w.low AND w.high
                """
        case .doubtful:
            from = """
                (SELECT DISTINCT jid FROM job_instance INDEXED BY job_instance_doubtful WHERE doubt IS NOT NULL) w
                CROSS JOIN job j ON j.jid = w.jid
                """
        case .late:
            from = """
                (SELECT DISTINCT jid FROM job_instance INDEXED BY job_instance_late WHERE late_since IS NOT NULL) w
                CROSS JOIN job j ON j.jid = w.jid
                """
        case .groups:
            from = """
                (SELECT DISTINCT jid FROM error INDEXED BY error_by_group WHERE signature_id IN (\(Self.list(filter.groups)))
                    ORDER BY jid) w CROSS JOIN job j ON j.jid = w.jid
                """
        case .status:
            from = "job j INDEXED BY job_by_status"
            conditions.append("j.status = ?")
        case .param: from = "job_param p CROSS JOIN job j ON j.jid = p.jid AND p.name = ? AND p.value = ?"
        case .name:
            from = "job j INDEXED BY job_by_name"
            conditions.append("j.name = ?")
        case .queue:
            from = "job j INDEXED BY job_by_queue"
            conditions.append("j.queue = ?")
        case .all: from = "job j NOT INDEXED"
        }
        if case .status = start {
        } else if !filter.statuses.isEmpty {
            conditions.append("+j.status IN (\(filter.statuses.map { String($0.rawValue) }.joined(separator: ",")))")
        }
        if filter.queue != nil, !start.isQueue { conditions.append("+j.queue = ?") }
        if filter.name != nil, !start.isName {
            conditions.append(filter.nameIsPattern ? "(j.name GLOB ? OR j.name = ?)" : "+j.name = ?")
        }
        for _ in otherParams(start) {
            conditions.append(
                "EXISTS (SELECT 1 FROM job_param q WHERE q.name = ? AND q.value = ? AND q.jid = j.jid)")
        }
        if !start.isNumbers, !filter.numbers.isEmpty {
            conditions.append(
                """
                EXISTS (SELECT 1 FROM json_each(?) n WHERE j.jid BETWEEN n.value ->> '$[0]' AND n.value ->> '$[1]')
                """)
        }
        if !filter.causes.isEmpty {
            // The cause of a blocked job is not that of an attempt.
            let latest = "j.blocked_by IS NULL AND \(Self.latest("l.cause IN (SELECT value FROM json_each(?))"))"
            conditions.append(
                filter.causes.contains(.dependency) ? "(j.blocked_by IS NOT NULL OR \(latest))" : "(\(latest))")
        }
        if !filter.hosts.isEmpty { conditions.append(Self.latest("l.host IN (SELECT value FROM json_each(?))")) }
        if filter.doubtful {
            conditions.append("+j.status = \(Status.complete.rawValue)")
            conditions.append(Self.latest("l.doubt IS NOT NULL"))
        }
        if filter.late {
            conditions.append("+j.status = \(Status.running.rawValue)")
            conditions.append(Self.latest("l.late_since IS NOT NULL"))
        }
        if !filter.groups.isEmpty, !start.isGroups {
            conditions.append(
                "EXISTS (SELECT 1 FROM error g WHERE g.jid = j.jid AND g.signature_id IN (\(Self.list(filter.groups))))"
            )
        }
        if filter.since != nil {
            conditions.append(
                "(j.submitted_date >= ? OR "
                    + Self.latest("coalesce(l.finished_date, l.started_date, l.submitted_date) >= ?") + ")")
        }
        // From an index of their own, and not from each job's row.
        conditions.append(
            """
            j.jid NOT IN (SELECT f.jid FROM job f INDEXED BY job_forgotten WHERE f.forgotten IS NOT NULL)
            """)
        return (from, conditions.joined(separator: " AND "))
    }

    /// That something holds of a job's latest instance, `l`.
    private static func latest(_ condition: String) -> String {
        "EXISTS (SELECT 1 FROM job_instance l WHERE l.job_instance_id = j.latest_instance_id AND \(condition))"
    }

    private var ranges: String {
        JSON.array(filter.numbers.ranges.map { .array([.int($0.lowerBound), .int($0.upperBound)]) }).text
    }

    func bind(_ start: Start, to statement: Statement) {
        switch start {
        case .jids: statement.put(JSON.array(filter.jids.map { .int($0) }).text)
        case .numbers: statement.put(ranges)
        case .doubtful, .late, .groups: break
        case .status(let status): statement.put(status.rawValue)
        case .param:
            if let param = filter.params.first { statement.put(param.name).put(ParamText.indexed(param.value)) }
        case .name: statement.put(filter.name)
        case .queue: statement.put(filter.queue)
        case .all: break
        }
        if let queue = filter.queue, !start.isQueue { statement.put(queue) }
        if let name = filter.name, !start.isName {
            statement.put(name)
            // A name that looks like a pattern is a name too.
            if filter.nameIsPattern { statement.put(name) }
        }
        for param in otherParams(start) { statement.put(param.name).put(ParamText.indexed(param.value)) }
        if !start.isNumbers, !filter.numbers.isEmpty { statement.put(ranges) }
        if !filter.causes.isEmpty { statement.put(Self.list(filter.causes.map(\.rawValue))) }
        if !filter.hosts.isEmpty { statement.put(Self.list(filter.hosts)) }
        if let since = filter.since { statement.put(since.description).put(since.description) }
    }

    /// Numbers for SQL's IN.
    static func list(_ numbers: [Int64]) -> String { numbers.map { String($0) }.joined(separator: ", ") }

    private static func list(_ words: [String]) -> String { JSON.array(words.map { .string($0) }).text }

    private func otherParams(_ start: Start) -> ArraySlice<JobFilter.Param> {
        if case .param = start { filter.params.dropFirst() } else { filter.params[...] }
    }
}

extension JobConditions.Start {
    fileprivate var isQueue: Bool { if case .queue = self { true } else { false } }
    fileprivate var isGroups: Bool { if case .groups = self { true } else { false } }
    fileprivate var isParam: Bool { if case .param = self { true } else { false } }
    fileprivate var isNumbers: Bool { if case .numbers = self { true } else { false } }
    fileprivate var isName: Bool { if case .name = self { true } else { false } }
}
