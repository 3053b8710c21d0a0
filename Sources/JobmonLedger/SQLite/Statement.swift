import GRDBSQLite
import JobmonCore

/// A prepared statement. Values are put in one after the other, in the order of their question marks, then it runs.
/// Belongs to one connection and is used where that is used.
final class Statement {
    private let connection: Connection
    private let pointer: OpaquePointer
    private var next: Int32 = 1

    /// - Throws: for text that is no statement.
    init(_ connection: Connection, _ sql: String) throws(SQLiteFailure) {
        var prepared: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = sqlite3_prepare_v3(connection.pointer, sql, -1, flags, &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw connection.failure() }
        self.connection = connection
        pointer = prepared
    }

    deinit { sqlite3_finalize(pointer) }

    // MARK: - Values in

    @discardableResult func put(_ value: Int64?) -> Statement {
        if let value { sqlite3_bind_int64(pointer, next, value) }
        next += 1
        return self
    }

    @discardableResult func put(_ value: Int?) -> Statement { put(value.map { Int64($0) }) }

    @discardableResult func put(_ value: Bool) -> Statement { put(Int64(value ? 1 : 0)) }

    @discardableResult func put(_ value: Double?) -> Statement {
        if let value { sqlite3_bind_double(pointer, next, value) }
        next += 1
        return self
    }

    @discardableResult func put(_ value: String?) -> Statement {
        if var value {
            value.withUTF8 { bind($0) }
        }
        next += 1
        return self
    }

    /// Text that is UTF-8 already.
    @discardableResult func put(bytes: [UInt8]) -> Statement {
        bytes.withUnsafeBufferPointer { bind($0) }
        next += 1
        return self
    }

    private func bind(_ bytes: UnsafeBufferPointer<UInt8>) {
        // An empty buffer may have no address, and no address means null.
        guard let start = bytes.baseAddress else {
            sqlite3_bind_text(pointer, next, "", 0, Self.copied)
            return
        }
        start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { text in
            _ = sqlite3_bind_text64(pointer, next, text, UInt64(bytes.count), Self.copied, UInt8(SQLITE_UTF8))
        }
    }

    /// SQLITE_TRANSIENT: SQLite makes its own copy before the call returns.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    // MARK: - Running

    /// Runs it to its end, and makes it ready for the next time.
    func run() throws(SQLiteFailure) {
        defer { reset() }
        while try step() {}
    }

    /// The first row; nil when there is none.
    func first<Value>(_ read: (inout Row) -> Value) throws(SQLiteFailure) -> Value? {
        defer { reset() }
        guard try step() else { return nil }
        var row = Row(statement: pointer)
        return read(&row)
    }

    /// Every row.
    func all<Value>(_ read: (inout Row) -> Value) throws(SQLiteFailure) -> [Value] {
        defer { reset() }
        var values: [Value] = []
        while try step() {
            var row = Row(statement: pointer)
            values.append(read(&row))
        }
        return values
    }

    /// Every row, one after the other.
    func forEach(_ body: (inout Row) throws -> Void) throws {
        defer { reset() }
        while try step() {
            var row = Row(statement: pointer)
            try body(&row)
        }
    }

    private func step() throws(SQLiteFailure) -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.failure()
        }
    }

    private func reset() {
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
        next = 1
    }
}

/// A row, read column by column from the left.
struct Row {
    fileprivate let statement: OpaquePointer
    fileprivate var column: Int32 = 0

    mutating func int() -> Int64 {
        defer { column += 1 }
        return sqlite3_column_int64(statement, column)
    }

    mutating func bool() -> Bool { int() != 0 }

    mutating func optionalInt() -> Int64? {
        defer { column += 1 }
        guard sqlite3_column_type(statement, column) != SQLITE_NULL else { return nil }
        return sqlite3_column_int64(statement, column)
    }

    mutating func optionalDouble() -> Double? {
        defer { column += 1 }
        guard sqlite3_column_type(statement, column) != SQLITE_NULL else { return nil }
        return sqlite3_column_double(statement, column)
    }

    mutating func optionalText() -> String? {
        defer { column += 1 }
        guard let start = sqlite3_column_text(statement, column) else { return nil }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The next column as SQLite writes it; nil: null. The bytes are there for as long as `body` runs.
    mutating func withText(_ body: (UnsafeBufferPointer<UInt8>?) -> Void) {
        defer { column += 1 }
        guard let start = sqlite3_column_text(statement, column) else { return body(nil) }
        body(UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }

    /// A column of JSON text that holds an object.
    mutating func optionalObject() -> JSONObject? {
        guard let text = optionalText(), case .object(let object)? = try? JSON(parsing: Array(text.utf8)) else {
            return nil
        }
        return object
    }

    mutating func text() -> String { optionalText() ?? "" }

    mutating func status() -> Status? { optionalInt().flatMap { Status(rawValue: Int($0)) } }
    mutating func cause() -> Cause? { optionalText().flatMap(Cause.init(rawValue:)) }
    mutating func optionalTime() -> Timestamp? { optionalText().flatMap(Timestamp.init) }
    mutating func time() -> Timestamp { optionalTime() ?? Timestamp(milliseconds: 0) }

    /// JSON text as its value; null for what is none.
    mutating func json() -> JSON {
        defer { column += 1 }
        guard let start = sqlite3_column_text(statement, column) else { return .null }
        let count = Int(sqlite3_column_bytes(statement, column))
        return (try? JSON(parsing: UnsafeBufferPointer(start: start, count: count))) ?? .null
    }

    mutating func object() -> JSONObject {
        guard case .object(let object) = json() else { return [:] }
        return object
    }
}
