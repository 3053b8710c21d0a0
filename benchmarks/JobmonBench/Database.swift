import GRDBSQLite
import JobmonCore

/// SQLite with nothing between: the peer that the ledger is held against.
final class Database {
    private let pointer: OpaquePointer

    init(_ path: String) throws {
        var opened: OpaquePointer?
        guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else {
            throw Problem(.unavailable, "\(path) can't be opened")
        }
        pointer = opened
    }

    deinit { sqlite3_close(pointer) }

    func execute(_ sql: String) throws {
        guard sqlite3_exec(pointer, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
    }

    func number(_ sql: String) throws -> Int64 {
        let statement = try prepare(sql)
        guard sqlite3_step(statement.pointer) == SQLITE_ROW else { throw failure(sql) }
        return sqlite3_column_int64(statement.pointer, 0)
    }

    func prepare(_ sql: String) throws -> Prepared {
        var made: OpaquePointer?
        guard sqlite3_prepare_v3(pointer, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil) == SQLITE_OK,
            let made
        else { throw failure(sql) }
        return Prepared(pointer: made)
    }

    func failure(_ sql: String) -> Problem {
        Problem(.internalError, "\(String(cString: sqlite3_errmsg(pointer))) in: \(sql)")
    }
}

/// A statement that is used many times.
final class Prepared {
    let pointer: OpaquePointer
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(pointer: OpaquePointer) { self.pointer = pointer }

    deinit { sqlite3_finalize(pointer) }

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(pointer, index, value) }

    func bind(_ index: Int32, _ value: String) {
        var value = value
        value.withUTF8 { text in
            text.withMemoryRebound(to: CChar.self) { characters in
                _ = sqlite3_bind_text(
                    pointer, index, characters.baseAddress, Int32(characters.count), Self.transient)
            }
        }
    }

    /// Returns whether it went well.
    func run() -> Bool {
        let done = sqlite3_step(pointer) == SQLITE_DONE
        sqlite3_reset(pointer)
        return done
    }
}
