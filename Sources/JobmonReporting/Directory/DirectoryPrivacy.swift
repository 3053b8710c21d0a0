import Glibc
package import JobmonCore

/// Keeps the content of a monitor's directory private to its owner: it includes jobs' output, params and environment.
package enum DirectoryPrivacy {
    /// Removes the rights of group and others from files and folders that jobmon made there, under an earlier version
    /// or an open umask. Files of other users, links, and files that are not jobmon's stay unchanged.
    package static func tighten(_ layout: DirectoryLayout) {
        for folder in layout.folders { tightenFolder(folder, deep: folder != layout.logs) }
        for file in [layout.info, layout.monitorLock, layout.monitorLog] { tighten(file) }
        for report in ["job_report.csv", "job_status_report.csv"] { tighten("\(layout.root)/\(report)") }
        tightenLogs(layout)
    }

    /// The warning about a directory that its group can write to; nil if the group cannot, or if the warning was shown
    /// before.
    package static func warning(_ layout: DirectoryLayout) -> String? {
        guard DirectoryRights.isOpenToGroup(layout.root), mark("\(layout.run)/group-warned") else { return nil }
        return "everybody in the group of \(layout.root) can write it, and so replace what is in it; "
            + "to change that: chmod g-w \(layout.root)"
    }

    /// Log files may number a million: they are processed once, and new ones are created with the right mode.
    private static func tightenLogs(_ layout: DirectoryLayout) {
        let done = "\(layout.run)/logs-private"
        guard access(done, F_OK) != 0 else { return }
        tightenFolder(layout.logs, deep: true)
        _ = mark(done)
    }

    private static func tightenFolder(_ path: String, deep: Bool) {
        tighten(path)
        guard deep, let stream = opendir(path) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            // Only if the file system does not give the type (0) must it be looked up.
            switch Int(entry.pointee.d_type) {
            case Int(DT_REG): tighten("\(path)/\(name)")
            case Int(DT_DIR), 0: tightenFolder("\(path)/\(name)", deep: true)
            default: break
            }
        }
    }

    private static func tighten(_ path: String) {
        var facts = stat()
        guard lstat(path, &facts) == 0, facts.st_mode & 0o077 != 0, facts.st_uid == geteuid() else { return }
        guard facts.st_mode & S_IFMT == S_IFREG || facts.st_mode & S_IFMT == S_IFDIR else { return }
        chmod(path, facts.st_mode & 0o700)
    }

    /// Creates an empty file as a mark. - Returns: whether it was created by this call.
    private static func mark(_ path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }
}
