import Glibc

/// Files that `run` reads whole.
enum RunFiles {
    /// The text of a file; `-` is stdin.
    /// - Throws: `CommandFailure` that names the file and what is wrong with it, with the line where it is not UTF-8.
    static func read(_ path: String) throws -> String {
        let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { if descriptor != 0 { close(descriptor) } }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { break }
            bytes.append(contentsOf: piece[..<count])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            var line = 1
            for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                if String(validating: part, as: UTF8.self) == nil { break }
                line += 1
            }
            throw CommandFailure(.usage, "\(path), line \(line): the text is not UTF-8")
        }
        return text
    }

    /// The current directory, absolute.
    static func currentDirectory() throws -> String {
        guard let path = getcwd(nil, 0) else {
            throw CommandFailure(.usage, "the current directory can't be named: \(String(cString: strerror(errno)))")
        }
        defer { free(path) }
        return String(cString: path)
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure(.usage, "\(path) can't be read: \(String(cString: strerror(errno)))")
    }
}
