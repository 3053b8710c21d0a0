import GRDBSQLite
import JobmonCore

/// A prepared statement. Values are put in one after the other, in the order of their question marks, then it runs. It
/// runs only with exactly as many values as it has parameters. Belongs to one connection and is used where that is used.
final class Statement {
    private let connection: Connection
    private let pointer: OpaquePointer
    private let parameters: Int32
    private var next: Int32 = 1
    /// What is wrong with the values that were put in, or with a row that was read.
    fileprivate var fault: SQLiteFailure?

    /// - Throws: for text that is no statement.
    init(_ connection: Connection, _ sql: String) throws(SQLiteFailure) {
        var prepared: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = sqlite3_prepare_v3(connection.pointer, sql, -1, flags, &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw connection.failure() }
        self.connection = connection
        pointer = prepared
        parameters = sqlite3_bind_parameter_count(prepared)
    }

    deinit { sqlite3_finalize(pointer) }

    // MARK: - Values in

    /// Puts in the value of the next parameter.
    @discardableResult func put(_ value: some SQLiteValue) -> Statement {
        bind(value, at: next)
        next += 1
        return self
    }

    /// Puts in text that is UTF-8 already.
    @discardableResult func put(bytes: [UInt8]) -> Statement { put(UTF8Bytes(bytes: bytes)) }

    /// Puts in the value of a parameter by its number.
    func bind(_ value: some SQLiteValue, at index: Int32) {
        let code = value.bind(to: pointer, at: index)
        if code != SQLITE_OK, fault == nil {
            fault = SQLiteFailure(code: code, message: "\(Self.words(code)): value \(index) of \(text)")
        }
    }

    /// The number of a parameter that has a name; nil: the statement has none of that name.
    func index(of name: String) -> Int32? {
        let index = sqlite3_bind_parameter_index(pointer, name)
        return index > 0 ? index : nil
    }

    /// The names of its parameters; nil: one has none.
    var names: [String?] {
        (0..<parameters).map { sqlite3_bind_parameter_name(pointer, $0 + 1).map { String(cString: $0) } }
    }

    /// Says that all values are in, put there by their numbers.
    func isFilled() { next = parameters + 1 }

    private var text: String { sqlite3_sql(pointer).map { String(cString: $0) } ?? "" }

    private static func words(_ code: Int32) -> String { String(cString: sqlite3_errstr(code)) }

    // MARK: - Running

    /// Runs it to its end, and makes it ready for the next time.
    func run() throws(SQLiteFailure) {
        defer { reset() }
        try check()
        while try step() {}
    }

    /// The first row; nil when there is none.
    func first<Value>(_ read: (inout Row) -> Value) throws(SQLiteFailure) -> Value? {
        defer { reset() }
        try check()
        guard try step() else { return nil }
        return try self.read(read)
    }

    /// Every row.
    func all<Value>(_ read: (inout Row) -> Value) throws(SQLiteFailure) -> [Value] {
        defer { reset() }
        try check()
        var values: [Value] = []
        while try step() { values.append(try self.read(read)) }
        return values
    }

    /// Every row, one after the other.
    func forEach(_ body: (inout Row) throws -> Void) throws {
        defer { reset() }
        try check()
        while try step() {
            var row = Row(self, pointer)
            try body(&row)
            if let fault { throw fault }
        }
    }

    private func read<Value>(_ read: (inout Row) -> Value) throws(SQLiteFailure) -> Value {
        var row = Row(self, pointer)
        let value = read(&row)
        if let fault { throw fault }
        return value
    }

    /// A value too few would be NULL without a word.
    private func check() throws(SQLiteFailure) {
        if let fault { throw fault }
        guard next - 1 == parameters else {
            throw .misuse("\(next - 1) values for the \(parameters) parameters of: \(text)")
        }
    }

