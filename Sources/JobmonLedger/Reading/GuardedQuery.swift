import GRDBSQLite
import JobmonCore

/// One SQL statement of somebody else's, run so that it can only read, only for so long, and give only so much. SQLite
/// itself sees to that: an authorizer while the statement is prepared, a handler that is asked while it runs.
struct GuardedQuery {
    /// Bytes of text that an answer may have in all.
    private static let largestAnswer = 64 << 20
    /// Bytes of one value that a statement may make.
    private static let largestValue: Int32 = 16 << 20

    private static let hint =
        "use one SELECT; the tables are status, job, job_instance, job_status, error, event, sgejob"

    let connection: Connection
    let time: TimeSource

    /// - Throws: a `Problem` that says what is wrong with the statement, in SQLite's words.
    func run(_ sql: String, limits: QueryLimits) throws -> QueryResult {
        guard !sql.utf8.contains(0) else { throw Problem(.invalid, "the query contains a NUL character") }
        let watch = Watch(time: time, until: time.steadySeconds() + limits.seconds)
        let database = connection.pointer
        try connectTableFunctions()
        let oldLength = sqlite3_limit(database, SQLITE_LIMIT_LENGTH, Self.largestValue)
        sqlite3_set_authorizer(
            database, { _, action, first, second, _, _ in Allowed.decide(action, first, second) }, nil)
        sqlite3_progress_handler(
            database, 1000,
            { context in
                guard let context else { return 0 }
                return Unmanaged<Watch>.fromOpaque(context).takeUnretainedValue().isOver ? 1 : 0
            }, Unmanaged.passUnretained(watch).toOpaque())
        defer {
            sqlite3_set_authorizer(database, nil, nil)
            sqlite3_progress_handler(database, 0, nil, nil)
            sqlite3_limit(database, SQLITE_LIMIT_LENGTH, oldLength)
        }
        return try withExtendedLifetime(watch) {
            let statement = try prepare(sql, watch, limits)
            defer { sqlite3_finalize(statement) }
            return try rows(statement, watch, limits)
        }
    }

    /// SQLite declares a table function by a CREATE TABLE at its first use, which the authorizer would deny: so those
    /// that a query may use are used once before.
    private func connectTableFunctions() throws(SQLiteFailure) {
        for name in ["json_each", "json_tree"] + Allowed.telling.map({ "pragma_\($0)" }) {
            _ = try connection.prepare("SELECT 1 FROM \(name) LIMIT 0")
        }
    }

    private func prepare(_ sql: String, _ watch: Watch, _ limits: QueryLimits) throws -> OpaquePointer {
        var statement: OpaquePointer?
        // What follows the first statement may be space and comments only: prepared, that gives nothing.
        var rest: OpaquePointer?
        let code = sql.withCString { start in
            var tail: UnsafePointer<CChar>?
            var code = sqlite3_prepare_v3(connection.pointer, start, -1, 0, &statement, &tail)
            while code == SQLITE_OK, rest == nil, let left = tail, left.pointee != 0 {
                code = sqlite3_prepare_v3(connection.pointer, left, -1, 0, &rest, &tail)
            }
            return code
        }
        sqlite3_finalize(rest)
        guard code == SQLITE_OK else {
            let problem =
                statement == nil ? failure(watch, limits) : Problem(.invalid, Self.leftOver, hint: Self.hint)
            sqlite3_finalize(statement)
            throw problem
        }
        guard rest == nil, let statement else {
            let message = statement == nil ? "the query is empty" : Self.leftOver
            sqlite3_finalize(statement)
            throw Problem(.invalid, message, hint: Self.hint)
        }
        guard sqlite3_stmt_readonly(statement) != 0 else {
            sqlite3_finalize(statement)
            throw Problem(.invalid, "the query would change the ledger", hint: Self.hint)
        }
        return statement
    }

    private static let leftOver = "there is more text after the first statement of the query"

