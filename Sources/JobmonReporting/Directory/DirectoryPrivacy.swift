import Glibc
package import JobmonCore

/// Keeps what is in a monitor's directory for its owner: what jobs print, their params and their environment are in it.
package enum DirectoryPrivacy {
    /// Takes the rights of group and others away from the files and folders that jobmon made there, by a version that left
    /// them, or under a umask that did. Files of other users, links and what is not jobmon's stay as they are.
    package static func tighten(_ layout: DirectoryLayout) {
        for folder in layout.folders { tightenFolder(folder, deep: folder != layout.logs) }
        for file in [layout.info, layout.monitorLock, layout.monitorLog] { tighten(file) }
        for report in ["job_report.csv", "job_status_report.csv"] { tighten("\(layout.root)/\(report)") }
        tightenLogs(layout)
    }

    /// A sentence for a directory that others of its group can write; nil when they can't, or when it was said before.
    package static func warning(_ layout: DirectoryLayout) -> String? {
        guard DirectoryRights.isOpenToGroup(layout.root), mark("\(layout.run)/group-warned") else { return nil }
        return "everybody in the group of \(layout.root) can write it, and so replace what is in it; "
            + "to change that: chmod g-w \(layout.root)"
    }

    /// There may be a million of these: they are gone through once, and new ones are made right.
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
            // What kind it is only a file system that says nothing of it (0) has to be asked.
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

    /// Makes an empty file as a mark. - Returns: whether it was made now.
    private static func mark(_ path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }
}
