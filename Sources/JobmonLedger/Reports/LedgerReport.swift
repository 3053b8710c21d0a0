import JobmonCore

/// A report: a table that is written for people and their spreadsheets, and how the ledger gives it.
package struct LedgerReport: Sendable {
    /// A column: its name in the header, and the SQL that gives it.
    package struct Column: Sendable {
        package var name: String
        package var sql: String
        /// Somebody's words, which may look like a formula.
        package var isText: Bool

        init(_ name: String, _ sql: String? = nil, text: Bool = false) {
            self.name = name
            self.sql = sql ?? name
            isText = text
        }
    }

    /// The file's name in the directory.
    package var fileName: String
    package var columns: [Column]
    private var from: String
    /// What holds of each of its rows.
    private static let listed = """
        j.jid NOT IN (SELECT f.jid FROM job f INDEXED BY job_forgotten WHERE f.forgotten IS NOT NULL)
        """
    /// The column by which rows are ordered and paged; the first of `columns`.
    private var key: String

    /// Every report that there is.
    package static var all: [LedgerReport] { [.jobs, .statuses] }

    /// `job_report.csv`: a row per job instance, in the order of their making.
    package static let jobs = LedgerReport(
        fileName: "job_report.csv",
        columns: [
            Column("job_instance_id", "i.job_instance_id"), Column("jid", "j.jid"),
            Column("queue", "j.queue", text: true),
            Column("name", "j.name", text: true), Column("params", "j.params", text: true),
            Column("runfile", "j.runfile", text: true), Column("args", "j.args", text: true),
            Column("cwd", "j.cwd", text: true),
            Column("job_status", "(SELECT label FROM status WHERE id = j.status)"), Column("attempts", "j.attempts"),
            Column("max_attempts", "j.max_attempts"), Column("retry_number", "i.retry_number"),
            Column("executor", "i.executor", text: true), Column("executor_id", "i.executor_id", text: true),
            Column("status", "(SELECT label FROM status WHERE id = i.status)"), Column("cause", "i.cause"),
            Column("exit_code", "i.exit_code"), Column("signal", "i.signal"), Column("host", "i.host", text: true),
            Column("pid", "i.pid"), Column("submitted_date", "i.submitted_date"),
            Column("started_date", "i.started_date"), Column("finished_date", "i.finished_date"),
        ] + Usage.columns.map { Column($0, "i.\($0)") } + [
            Column("stdout_path", "i.stdout_path", text: true), Column("stderr_path", "i.stderr_path", text: true),
            Column("error", "e.description", text: true),
        ],
        from: """
            job_instance i CROSS JOIN job j ON j.jid = i.jid LEFT JOIN error e ON e.job_instance_id = i.job_instance_id
            """, key: "i.job_instance_id")

    /// `job_status_report.csv`: a row for each status that an instance took, in the order in which they were recorded.
    package static let statuses = LedgerReport(
        fileName: "job_status_report.csv",
        columns: [
            Column("id", "x.id"), Column("jid", "x.jid"), Column("job_instance_id", "x.job_instance_id"),
            Column("name", "j.name", text: true), Column("status", "(SELECT label FROM status WHERE id = x.status)"),
            Column("status_time", "x.status_time"), Column("recorded_time", "x.recorded_time"),
        ], from: "job_status x CROSS JOIN job j ON j.jid = x.jid", key: "x.id")

    /// The whole table.
    var statement: String {
        "SELECT \(columns.map(\.sql).joined(separator: ", ")) FROM \(from) WHERE \(Self.listed) ORDER BY \(key)"
    }

    /// Some rows of it, in which all is text or null, as SQLite writes it.
    /// - Parameter after: the key of the row before them; nil: from the start.
    package func page(after: Int64?, limit: Int) -> String {
        let columns = columns.map { "CAST(\($0.sql) AS TEXT) AS \($0.name)" }.joined(separator: ", ")
        let condition = after.map { " AND \(key) > \($0)" } ?? ""
        return "SELECT \(columns) FROM \(from) WHERE \(Self.listed)\(condition) ORDER BY \(key) LIMIT \(limit)"
    }

    /// The first line of the file.
    package var header: [UInt8] {
        var line: [UInt8] = []
        for (index, column) in columns.enumerated() {
            if index > 0 { CSV.separate(&line) }
            CSV.append(field: column.name, to: &line)
        }
        CSV.end(&line)
        return line
    }
}
