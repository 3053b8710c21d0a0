import CJobmonPOSIX
import Glibc
import JobmonCore

/// Where spool files lie: the directory's own folder, and the one on this host for when that can't be written.
struct SpoolFolders {
    let spool: String
    /// `$TMPDIR/jobmon-spool-<uid>-<hash of the directory>`.
    let fallback: String

    init(_ layout: DirectoryLayout) {
        spool = layout.spool
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        // The same for everybody who means the same directory, by whichever links they reach it.
        let resolved = realpath(layout.root, nil)
        defer { free(resolved) }
        let root = resolved.map { String(cString: $0) } ?? layout.root
        let hash = String(FNV1a.hash(root.utf8), radix: 16)
        fallback = "\(base.hasPrefix("/") ? base : "/tmp")/jobmon-spool-\(geteuid())-\(hash)"
    }

    /// Whether the fallback is a folder of our own that nobody else may write in: in a shared `/tmp` anybody could have
    /// put something there.
    var fallbackIsOurs: Bool {
        var status = stat()
        return lstat(fallback, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
            && status.st_mode & 0o022 == 0
    }

    /// Makes the fallback; false when that can't be done, or somebody else has that name.
    func makeFallback() -> Bool {
        if mkdir(fallback, 0o700) != 0, errno != EEXIST { return false }
        return fallbackIsOurs
    }

    /// A file of one event.
    static func name(_ identity: (sender: String, seq: Int64), segment: Bool) -> String {
        "\(DirectoryLayout.fileName(identity.sender)).\(identity.seq).\(segment ? "jsonl" : "json")"
    }
}
