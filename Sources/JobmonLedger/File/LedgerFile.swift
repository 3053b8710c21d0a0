import GRDBSQLite
import JobmonCore

/// A ledger's file before it is opened: whether it is one at all. A file that is not is left as it is, to the byte, and
/// nothing is made beside it.
struct LedgerFile {
    /// Marks the file as a ledger, in SQLite's header: "jmon".
    static let applicationID: Int64 = 0x6A6D_6F6E
    /// How long the look for damage may take; what it has not reached by then counts as well.
    static let lookSeconds = 1.0

    let path: String
    let time: TimeSource

    /// Looks at the file, and makes an empty ledger where there is none. Both are for their owner alone afterwards, whatever
    /// the umask was when they were made.
    /// - Returns: whether it was made.
    /// - Throws: what hinders its use.
    func prepare() throws(Problem) -> Bool {
        switch FileSystem.kind(of: path) {
        case .missing, .empty:
            try requireWritableDirectory()
            try create()
            return true
        case .other: throw notALedger("it is not a regular file")
        case .regular:
            try lookAtHeader()
            if try finishJournal() { return try prepare() }
            try look(sharing: FileSystem.sharing(at: path))
            try requireWritableDirectory()
            FileSystem.makePrivate(besides)
            return false
        }
    }

    /// The file, and what SQLite keeps beside it.
    private var besides: [String] { [path, "\(path)-wal", "\(path)-shm", "\(path)-journal"] }

    /// Looks at a file that is there and that nobody writes: its caller holds the directory's lock.
    private func look(sharing: Sharing) throws(Problem) {
        do {
            // What a monitor that was killed left beside the file belongs to it, and can only be read through it.
            let unfinished = FileSystem.hasContent("\(path)-wal")
            if unfinished {
                if sharing == .readersBesideWriter {
                    try RawDatabase.reading(path).use { try lookInside($0, forDamage: true) }
                }
            } else {
                try RawDatabase.reading(path, asItLies: true).use { try lookInside($0, forDamage: true) }
            }
        } catch {
            throw Problem(error, path: path)
        }
    }

    /// Whether a connection reads a ledger that this version knows.
    /// - Throws: `.invalid` for one of a newer version, and for one of an earlier version, whose tables lack what is read.
    func check(_ connection: Connection) throws {
        try lookInside(connection, forDamage: false)
        guard try Self.isUpToDate(connection) else { throw older }
    }

    /// Whether it has all that this version's ledgers have.
    static func isUpToDate(_ connection: Connection) throws -> Bool {
        let hasTables = try connection.number("SELECT count(*) FROM sqlite_schema WHERE name = 'grdb_migrations'") == 1
        guard hasTables else { return false }
        return Migrations.known.isSubset(of: try connection.texts("SELECT identifier FROM grdb_migrations"))
    }

    /// Reads the mark of a ledger from the file's first bytes. Every version of the first page has it at the same place, so
    /// it is there whatever a checkpoint that did not finish has left: SQLite itself can read such a file only together
    /// with its WAL.
    /// - Throws: `.invalid` for a file that is not a ledger; `.unavailable` for one that can't be read.
    func lookAtHeader() throws(Problem) {
        let header = try FileSystem.head(of: path, count: 72)
        // A file that is too short to tell is SQLite's to judge.
        guard header.count >= Self.magic.count else { return }
        guard header.starts(with: Self.magic) else { throw Problem(SQLiteFailure.notADatabase, path: path) }
        guard header.count == 72 else { return }
        let id = header[68...].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        guard id == Self.applicationID else { throw notALedger("it is a SQLite file of another program") }
    }

    private static let magic = Array("SQLite format 3\0".utf8)

    /// A process that was killed while it made the file may have left a journal by which SQLite takes its change back.
    /// - Returns: whether there was one.
    private func finishJournal() throws(Problem) -> Bool {
        guard FileSystem.hasContent("\(path)-journal") else { return false }
        do {
            _ = try RawDatabase(path, flags: SQLITE_OPEN_READWRITE).use { try $0.number("PRAGMA schema_version") }
        } catch {
            throw Problem(error, path: path)
        }
        // One that could not be taken back is met, and said, when the file is opened.
        return !FileSystem.hasContent("\(path)-journal")
    }

    private func lookInside(_ connection: Connection, forDamage: Bool) throws {
        // A ledger that was made, and then killed before it had tables, is an empty one.
        let hasTables = try connection.number("SELECT count(*) FROM sqlite_schema WHERE name = 'grdb_migrations'") == 1
        let applied = hasTables ? try connection.texts("SELECT identifier FROM grdb_migrations") : []
        guard Migrations.known.isSuperset(of: applied) else { throw newer }
        if forDamage { try lookForDamage(connection) }
    }

    private func lookForDamage(_ connection: Connection) throws {
        let end = Deadline(time: time, end: time.steadySeconds() + Self.lookSeconds)
        sqlite3_progress_handler(
            connection.pointer, 10000,
            { context in
                guard let context else { return 0 }
                return Unmanaged<Deadline>.fromOpaque(context).takeUnretainedValue().isOver ? 1 : 0
            }, Unmanaged.passUnretained(end).toOpaque())
        defer { sqlite3_progress_handler(connection.pointer, 0, nil, nil) }
        do {
            let found = try withExtendedLifetime(end) { try connection.texts("PRAGMA quick_check(1)") }
            if let first = found.first, first != "ok" {
                throw SQLiteFailure(code: SQLITE_CORRUPT, message: first.split(separator: "\n").joined(separator: " "))
            }
        } catch let failure as SQLiteFailure where failure.primary == SQLITE_INTERRUPT {
            return
        }
    }

    private final class Deadline {
        private let time: TimeSource
        private let end: Double

        init(time: TimeSource, end: Double) {
            self.time = time
            self.end = end
        }

        var isOver: Bool { time.steadySeconds() > end }
    }

    /// Makes an empty ledger. Its mark is written the old way, before WAL is turned on, so that it stands in the file
    /// itself from the first moment. What SQLite makes beside a file has the file's mode.
    private func create() throws(Problem) {
        do {
            try FileSystem.makeFile(path)
            try RawDatabase(path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE).use {
                try $0.execute("PRAGMA application_id = \(Self.applicationID)")
            }
        } catch {
            removeIfEmpty()
            throw Problem(error, path: path)
        }
    }

    private func removeIfEmpty() {
        if case .empty = FileSystem.kind(of: path) {
            FileSystem.remove(path)
            FileSystem.remove("\(path)-journal")
        }
    }

    /// Takes away a file that was made just now and could not be filled.
    func removeMade() {
        for file in besides { FileSystem.remove(file) }
    }

    private func requireWritableDirectory() throws(Problem) {
        let directory = FileSystem.directory(of: path)
        guard FileSystem.mayWrite(directory) else {
            throw Problem(
                .unavailable, "the ledger \(path) can't be used: its directory can't be written",
                hint: "get permission to write \(directory), or use another directory")
        }
    }

    /// What is said where it could not be brought up to date first.
    private var older: Problem {
        Problem(
            .invalid,
            "the ledger \(path) was written by an earlier version of jobmon and must be brought up to date first",
            hint: "as its owner, start `jobmon monitor` in its directory once; no data is lost")
    }

    var newer: Problem {
        Problem(
            .invalid, "the ledger \(path) is from a newer version of jobmon",
            hint: "use that version, or another directory; the file was not changed")
    }

    func notALedger(_ why: String) -> Problem {
        Problem(
            .invalid, "\(path) is not a ledger of jobmon: \(why)",
            hint: "use another directory, or move the file away; it was not changed")
    }
}
