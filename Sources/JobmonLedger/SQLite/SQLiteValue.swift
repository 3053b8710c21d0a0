import GRDBSQLite

/// What can be put into a statement.
protocol SQLiteValue {
    /// Puts the value in place of a parameter. - Returns: SQLite's result code.
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32
}

extension Int64: SQLiteValue {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { sqlite3_bind_int64(statement, index, self) }
}

extension Int: SQLiteValue {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { Int64(self).bind(to: statement, at: index) }
}

extension Bool: SQLiteValue {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        Int64(self ? 1 : 0).bind(to: statement, at: index)
    }
}

extension Double: SQLiteValue {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { sqlite3_bind_double(statement, index, self) }
}

extension String: SQLiteValue {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        var text = self
        return text.withUTF8 { UTF8Bytes.bind($0, to: statement, at: index) }
    }
}

extension Optional: SQLiteValue where Wrapped: SQLiteValue {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        // A parameter without a value is NULL.
        self?.bind(to: statement, at: index) ?? SQLITE_OK
    }
}

/// Text that is UTF-8 already.
struct UTF8Bytes: SQLiteValue {
    var bytes: [UInt8]

    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        bytes.withUnsafeBufferPointer { Self.bind($0, to: statement, at: index) }
    }

    fileprivate static func bind(
        _ bytes: UnsafeBufferPointer<UInt8>, to statement: OpaquePointer, at index: Int32
    ) -> Int32 {
        // SQLITE_TRANSIENT: SQLite makes its own copy before the call returns.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        // An empty buffer may have no address, and no address means null.
        guard let start = bytes.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, copied) }
        return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { text in
            sqlite3_bind_text64(statement, index, text, UInt64(bytes.count), copied, UInt8(SQLITE_UTF8))
        }
    }
}
