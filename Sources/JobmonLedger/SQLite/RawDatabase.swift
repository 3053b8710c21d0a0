import GRDBSQLite

/// A connection that is opened for one purpose and closed at its end.
final class RawDatabase {
    private let connection: Connection

    /// - Parameter name: a path, or a `file:` address when the flags allow that.
    init(_ name: String, flags: Int32) throws(SQLiteFailure) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
            let extended = opened.map { sqlite3_extended_errcode($0) } ?? code
            sqlite3_close_v2(opened)
            throw SQLiteFailure(code: extended, message: message)
        }
        sqlite3_extended_result_codes(opened, 1)
        sqlite3_busy_timeout(opened, 5000)
        connection = Connection(pointer: opened)
    }

    /// Reading only. `asItLies`: the file alone, without a lock and without making the files beside it; for a look at
    /// one that nobody writes.
    static func reading(_ path: String, asItLies: Bool = false) throws(SQLiteFailure) -> RawDatabase {
        guard asItLies else { return try RawDatabase(path, flags: SQLITE_OPEN_READONLY) }
        var address = "file:"
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                address.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16)
                address += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return try RawDatabase("\(address)?immutable=1", flags: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
    }

    /// The connection is open for as long as `body` runs, at least.
    func use<Value, Failure: Error>(_ body: (Connection) throws(Failure) -> Value) throws(Failure) -> Value {
        defer { withExtendedLifetime(self) {} }
        return try body(connection)
    }

    deinit { sqlite3_close_v2(connection.pointer) }
}
