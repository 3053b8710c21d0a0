import JobmonCore

/// Numbers of jobs, from the counts that the recorder keeps: the answer takes no longer with a million jobs.
struct SummaryQueries {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func summary(queue: String?) throws(SQLiteFailure) -> Summary {
        var counts = Dictionary(uniqueKeysWithValues: Status.allCases.map { ($0, 0) })
        var errors = 0
        let rows = try connection.prepare(
            "SELECT what, coalesce(sum(count), 0) FROM tally WHERE ?1 IS NULL OR queue = ?1 GROUP BY what"
        ).put(queue).all { row in (what: Int(row.int()), count: Int(row.int())) }
        for row in rows {
            if row.what == 0 { errors = row.count }
            if let status = Status(rawValue: row.what) { counts[status] = row.count }
        }
        let late = try connection.prepare(
            """
            SELECT count(*) FROM job_instance i INDEXED BY job_instance_late
                JOIN job j ON j.jid = i.jid AND j.latest_instance_id = i.job_instance_id
            WHERE i.late_since IS NOT NULL AND i.status = 2 AND (?1 IS NULL OR j.queue = ?1)
            """
        ).put(queue).first { Int($0.int()) }
        return Summary(jobs: counts, late: late ?? 0, errors: errors, sequence: try lastSequence())
    }

    /// The number of the latest event, from the ends of its two tables: of the view, SQLite would read every row.
    func lastSequence() throws(SQLiteFailure) -> Int64 {
        try connection.number(
            """
            SELECT max(coalesce((SELECT max(seq) FROM event_whole), 0), coalesce((SELECT max(seq) FROM event_brief), 0))
            """) ?? 0
    }

    /// How many jobs have one of these statuses.
    func count(of statuses: [Status]) throws(SQLiteFailure) -> Int {
        try connection.prepare(
            "SELECT coalesce(sum(count), 0) FROM tally WHERE what IN (SELECT value FROM json_each(?))"
        )
        .put(JSON.array(statuses.map { .int(Int64($0.rawValue)) }).text).first { Int($0.int()) } ?? 0
    }

    /// How many errors the jobs of a queue (nil: all jobs) have.
    func errors(queue: String?) throws(SQLiteFailure) -> Int {
        try connection.prepare(
            "SELECT coalesce(sum(count), 0) FROM tally WHERE what = 0 AND (?1 IS NULL OR queue = ?1)"
        )
        .put(queue).first { Int($0.int()) } ?? 0
    }
}
