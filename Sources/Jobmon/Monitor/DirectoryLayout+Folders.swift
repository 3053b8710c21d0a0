import Glibc
package import JobmonCore
import JobmonReporting
import JobmonSystem

extension DirectoryLayout {
    /// The layout of a path, made absolute. Links are resolved if the directory exists, so that it has only one name.
    /// - Throws: `.invalid` for an empty path, `.unavailable` if the current directory is unknown.
    package init(of path: String) throws(Problem) {
        guard !path.isEmpty else {
            throw Problem(.invalid, "the name of the directory is empty", hint: "name a directory, or omit it")
        }
        if let resolved = realpath(path, nil) {
            defer { free(resolved) }
            self.init(root: String(cString: resolved))
        } else if path.hasPrefix("/") {
            self.init(root: path)
        } else {
            guard let current = getcwd(nil, 0) else {
                throw Problem(
                    .unavailable, "the current directory can't be determined: \(SystemError.text())",
                    hint: "use an absolute path")
            }
            defer { free(current) }
            self.init(root: "\(String(cString: current))/\(path)")
        }
    }

    /// Creates the directory (mode 0700) and its folders if they are missing.
    /// - Throws: `.unavailable` if one cannot be created, is not a folder, or is not writable, or if all users can
    ///   write to the directory; the message says which one and why.
    package func makeFolders() throws(Problem) {
        try Self.makeFolder(root)
        if let refusal = DirectoryRights.refusal(root) { throw refusal }
        for folder in folders { try Self.makeFolder(folder) }
    }

    /// Creates the directory, with a `.gitignore` that excludes all its files.
    /// - Throws: as `makeFolders`.
    package func makeOwn() throws(Problem) {
        try makeFolders()
        let descriptor = open("\(root)/.gitignore", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        // If this fails, git shows the folder; that is not a reason to stop.
        _ = write(descriptor, "*\n", 2)
        close(descriptor)
    }

    static func makeFolder(_ path: String) throws(Problem) {
        var made = mkdir(path, 0o700) == 0 ? 0 : errno
        if made == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeFolder(String(path[..<slash]))
            made = mkdir(path, 0o700) == 0 ? 0 : errno
        }
        guard access("\(path)/.", F_OK) == 0 else {
            guard made == EEXIST, errno == ENOTDIR else {
                // The error of `mkdir` says more than that the directory is missing.
                throw problem(path, made == 0 || made == EEXIST ? errno : made)
            }
            throw Problem(
                .unavailable, "\(path) is not a directory", hint: "name another directory, or move that file away")
        }
        guard access(path, W_OK | X_OK) == 0 else { throw problem(path, errno) }
    }

    private static func problem(_ path: String, _ error: Int32) -> Problem {
        let reason = SystemError.text(error)
        let hint: String
        switch error {
        case ENOSPC, EDQUOT: hint = "free some space there, or name a directory on another disk with -d"
        case EROFS, EACCES, EPERM: hint = "name a directory that you can write to with -d"
        case ENOTDIR: hint = "a part of that path is a file, not a directory"
        default: hint = "name another directory with -d"
        }
        return Problem(.unavailable, "the directory \(path) can't be used: \(reason)", hint: hint)
    }

    /// Whether a monitor or a queue has used this directory: it has a ledger or a `monitor_info.json`.
    package var isDirectoryOfMonitor: Bool { access(ledger, F_OK) == 0 || access(info, F_OK) == 0 }
}
