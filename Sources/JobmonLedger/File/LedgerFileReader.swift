import Dispatch
import GRDBSQLite
import JobmonCore

/// Reads a ledger's file without being its monitor. Each reading opens the file anew: a monitor may start or end at any
/// time between two.
struct LedgerFileReader: LedgerReads {
    let file: String
    let time: TimeSource

    var path: String? { file }
    var readsInParallel: Bool { FileSystem.sharing(at: file) == .readersBesideWriter }

    /// - Throws: when there is no ledger, or none that can be read.
    init(path: String, time: TimeSource) throws(Problem) {
        file = path
        self.time = time
        if case .missing = FileSystem.kind(of: path) {
            throw Problem(
                .notFound, "there is no ledger \(path)", hint: "name the directory of a monitor with -d, or JOBMON_DIR")
        }
        if case .empty = FileSystem.kind(of: path) {
            throw Problem(.notFound, "the ledger \(path) is empty", hint: "start a monitor in its directory")
        }
        // Nothing is written: a damaged page is met, and said, where it is read.
        let ledger = LedgerFile(path: path, time: time)
        if case .other = FileSystem.kind(of: path) { throw ledger.notALedger("it is not a regular file") }
        try ledger.lookAtHeader()
        do {
            try Self.check(ledger)
        } catch {
            throw Problem(error, path: path)
        }
    }

    /// A ledger that somebody writes is read together with its WAL. Beside one that was closed in order nothing is made.
    private static func check(_ ledger: LedgerFile) throws {
        let isOpen = { FileSystem.isThere("\(ledger.path)-wal") }
        if !isOpen() {
            do {
                return try RawDatabase.reading(ledger.path, asItLies: true).use { try ledger.check($0) }
            } catch {
                // A monitor that has begun to write meanwhile makes such a look worthless.
                guard isOpen() else { throw error }
            }
        }
        try open(ledger.path).use { try ledger.check($0) }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws(Problem) -> Value {
        let file = file
        return try await Self.aside(path: file) {
            try Self.open(file).use { connection in
                try connection.inTransaction("BEGIN") { try body(connection) }
            }
        }
    }

    func query(_ sql: String, limits: QueryLimits) async throws(Problem) -> QueryResult {
        try await Self.query(sql, limits: limits, path: file, time: time)
    }

    /// Runs a query through a connection of its own that can only read.
    static func query(
        _ sql: String, limits: QueryLimits, path: String, time: TimeSource
    ) async throws(Problem) -> QueryResult {
        try await aside(path: path) {
            try open(path).use { try GuardedQuery(connection: $0, time: time).run(sql, limits: limits) }
        }
    }

    /// Where no other process can read beside the writer, reading needs the lock that the writer has, and with it the
    /// right to write; the connection then forbids itself to use that.
    private static func open(_ path: String) throws(SQLiteFailure) -> RawDatabase {
        switch FileSystem.sharing(at: path) {
        case .readersBesideWriter:
            do {
                let database = try RawDatabase.reading(path)
                _ = try database.use { (connection) throws(SQLiteFailure) in
                    try connection.number("SELECT count(*) FROM sqlite_schema")
                }
                return database
            } catch {
                // Whoever may not write the directory can't make the files beside the ledger that reading needs; of a
                // ledger that was closed in order they need not be there.
                guard !FileSystem.hasContent("\(path)-wal") else { throw error }
                return try RawDatabase.reading(path, asItLies: true)
            }
        case .oneProcess:
            let database = try RawDatabase(path, flags: SQLITE_OPEN_READWRITE)
            try database.use { (connection) throws(SQLiteFailure) in
                try connection.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = 1")
            }
            return database
        }
    }

    /// Runs what blocks on a thread that may be blocked.
    private static func aside<Value: Sendable>(
        path: String, _ body: @escaping @Sendable () throws -> Value
    ) async throws(Problem) -> Value {
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Result { try body() }) }
        }
        do {
            return try result.get()
        } catch {
            throw Problem(error, path: path)
        }
    }
}
