import Glibc
package import JobmonCore

extension DirectoryLayout {
    /// Makes the directory (0700) and the folders in it, where they are missing.
    /// - Throws: `.unavailable` when one can't be made or is not a folder that can be written: which one, and why.
    package func makeFolders() throws(Problem) {
        try Self.makeFolder(root)
        for folder in folders { try Self.makeFolder(folder) }
    }

    static func makeFolder(_ path: String) throws(Problem) {
        var made = mkdir(path, 0o700) == 0 ? 0 : errno
        if made == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeFolder(String(path[..<slash]))
            made = mkdir(path, 0o700) == 0 ? 0 : errno
        }
        var status = stat()
        // Why it could not be made says more than that it is not there.
        guard stat(path, &status) == 0 else { throw problem(path, made == 0 ? errno : made) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw Problem(
                .unavailable, "\(path) is not a directory", hint: "name another directory, or move that file away")
        }
        guard access(path, W_OK | X_OK) == 0 else { throw problem(path, errno) }
    }

    private static func problem(_ path: String, _ error: Int32) -> Problem {
        let reason = String(cString: strerror(error))
        let hint: String
        switch error {
        case ENOSPC, EDQUOT: hint = "make room there, or name a directory on another disk with -d"
        case EROFS, EACCES, EPERM: hint = "name a directory that you may write to, with -d"
        case ENOTDIR: hint = "a part of that path is a file, not a directory"
        default: hint = "name another directory with -d"
        }
        return Problem(.unavailable, "the directory \(path) can't be used: \(reason)", hint: hint)
    }

    /// Whether a monitor or a queue ever worked here: there is a ledger, or a monitor says where it is.
    package var isDirectoryOfMonitor: Bool { access(ledger, F_OK) == 0 || access(info, F_OK) == 0 }
}
