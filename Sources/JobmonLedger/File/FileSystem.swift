import CJobmonPOSIX
import Glibc

/// How a file can be shared, by the file system that it lies on.
enum Sharing: Sendable {
    /// Shared memory works: others read beside the writer (WAL with its -shm file).
    case readersBesideWriter
    /// Network and unknown file systems: one process at a time, WAL without shared memory.
    case oneProcess
}

enum FileSystem {
    /// The local file systems on which memory that is mapped from a file is shared by all processes that map it.
    private static let local: Set<Int> = [
        0xEF53,  // ext2, ext3, ext4
        0x5846_5342,  // xfs
        0x9123_683E,  // btrfs
        0x2FC1_2FC1,  // zfs
        0x0102_1994,  // tmpfs
        0x794C_7630,  // overlay
    ]

    /// - Parameter path: of something that exists.
    static func sharing(at path: String) -> Sharing {
        local.contains(jobmon_filesystem_type(path)) ? .readersBesideWriter : .oneProcess
    }

    enum Kind {
        case missing
        case empty
        case regular
        case other
    }

    static func kind(of path: String) -> Kind {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return .missing }
        guard facts.st_mode & S_IFMT == S_IFREG else { return .other }
        return facts.st_size == 0 ? .empty : .regular
    }

    /// Whether a file is there and has anything in it.
    static func hasContent(_ path: String) -> Bool {
        if case .regular = kind(of: path) { true } else { false }
    }

    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether files can be made in a directory, as far as rights say it.
    static func mayWrite(_ directory: String) -> Bool { access(directory, W_OK | X_OK) == 0 }

    static func remove(_ path: String) { unlink(path) }
}
