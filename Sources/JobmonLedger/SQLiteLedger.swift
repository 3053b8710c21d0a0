import Dispatch
import GRDB
import GRDBSQLite
package import JobmonCore
import Synchronization

/// The durable record: one SQLite file, or a database in memory that ends with the process. One process writes; whoever
/// opens it for writing holds the lock of its directory.
package final class SQLiteLedger: Ledger, LedgerReads {
    package enum Place: Sendable {
        /// A file; made when there is none.
        case file(path: String)
        case memory
    }

    /// The file; nil: in memory.
    package let path: String?
    /// Reading goes on beside the writing, through connections of its own.
    private let sharing: Sharing
    private let time: TimeSource
    private let database: any DatabaseWriter
    private let writer: WritingConnection

    /// Opens the ledger for writing, made and brought up to date where need be.
    /// - Throws: one sentence on why it can't be used, and what to do. A file that is not a ledger, is damaged or is from
    ///   a newer version is left as it is.
    package static func open(_ place: Place, time: TimeSource) throws(Problem) -> SQLiteLedger {
        try open(place, time: time, sharing: nil)
    }

    /// - Parameter sharing: how the file is shared; nil: as its file system allows.
    static func open(_ place: Place, time: TimeSource, sharing: Sharing?) throws(Problem) -> SQLiteLedger {
        guard case .file(let path) = place else {
            do {
                return try SQLiteLedger(memory: time)
            } catch {
                throw Problem(error, path: nil)
            }
        }
        let file = LedgerFile(path: path, time: time)
        let isNew = try file.prepare()
        do {
            return try SQLiteLedger(file, sharing: sharing ?? FileSystem.sharing(at: path), time: time)
        } catch {
            if isNew { file.removeMade() }
            throw Problem(error, path: path)
        }
    }

    /// What a ledger's file has of what this version's ledgers have.
    package enum Completeness: Sendable {
        /// All, or what it has can't be said.
        case complete
        /// Not all: it is of an earlier version, or is just being made. Opening it for writing brings it up to date.
        case behind
        /// Nothing: the file is empty.
        case empty
    }

    package static func completeness(of path: String) -> Completeness {
        guard FileSystem.hasContent(path) else { return FileSystem.isThere(path) ? .empty : .complete }
        do {
            return try RawDatabase.reading(path).use { try LedgerFile.isUpToDate($0) ? .complete : .behind }
        } catch {
            return .complete
        }
    }

    /// Reads a ledger's file without being its monitor, whether there is one or not.
    /// - Throws: when there is no ledger, or none that can be read.
    package static func reader(path: String, time: TimeSource = .system) throws(Problem) -> any SnapshotReading {
        try LedgerFileReader(path: path, time: time)
    }

    private init(memory time: TimeSource) throws {
        path = nil
        sharing = .oneProcess
        self.time = time
        database = try DatabaseQueue(configuration: Self.configuration(.oneProcess))
        writer = try Self.writer(database, time: time)
    }

    private init(_ file: LedgerFile, sharing: Sharing, time: TimeSource) throws {
        path = file.path
        self.sharing = sharing
        self.time = time
        let configuration = Self.configuration(sharing)
        switch sharing {
        case .readersBesideWriter: database = try DatabasePool(path: file.path, configuration: configuration)
        case .oneProcess:
            var exclusive = configuration
            exclusive.journalMode = .wal
            exclusive.prepareDatabase { try $0.execute(sql: "PRAGMA locking_mode = EXCLUSIVE") }
            database = try DatabaseQueue(path: file.path, configuration: exclusive)
        }
        do {
            guard try !database.writeWithoutTransaction(Migrations.all.hasBeenSuperseded) else { throw file.newer }
            // GRDB sets synchronous to NORMAL when it turns WAL on: an acknowledged event must survive a power cut.
            // A page that many commits change is written into the file once for each checkpoint, so these are rare. A commit
            // of 4,000 new jobs changes pages all over the index of their keys: those that the cache can't hold are
            // written twice.
            try database.writeWithoutTransaction { database in
                try database.execute(
                    sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 10000; PRAGMA cache_size = -12000")
                guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2 else {
                    throw Problem(.internalError, "SQLite does not accept synchronous = FULL for \(file.path)")
                }
            }
            writer = try Self.writer(database, time: time)
        } catch {
            try? database.close()
            throw error
        }
    }

    private static func configuration(_ sharing: Sharing) -> Configuration {
        var configuration = Configuration()
        configuration.label = "jobmon.ledger"
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        // The recorder uses only ids that it has just read or made; looking each up again is a tenth of its time.
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA cache_size = -4000; PRAGMA secure_delete = OFF")
        }
        return configuration
    }

    /// Brings the schema up to date and makes the one writer.
    private static func writer(_ database: any DatabaseWriter, time: TimeSource) throws -> WritingConnection {
        try Migrations.all.migrate(database)
        return try database.writeWithoutTransaction { database in
            guard let pointer = database.sqliteConnection else { throw WritingConnection.closed }
            return WritingConnection(try Recorder(Connection(pointer: pointer), time: time))
        }
    }

    // MARK: - Writing

    package func record(_ events: [Event]) async throws(Problem) -> RecordedBatch {
        guard !events.isEmpty else { return RecordedBatch(results: [], changes: []) }
        return try await write { recorder in try recorder.record(events) }
    }

    package func markLate(
        silentSince: Timestamp, lostSince: Timestamp
    ) async throws(Problem) -> [SilentInstance] {
        try await write { recorder in try recorder.markLate(silentSince: silentSince, lostSince: lostSince) }
    }

    package func groupErrors(limit: Int) async throws(Problem) -> Int {
        try await write { recorder in try recorder.groupOld(limit: limit) }
    }

    /// Makes the file smaller: events of earlier versions are stored as this version stores them, and free space is given
    /// back. Nothing that can be read changes, but for the texts of events that their rows give back (`sentEvents`).
    package func vacuum() async throws(Problem) -> VacuumResult {
        let before = try await write { try $0.fileSize() }
        var events = 0
        var last: Int64? = 0
        while let after = last {
            let shrunk = try await write { try $0.shrink(after: after, limit: 10_000) }
            events += shrunk.events
            last = shrunk.last
        }
        let (after, isDone) = try await write { recorder in
            let isDone = try recorder.vacuum()
            return (try recorder.fileSize(), isDone)
        }
        return VacuumResult(before: before, after: after, events: events, isDone: isDone)
    }

    package func close() async throws(Problem) {
        let writer = writer
        let database = database
        let path = sharing == .readersBesideWriter ? path : nil
        let closed: Result<Void, any Error> = await withCheckedContinuation { continuation in
            database.asyncWriteWithoutTransaction { _ in
                writer.close()
                DispatchQueue.global().async {
                    continuation.resume(
                        returning: Result {
                            let last = Result { try path.map(Self.beside) }
                            try database.close()
                            withExtendedLifetime(try last.get()) {}
                        })
                }
            }
        }
        if case .failure(let error) = closed { throw Problem(error, path: path) }
    }

    /// GRDB closes its readers last, and only a writer that is the last to close puts the -wal file back into the ledger
    /// and takes it away. So there is one. It comes while the others are there: once they are gone, what is where in the
    /// -wal file has to be found out anew.
    private static func beside(_ path: String) throws -> RawDatabase {
        let last = try RawDatabase(path, flags: SQLITE_OPEN_READWRITE)
        _ = try last.use { try $0.number("SELECT count(*) FROM sqlite_schema") }
        return last
    }

    /// Runs on the writer's queue. Nothing that the caller does meanwhile, not even being cancelled, undoes it.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Recorder) throws -> Value
    ) async throws(Problem) -> Value {
        let writer = writer
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            database.asyncWriteWithoutTransaction { _ in
                continuation.resume(returning: Result { try body(writer.recorder()) })
            }
        }
        do {
            return try result.get()
        } catch {
            throw Problem(error, path: path)
        }
    }

    // MARK: - Reading

    var readsInParallel: Bool { sharing == .readersBesideWriter }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws(Problem) -> Value {
        guard sharing == .readersBesideWriter else { return try await write { try body($0.connection) } }
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            database.asyncRead { opened in
                continuation.resume(
                    returning: Result {
                        guard let pointer = try opened.get().sqliteConnection else { throw WritingConnection.closed }
                        return try body(Connection(pointer: pointer))
                    })
            }
        }
        do {
            return try result.get()
        } catch {
            throw Problem(error, path: path)
        }
    }

    package func query(_ sql: String, limits: QueryLimits) async throws(Problem) -> QueryResult {
        let time = time
        guard sharing == .readersBesideWriter, let path else {
            return try await write { recorder in
                try GuardedQuery(connection: recorder.connection, time: time).run(sql, limits: limits)
            }
        }
        return try await LedgerFileReader.query(sql, limits: limits, path: path, time: time)
    }
}

/// The recorder, and that it belongs to the writer's queue: it is asked for there and nowhere else, which is what makes
/// handing it around safe.
private final class WritingConnection: @unchecked Sendable {
    private var open: Recorder?

    static var closed: Problem { Problem(.unavailable, "the ledger is closed") }

    init(_ recorder: Recorder) { open = recorder }

    func recorder() throws(Problem) -> Recorder {
        guard let open else { throw Self.closed }
        return open
    }

    /// Gives its statements up, without which the file can't be closed.
    func close() { open = nil }
}
