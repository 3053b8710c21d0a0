import GRDBSQLite

/// A connection to SQLite, borrowed for as long as its owner lets it be used. Reads and writes go straight to SQLite's
/// own functions: a batch of events is thousands of small statements, where a layer between costs more than they do.
struct Connection {
    let pointer: OpaquePointer

    /// Prepares a statement; it must be given up before the connection is closed.
    func prepare(_ sql: String) throws(SQLiteFailure) -> Statement { try Statement(self, sql) }

    /// Runs statements that take no values and give no rows that matter.
    func execute(_ sql: String) throws(SQLiteFailure) {
        guard sqlite3_exec(pointer, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
    }

    /// The one number that a statement gives; nil for none or null.
    func number(_ sql: String) throws(SQLiteFailure) -> Int64? {
        let statement = try prepare(sql)
        return try statement.first { row in row.optionalInt() } ?? nil
    }

    /// The first column of every row, as text.
    func texts(_ sql: String) throws(SQLiteFailure) -> [String] {
        try prepare(sql).all { row in row.text() }
    }

    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(pointer) }
    /// How many rows the latest statement changed.
    var changedRows: Int { Int(sqlite3_changes(pointer)) }
    var isInTransaction: Bool { sqlite3_get_autocommit(pointer) == 0 }

    /// The failure that the connection has just met.
    func failure() -> SQLiteFailure {
        SQLiteFailure(code: sqlite3_extended_errcode(pointer), message: String(cString: sqlite3_errmsg(pointer)))
    }

    /// Runs `body` in one transaction; what it threw, and what the commit threw, has left nothing behind.
    func inTransaction<Result>(_ begin: String = "BEGIN IMMEDIATE", _ body: () throws -> Result) throws -> Result {
        try execute(begin)
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // SQLite has rolled back by itself after some errors, such as a full disk.
            if isInTransaction { try? execute("ROLLBACK") }
            throw error
        }
    }
}
