package import ArgumentParser
import Jobmon
import JobmonCore

/// `jobmon query`: runs one read-only SQL statement.
package struct QueryCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Run a read-only SQL statement on the ledger.",
        discussion: """
            The tables are job, job_instance (one row per attempt), job_status, error, event and status; \
            docs/operations.md describes them. A status in a table is the id of a row in the table status.

              jobmon query "select cause, count(*) from job_instance group by cause"
              jobmon query --csv "select jid, wallclock, maxrss from job_instance" > usage.csv
            """)

    @OptionGroup package var directory: DirectoryOption

    @Argument(help: "One SQL statement.")
    package var sql: String

    @Flag(help: "Print a JSON array, one object per row.")
    package var json = false

    @Flag(help: "Print CSV (RFC 4180).")
    package var csv = false

    @Option(help: ArgumentHelp("Print at most N rows.", valueName: "n"))
    package var limit = QueryLimits().rows

    package init() {}

    package func validate() throws {
        if json, csv { throw ValidationError("--json and --csv cannot be used together") }
        if limit < 1 { throw ValidationError("--limit must be at least 1, not \(limit)") }
    }

    package func run() async throws {
        try await directory.open { access in
            let result = try await Self.result(of: sql, from: access.reading, limits: QueryLimits(rows: limit))
            let output = Output()
            if json {
                try QueryOutput.writeJSON(result, to: output)
            } else if csv {
                try QueryOutput.writeCSV(result, to: output)
            } else {
                try QueryOutput.writeTable(result, to: output, terminal: Terminal.behind(descriptor: 1))
            }
            try output.flush()
            if result.truncated {
                Messages.say(
                    "only the first \(Units.grouped(result.rows.count)) rows were printed; --limit N prints more")
            }
        }
    }

    /// - Throws: a usage failure if the statement is wrong.
    private static func result(
        of sql: String, from reading: any LedgerReading, limits: QueryLimits
    ) async throws -> QueryResult {
        do throws(Problem) {
            return try await reading.query(sql, limits: limits)
        } catch {
            if error.code == .invalid { throw CommandFailure(.usage, error) }
            throw error
        }
    }
}