    private func rows(_ statement: OpaquePointer, _ watch: Watch, _ limits: QueryLimits) throws -> QueryResult {
        let columns = (0..<sqlite3_column_count(statement)).map { column in
            sqlite3_column_name(statement, column).map { String(cString: $0) } ?? ""
        }
        var rows: [[JSON]] = []
        var bytes = 0
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                guard rows.count < limits.rows, bytes < Self.largestAnswer else {
                    return QueryResult(columns: columns, rows: rows, truncated: true)
                }
                rows.append(
                    columns.indices.map { column in
                        bytes += Int(sqlite3_column_bytes(statement, Int32(column)))
                        return Self.value(statement, Int32(column))
                    })
            case SQLITE_DONE: return QueryResult(columns: columns, rows: rows, truncated: false)
            default: throw failure(watch, limits)
            }
        }
    }

    private static func value(_ statement: OpaquePointer, _ column: Int32) -> JSON {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .int(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .double(sqlite3_column_double(statement, column))
        case SQLITE_TEXT:
            guard let start = sqlite3_column_text(statement, column) else { return .null }
            let count = Int(sqlite3_column_bytes(statement, column))
            return .string(String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            let count = Int(sqlite3_column_bytes(statement, column))
            guard count > 0, let start = sqlite3_column_blob(statement, column) else { return .string("") }
            var hex: [UInt8] = []
            hex.reserveCapacity(2 * count)
            let digits = Array("0123456789abcdef".utf8)
            for byte in UnsafeRawBufferPointer(start: start, count: count) {
                hex.append(digits[Int(byte >> 4)])
                hex.append(digits[Int(byte & 15)])
            }
            return .string(String(decoding: hex, as: UTF8.self))
        default: return .null
        }
    }

    /// What is said of the failure that the connection has just met.
    private func failure(_ watch: Watch, _ limits: QueryLimits) -> Problem {
        let failure = connection.failure()
        switch failure.primary {
        case SQLITE_INTERRUPT where watch.isOver:
            return Problem(
                .invalid, "the query took longer than \(limits.seconds) s and was stopped",
                hint: "select less, or read the file with sqlite3")
        case SQLITE_AUTH:
            return Problem(.invalid, "the query may only read: \(failure.message)", hint: Self.hint)
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CANTOPEN, SQLITE_NOMEM:
            return Problem(failure, path: nil)
        default: return Problem(.invalid, "the query failed: \(failure.message)", hint: Self.hint)
        }
    }

    /// Knows when the time is over. SQLite asks it through a pointer, on the thread that runs the query.
    private final class Watch {
        private let time: TimeSource
        private let end: Double

        init(time: TimeSource, until end: Double) {
            self.time = time
            self.end = end
        }

        var isOver: Bool { time.steadySeconds() > end }
    }

    /// What a query may do. Everything that is not named here is denied.
    private enum Allowed {
        static func decide(
            _ action: Int32, _ first: UnsafePointer<CChar>?, _ second: UnsafePointer<CChar>?
        ) -> Int32 {
            switch action {
            case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: SQLITE_OK
            case SQLITE_FUNCTION: name(second).map { harmful.contains($0) } ?? true ? SQLITE_DENY : SQLITE_OK
            // Only those that tell something; their arguments name a table or an index.
            case SQLITE_PRAGMA: name(first).map { telling.contains($0) } ?? false ? SQLITE_OK : SQLITE_DENY
            default: SQLITE_DENY
            }
        }

        private static func name(_ text: UnsafePointer<CChar>?) -> String? {
            text.map { String(cString: $0).lowercased() }
        }

        /// Functions that reach beyond the file, should the SQLite library at hand have them.
        private static let harmful: Set<String> = [
            "load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "sqlite_log",
            "sqlite_compileoption_get",
        ]
        static let telling: Set<String> = [
            "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list",
        ]
    }
}
