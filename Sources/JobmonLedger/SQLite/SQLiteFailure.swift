import GRDB
import GRDBSQLite
import Glibc
import JobmonCore
import JobmonSystem

/// What SQLite answered instead of doing what it was told.
struct SQLiteFailure: Error {
    /// The extended result code.
    var code: Int32
    /// SQLite's own words.
    var message: String

    /// What SQLite says of a file that is no database.
    static let notADatabase = SQLiteFailure(code: SQLITE_NOTADB, message: "file is not a database")

    /// A fault of this program's: how it uses a statement.
    static func misuse(_ message: String) -> SQLiteFailure { SQLiteFailure(code: SQLITE_MISUSE, message: message) }

    /// What SQLite would say of a file that can't be made, by the kernel's reason.
    static func cannotMake(_ error: Int32) -> SQLiteFailure {
        let code =
            switch error {
            case ENOSPC, EDQUOT: SQLITE_FULL
            case EACCES, EPERM, EROFS: SQLITE_READONLY
            default: SQLITE_CANTOPEN
            }
        return SQLiteFailure(code: code, message: SystemError.text(error))
    }

    /// The code without its extension.
    var primary: Int32 { code & 0xFF }

    /// The event itself can't be stored (a constraint of the schema, a value too large), while the file is fine.
    var concernsOneStatement: Bool {
        switch primary {
        case SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH, SQLITE_RANGE, SQLITE_ERROR: true
        default: false
        }
    }
}

extension Problem {
    /// What is said of a failure that happened with the file at `path` (nil: in memory).
    init(_ failure: SQLiteFailure, path: String?) {
        let file = path.map { "the ledger \($0)" } ?? "the ledger in memory"
        switch failure.primary {
        case SQLITE_FULL:
            self.init(
                .unavailable, "\(file) can't be written: the disk is full",
                hint: "free some space; nothing that was acknowledged is lost")
        case SQLITE_IOERR, SQLITE_CANTOPEN:
            self.init(
                .unavailable, "\(file) can't be read or written: \(failure.message)",
                hint: "check that its disk is not full, its directory is writable and its file system works")
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            self.init(
                .unavailable, "\(file) can't be written: \(failure.message)",
                hint: "get permission to write the file and its directory, or use another directory")
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(
                .unavailable, "\(file) is held by another process",
                hint: "end the program that has it open, or ask the monitor instead (jobmon query)")
        case SQLITE_NOTADB:
            self.init(
                .invalid, "\(file) is not a ledger: it is not an SQLite file",
                hint: "choose another directory, or move the file away; it was not changed")
        case SQLITE_CORRUPT:
            self.init(
                .invalid, "\(file) is damaged: \(failure.message)",
                hint: "put back a copy of it, or save what can be read with: sqlite3 FILE .recover; it was not changed")
        case SQLITE_NOMEM: self.init(.unavailable, "there is no memory left for \(file)")
        default: self.init(.internalError, "\(file): \(failure.message) (SQLite error \(failure.code))")
        }
    }

    /// What is said of any error that reading or writing threw.
    init(_ error: any Error, path: String?) {
        switch error {
        case let problem as Problem: self = problem
        case let failure as SQLiteFailure: self.init(failure, path: path)
        case let error as DatabaseError:
            self.init(
                SQLiteFailure(
                    code: error.extendedResultCode.rawValue,
                    message: error.message ?? "error \(error.extendedResultCode.rawValue)"), path: path)
        default: self.init(.internalError, "the ledger failed: \(error)")
        }
    }
}