    private func step() throws(SQLiteFailure) -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.failure()
        }
    }

    /// Gives up the values that were put in.
    func reset() {
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
        next = 1
        fault = nil
    }

    /// A row holds what it may not hold.
    fileprivate func note(_ what: String, column: Int32) {
        guard fault == nil else { return }
        let name = sqlite3_column_name(pointer, column).map { String(cString: $0) } ?? "column \(column + 1)"
        fault = SQLiteFailure(code: SQLITE_CORRUPT, message: "\(name) \(what)")
    }
}

/// A row, read column by column from the left. What it may not hold makes the reading statement throw.
struct Row {
    private let owner: Statement
    private let statement: OpaquePointer
    private let columns: Int32
    private var column: Int32 = 0

    fileprivate init(_ owner: Statement, _ statement: OpaquePointer) {
        self.owner = owner
        self.statement = statement
        columns = sqlite3_column_count(statement)
    }

    /// The next column.
    private mutating func advance() -> Int32 {
        if column >= columns { owner.note("is not selected", column: column) }
        defer { column += 1 }
        return column
    }

    /// A whole number.
    mutating func int() -> Int64 {
        let column = advance()
        if sqlite3_column_type(statement, column) == SQLITE_NULL { owner.note("is NULL", column: column) }
        return sqlite3_column_int64(statement, column)
    }

    /// NULL is false.
    mutating func bool() -> Bool {
        let column = advance()
        return sqlite3_column_int64(statement, column) != 0
    }

    mutating func optionalInt() -> Int64? {
        let column = advance()
        guard sqlite3_column_type(statement, column) != SQLITE_NULL else { return nil }
        return sqlite3_column_int64(statement, column)
    }

    mutating func optionalDouble() -> Double? {
        let column = advance()
        guard sqlite3_column_type(statement, column) != SQLITE_NULL else { return nil }
        return sqlite3_column_double(statement, column)
    }

    mutating func optionalText() -> String? {
        withText { bytes in bytes.map { String(decoding: $0, as: UTF8.self) } }
    }

    /// The next column as SQLite writes it; nil: null. The bytes are there for as long as `body` runs.
    mutating func withText<Value>(_ body: (UnsafeBufferPointer<UInt8>?) -> Value) -> Value {
        let column = advance()
        guard let start = sqlite3_column_text(statement, column) else { return body(nil) }
        return body(UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }

    /// A column of JSON text that holds an object.
    mutating func optionalObject() -> JSONObject? {
        guard let text = optionalText(), case .object(let object)? = try? JSON(parsing: Array(text.utf8)) else {
            return nil
        }
        return object
    }

    mutating func text() -> String {
        guard let text = optionalText() else {
            owner.note("is NULL", column: column - 1)
            return ""
        }
        return text
    }

    /// A status, by its number.
    mutating func status() -> Status {
        guard let status = optionalStatus() else {
            owner.note("is NULL", column: column - 1)
            return .unknown
        }
        return status
    }

    mutating func optionalStatus() -> Status? {
        optionalInt().flatMap { number in
            let status = Status(rawValue: Int(truncatingIfNeeded: number))
            if status == nil { owner.note("holds \(number), which is not a status", column: column - 1) }
            return status
        }
    }

    mutating func cause() -> Cause? {
        optionalText().flatMap { text in
            let cause = Cause(rawValue: text)
            if cause == nil { owner.note("holds \"\(text)\", which is not a cause", column: column - 1) }
            return cause
        }
    }

    mutating func optionalTime() -> Timestamp? {
        optionalText().flatMap { text in
            let time = Timestamp(text)
            if time == nil { owner.note("holds \"\(text)\", which is not a time", column: column - 1) }
            return time
        }
    }

    mutating func time() -> Timestamp {
        guard let time = optionalTime() else {
            owner.note("is NULL", column: column - 1)
            return Timestamp(milliseconds: 0)
        }
        return time
    }

    /// JSON text as its value; null for what is none.
    mutating func json() -> JSON {
        withText { bytes in bytes.flatMap { try? JSON(parsing: $0) } ?? .null }
    }

    mutating func object() -> JSONObject {
        guard case .object(let object) = json() else { return [:] }
        return object
    }
}
