import GRDB
import GRDBSQLite
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonLedger

/// What goes into a statement and what comes out of it is checked: a value that is missing is never NULL without a word,
/// and a row that can't be read is never read as something else.
struct StatementTests {
    private enum Thing: Int, StatementParameter {
        case id, jobStatus, nothing
    }

    private static func withConnection<Value>(_ body: (Connection) throws -> Value) throws -> Value {
        try DatabaseQueue().write { database in
            let connection = Connection(pointer: try #require(database.sqliteConnection))
            try connection.execute("CREATE TABLE thing (id INTEGER, job_status INTEGER, said TEXT)")
            return try body(connection)
        }
    }

    private static func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return (error as? SQLiteFailure)?.message ?? "\(error)" }
        return "no error"
    }

    @Test("a statement with a value too few or too many does not run, and can be used again")
    func counted() throws {
        try Self.withConnection { connection in
            let insert = try connection.prepare("INSERT INTO thing (id, job_status) VALUES (?, ?)")
            #expect(Self.message { try insert.put(1).run() }.contains("1 values for the 2 parameters"))
            #expect(Self.message { try insert.put(1).put(2).put(3).run() }.contains("3"))
            #expect(try connection.number("SELECT count(*) FROM thing") == 0)
            try insert.put(1).put(nil as Int64?).run()
            #expect(try connection.texts("SELECT coalesce(job_status, 'null') FROM thing") == ["null"])
        }
    }

    @Test("values by name: none may be missing, none may be one that the statement does not have")
    func named() throws {
        try Self.withConnection { connection in
            let columns: [Thing] = [.id, .jobStatus]
            #expect(columns.assignments == "id = :id, job_status = :job_status")
            let insert = try NamedStatement<Thing>(
                connection, "INSERT INTO thing (\(columns.columns)) VALUES (\(columns.values))")
            #expect(Self.message { try insert.put(.id, 1).run() }.contains("job_status"))
            let surplus = Self.message { try insert.put(.id, 1).put(.jobStatus, 2).put(.nothing, 3).run() }
            #expect(surplus.contains("nothing"))
            try insert.put(.jobStatus, 4).put(.id, 7).run()
            #expect(try connection.texts("SELECT id || ' ' || job_status FROM thing") == ["7 4"])
            let strange = Self.message { _ = try NamedStatement<Thing>(connection, "SELECT :id, :other") }
            #expect(strange.contains(":other"))
            #expect(Self.message { _ = try NamedStatement<Thing>(connection, "SELECT :id, ?") }.contains("?"))
        }
    }

    @Test(
        "a row that holds what it may not hold is an error that names the column",
        arguments: [
            ("SELECT 9 AS status", "status holds 9"), ("SELECT NULL AS status", "status is NULL"),
            ("SELECT 'x' AS status", "status"),
        ])
    func badRow(_ sql: String, _ expected: String) throws {
        try Self.withConnection { connection in
            let said = Self.message { _ = try connection.prepare(sql).first { $0.status() } }
            #expect(said.contains(expected))
        }
    }

    @Test("the same of numbers, texts, times and causes, and of a column that is not selected")
    func otherBadRows() throws {
        try Self.withConnection { connection in
            func said(_ sql: String, _ read: @escaping (inout JobmonLedger.Row) -> Void) -> String {
                Self.message { _ = try connection.prepare(sql).all { read(&$0) } }
            }
            #expect(said("SELECT NULL AS jid") { _ = $0.int() } == "jid is NULL")
            #expect(said("SELECT NULL AS name") { _ = $0.text() } == "name is NULL")
            #expect(said("SELECT 'soon' AS time") { _ = $0.time() }.contains("\"soon\", which is not a time"))
            #expect(said("SELECT 'bad luck' AS cause") { _ = $0.cause() }.contains("not a cause"))
            #expect(
                said("SELECT 1") {
                    _ = $0.int()
                    _ = $0.optionalInt()
                }.contains("not selected"))
            #expect(said("SELECT NULL") { _ = $0.optionalTime() } == "no error")
        }
    }
}
