import Glibc
import JobmonCore
import JobmonProcesses

/// The files that an instance's output goes to.
enum CapturedFiles {
    /// What is found at the end of a command: files that are empty are removed, and so is what its line needed.
    static func tidy(_ order: InstanceOrder, in layout: DirectoryLayout) -> (stdoutEmpty: Bool, stderrEmpty: Bool) {
        LineShell.removeFile(order, in: layout)
        return (removeIfEmpty(order.stdoutPath), removeIfEmpty(order.stderrPath))
    }

    private static func removeIfEmpty(_ path: String?) -> Bool {
        guard let path else { return false }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size == 0 else { return false }
        return unlink(path) == 0
    }

    /// The folders of the files.
    static func folders(of order: InstanceOrder) -> [String] {
        [order.stdoutPath, order.stderrPath].compactMap { path in
            guard let path, let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return nil }
            return String(path[..<slash])
        }
    }

    static func makeFolder(_ folder: String) {
        guard mkdir(folder, 0o700) != 0, errno == ENOENT else { return }
        var end = folder.startIndex
        while let next = folder[folder.index(after: end)...].firstIndex(of: "/") {
            mkdir(String(folder[..<next]), 0o700)
            end = next
        }
        mkdir(folder, 0o700)
    }
}
