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

    /// Looks at the file, and makes an empty ledger where there is none.
    /// - Returns: whether it was made.
    /// - Throws: what hinders its use.
    func prepare() throws(Problem) -> Bool {
        switch FileSystem.kind(of: path) {
        case .missing, .empty:
            try requireWritableDirectory()
            try create()
            return true
        case .other: throw notALedger("it is no regular file")
        case .regular:
            try look(sharing: FileSystem.sharing(at: path))
            try requireWritableDirectory()
            return false
        }
    }

    /// Looks at a file that is there.
    /// - Parameter forDamage: also for damage, which takes up to `lookSeconds`: before anything is written.
    func look(sharing: Sharing, forDamage: Bool = true) throws(Problem) {
        do {
            try lookAtHeader()
            // What a monitor that was killed left beside the file belongs to it, and can only be read through it.
            let unfinished = FileSystem.hasContent("\(path)-wal") || FileSystem.hasContent("\(path)-journal")
            if unfinished {
                if sharing == .readersBesideWriter {
                    try RawDatabase.reading(path).use { try lookInside($0, forDamage: forDamage) }
                }
            } else {
                try RawDatabase.reading(path, asItLies: true).use { try lookInside($0, forDamage: forDamage) }
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(error, path: path)
        }
    }

    private func lookAtHeader() throws {
        let id = try RawDatabase.reading(path, asItLies: true).use { try $0.number("PRAGMA application_id") ?? 0 }
        guard id == Self.applicationID else { throw notALedger("it is a SQLite file of another program") }
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
    /// itself from the first moment.
    private func create() throws(Problem) {
        do {
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
        for file in [path, "\(path)-wal", "\(path)-shm", "\(path)-journal"] { FileSystem.remove(file) }
    }

    private func requireWritableDirectory() throws(Problem) {
        let directory = FileSystem.directory(of: path)
        guard FileSystem.mayWrite(directory) else {
            throw Problem(
                .unavailable, "the ledger \(path) can't be used: its directory can't be written",
                hint: "give yourself the right to write \(directory), or choose another directory")
        }
    }

    var newer: Problem {
        Problem(
            .invalid, "the ledger \(path) is from a newer version of jobmon",
            hint: "use that version, or another directory; the file was not touched")
    }

    private func notALedger(_ why: String) -> Problem {
        Problem(
            .invalid, "\(path) is not a ledger of jobmon: \(why)",
            hint: "choose another directory, or move the file away; it was not touched")
    }
}
