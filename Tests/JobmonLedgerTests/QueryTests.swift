import Foundation
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonLedger

/// A query can read, and do nothing else.
@Suite(.timeLimit(.minutes(20)))
struct QueryTests {
    /// Where a ledger can be, by name.
    enum Kind: String, CaseIterable {
        case memory, shared, exclusive, reader
    }

    private func with(_ kind: Kind, _ body: (any LedgerReading, SQLiteLedger, String) async throws -> Void) async throws
    {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            let ledger: SQLiteLedger =
                switch kind {
                case .memory: try SQLiteLedger.open(.memory, time: .system)
                case .shared, .reader: try SQLiteLedger.open(.file(path: path), time: .system)
                case .exclusive: try SQLiteLedger.open(.file(path: path), time: .system, sharing: .oneProcess)
                }
            try await ledger.say(.exec("i"))
            try await ledger.say(.failed("i"))
            let reading: any LedgerReading = kind == .reader ? try SQLiteLedger.reader(path: path) : ledger
            try await body(reading, ledger, directory)
            try await ledger.close()
        }
    }

    @Test(arguments: Kind.allCases)
    func harmIsRefused(kind: Kind) async throws {
        try await with(kind) { reading, ledger, directory in
            let before = try await ledger.dump()
            let attacks = [
                "DELETE FROM job", "UPDATE job SET status = 4", "INSERT INTO status VALUES (9, 'X')", "DROP TABLE job",
                "CREATE TABLE x (a)", "CREATE TEMP TABLE x (a)", "CREATE VIEW v AS SELECT 1",
                "ATTACH '\(directory)/other.sqlite' AS o", "DETACH main", "VACUUM", "VACUUM INTO '\(directory)/copy'",
                "PRAGMA journal_mode = DELETE", "PRAGMA synchronous = OFF", "PRAGMA query_only = 0",
                "PRAGMA writable_schema = 1", "PRAGMA user_version = 9", "PRAGMA wal_checkpoint(TRUNCATE)", "REINDEX",
                "ANALYZE", "BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", "SAVEPOINT s",
                "SELECT load_extension('/tmp/x.so')", "SELECT writefile('\(directory)/w', 'x')",
                "SELECT readfile('/etc/passwd')", "SELECT fts3_tokenizer('x')",
                "SELECT 1; DELETE FROM job", "SELECT 1; SELECT 2", "WITH x AS (SELECT 1) DELETE FROM job",
                "REPLACE INTO status VALUES (1, 'X')", "SELECT * FROM job RETURNING 1", "", "   ", "-- only words", ";",
                "SELECT 1;\0DELETE FROM job", "EXPLAIN DELETE FROM job", "SELECT zeroblob(999999999)",
                "SELEKT 1", "SELECT nothing FROM job",
                "CREATE VIRTUAL TABLE t USING fts5(a)", "INSERT INTO job_param SELECT 'a', 'b', 1",
            ]
            for attack in attacks {
                let problem = await #expect(throws: Problem.self, "\(attack)") {
                    try await reading.query(attack, limits: QueryLimits())
                }
                #expect(problem?.code == .invalid, "\(attack): \(problem?.message ?? "")")
            }
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: directory).allSatisfy {
                    $0.hasPrefix("job_monitor.sqlite")
                })
            #expect(try await ledger.dump() == before)
            // The ledger works as if nothing had been queried.
            #expect(try await ledger.say(.exec("j")).outcome == .recorded)
        }
    }

    @Test(arguments: Kind.allCases)
    func questionsAreAnswered(kind: Kind) async throws {
        try await with(kind) { reading, _, _ in
            let answers: [(String, [[JSON]])] = [
                ("SELECT cause, count(*) FROM job_instance GROUP BY cause", [["exit", 1]]),
                (
                    "SELECT 9007199254740993, 1.5, NULL, 'é', x'00ff' ;  -- said",
                    [[9_007_199_254_740_993, .double(1.5), .null, "é", "00ff"]]
                ),
                ("SELECT label FROM job JOIN status ON status.id = job.status", [["FAILED"]]),
                ("SELECT value FROM json_each((SELECT args FROM job))", [["-c"], ["x"]]),
                ("SELECT name FROM pragma_table_info('error') LIMIT 2", [["id"], ["job_instance_id"]]),
                ("SELECT count(*) FROM sgejob", [[0]]),
                (
                    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n LIMIT 3) SELECT * FROM n",
                    [[1], [2], [3]]
                ),
                ("VALUES (1), (2)", [[1], [2]]),
                ("PRAGMA index_info(job_by_name)", [[0, 3, "name"]]),
            ]
            for (sql, rows) in answers {
                let answer = try await reading.query(sql, limits: QueryLimits())
                #expect(answer.rows == rows, "\(sql)")
                #expect(!answer.truncated)
            }
            let named = try await reading.query("SELECT 1 AS n, 2 AS n, jid FROM job", limits: QueryLimits())
            #expect(named.columns == ["n", "n", "jid"])
        }
    }

    @Test(arguments: Kind.allCases)
    func rowsAndTimeAreLimited(kind: Kind) async throws {
        try await with(kind) { reading, _, _ in
            let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT x FROM n"
            let cut = try await reading.query(endless, limits: QueryLimits(rows: 10, seconds: 5))
            #expect(cut.rows.count == 10)
            #expect(cut.truncated)
            let whole = try await reading.query("VALUES (1), (2)", limits: QueryLimits(rows: 2, seconds: 5))
            #expect(!whole.truncated)
            let problem = await #expect(throws: Problem.self) {
                try await reading.query(
                    "SELECT count(*) FROM (\(endless))", limits: QueryLimits(rows: 10, seconds: 0.2))
            }
            #expect(problem?.code == .invalid)
            #expect(problem?.message.contains("longer than 0.2 s") == true)
        }
    }

    @Test func anotherProgramReadsBesideTheWriter() async throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/sqlite3") else {
            withKnownIssue("the program sqlite3 is not installed", isIntermittent: true) {}
            return
        }
        try await with(.shared) { _, ledger, directory in
            let sqlite3 = try Running(
                "/usr/bin/sqlite3", ["\(directory)/job_monitor.sqlite", "select description from error"], stdin: "")
            let finished = try await sqlite3.finished()
            #expect(finished.status == 0, "\(finished.stderr)")
            #expect(finished.stdout.contains("ValueError: bad"))
            // It closed as one of several readers: nothing was taken from the writer.
            #expect(try await ledger.say(.exec("j")).outcome == .recorded)
            #expect(try await ledger.summary(queue: nil).jobs[.submitted] == 1)
        }
    }
}
