import Glibc
package import JobmonCore
import JobmonSystem

/// Finds the default directory. The rule is the same for every command and for the wrapper.
///
/// It is the current directory if that has a ledger; else `./.jobmon`; else the nearest `.jobmon` of a parent directory
/// on the same file system. The directory must belong to this user and must not be writable by all users, since in a
/// shared place anyone could have created it.
package struct DirectorySearch: Sendable, Equatable {
    /// The name of the directory that is searched, and created.
    package static let folder = ".jobmon"

    /// The absolute path; nil if there is none.
    package var found: String?
    /// A sentence for each directory that was passed over, with the reason.
    package var passedOver: [String] = []

    /// Searches from a directory upwards. Nothing is created.
    /// - Parameter start: an absolute path.
    /// - Throws: `.unavailable` if `.jobmon` in `start` exists and is not a directory.
    package init(from start: String) throws(Problem) {
        if Self.isFile("\(start)/job_monitor.sqlite") {
            if take(start) { return }
        }
        guard let device = Self.facts(start)?.st_dev else { return }
        var folder = start
        while true {
            let candidate = folder == "/" ? "/\(Self.folder)" : "\(folder)/\(Self.folder)"
            if let facts = Self.facts(candidate) {
                if facts.st_mode & S_IFMT == S_IFDIR {
                    if take(candidate) { return }
                } else if folder == start {
                    throw Problem(
                        .unavailable, "\(candidate) is not a directory",
                        hint: "move that file away, or name a directory with -d")
                }
            }
            guard folder != "/", let slash = folder.lastIndex(of: "/") else { return }
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
            guard Self.facts(folder)?.st_dev == device else { return }
        }
    }

    /// Selects a directory, or notes why it is passed over.
    private mutating func take(_ path: String) -> Bool {
        if let why = Self.distrust(path) ?? Self.distrustOfInfo(path) {
            passedOver.append("\(path) is passed over: \(why); name it with -d to use it")
            return false
        }
        found = path
        return true
    }

    private static func distrust(_ path: String) -> String? {
        guard let facts = facts(path) else { return "it can't be examined: \(SystemError.text())" }
        if facts.st_uid != geteuid() { return "it belongs to \(userName(facts.st_uid))" }
        if facts.st_mode & S_IWOTH != 0 { return "everybody can write it" }
        return nil
    }

    private static func distrustOfInfo(_ path: String) -> String? {
        let info = DirectoryLayout(root: path).info
        var facts = stat()
        guard lstat(info, &facts) == 0 else { return nil }
        if facts.st_uid != geteuid() { return "its monitor_info.json belongs to \(userName(facts.st_uid))" }
        if facts.st_mode & (S_IWOTH | S_IWGRP) != 0 { return "others can write its monitor_info.json" }
        return nil
    }

    private static func facts(_ path: String) -> stat? {
        var facts = stat()
        return stat(path, &facts) == 0 ? facts : nil
    }

    private static func isFile(_ path: String) -> Bool {
        facts(path).map { $0.st_mode & S_IFMT == S_IFREG } ?? false
    }

    /// The user by number, since a static executable cannot look up names everywhere.
    private static func userName(_ user: uid_t) -> String { user == 0 ? "root" : "user \(user)" }
}

/// Checks which other users can write to a directory that jobmon is to use.
package enum DirectoryRights {
    /// Why a directory is refused: if all users can write to it, anyone can replace its content. Nil if it is accepted
    /// or does not exist.
    package static func refusal(_ path: String) -> Problem? {
        guard mode(path) & S_IWOTH != 0 else { return nil }
        return Problem(
            .unavailable, "the directory \(path) can be written by everybody",
            hint: "remove that permission (chmod o-w \(path)), or use another directory")
    }

    /// Whether its group can write to it.
    package static func isOpenToGroup(_ path: String) -> Bool { mode(path) & S_IWGRP != 0 }

    private static func mode(_ path: String) -> mode_t {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR ? facts.st_mode : 0
    }
}
