import CJobmonPOSIX
import Glibc
import JobmonCore

/// The folders for spool files: the directory's own, and a fallback on this host if that cannot be written.
struct SpoolFolders {
    let spool: String
    /// `$TMPDIR/jobmon-spool-<uid>-<hash of the directory>`.
    let fallback: String

    init(_ layout: DirectoryLayout) {
        spool = layout.spool
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        // The same for all paths to the same directory, through any links.
        let resolved = realpath(layout.root, nil)
        defer { free(resolved) }
        let root = resolved.map { String(cString: $0) } ?? layout.root
        let hash = String(FNV1a.hash(root.utf8), radix: 16)
        fallback = "\(base.hasPrefix("/") ? base : "/tmp")/jobmon-spool-\(geteuid())-\(hash)"
    }

    /// Whether the fallback is our own folder and no other user can write to it: in a shared `/tmp`, anyone could have
    /// put files there.
    var fallbackIsOurs: Bool {
        var status = stat()
        return lstat(fallback, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
            && status.st_mode & 0o022 == 0
    }

    /// Creates the fallback. Returns false if that fails or another user has that name.
    func makeFallback() -> Bool {
        if mkdir(fallback, 0o700) != 0, errno != EEXIST { return false }
        return fallbackIsOurs
    }

    /// The name of a file with one event, or of a segment.
    static func name(_ identity: (sender: String, seq: Int64), segment: Bool) -> String {
        "\(DirectoryLayout.fileName(identity.sender)).\(identity.seq).\(segment ? "jsonl" : "json")"
    }
}
