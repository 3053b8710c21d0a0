import Glibc
package import JobmonCore

/// The socket between a queue and its supervisor.
package enum SupervisorSocket {
    /// The name of the socket in the abstract namespace, derived from the identity of the directory (not its path), the
    /// queue and the user; nil if there is no such directory.
    package static func name(_ layout: DirectoryLayout, queue: String) -> String? {
        var status = stat()
        guard stat(layout.root, &status) == 0 else { return nil }
        let text = "\(status.st_dev):\(status.st_ino):\(geteuid()):\(queue)"
        return "jobmon-supervisor-\(String(FNV1a.hash(text.utf8), radix: 16))"
    }
}

/// Splits the bytes of a connection into lines as they arrive.
package struct LineBuffer: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0
    private var searched = 0

    package init() {}

    package mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// The number of bytes that wait for the end of their line.
    package var count: Int { bytes.count - start }

    /// The next complete line without its line end; nil if there is none yet.
    package mutating func next() -> ArraySlice<UInt8>? {
        guard let newline = bytes[max(start, searched)...].firstIndex(of: 0x0A) else {
            bytes.removeFirst(start)
            start = 0
            searched = bytes.count
            return nil
        }
        let line = bytes[start..<newline]
        start = newline + 1
        searched = start
        return line
    }
}
