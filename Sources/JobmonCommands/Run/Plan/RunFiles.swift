import Glibc
import JobmonSystem

/// Files that `run` reads whole.
enum RunFiles {
    /// The text of a file, without the marks that Windows editors put before texts (U+FEFF); `-` is stdin.
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
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw CommandFailure(
                .usage, "\(path): the text is UTF-16, not UTF-8", hint: "convert it with: iconv -f UTF-16 -t UTF-8")
        }
        bytes = ByteOrderMark.removed(from: bytes)
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

    /// An argument of a command with so many bytes can't be handed over by Linux.
    static let longestArgument = 131_072

    /// The shell that is meant: a path, or a name that is looked up on PATH.
    /// - Throws: `CommandFailure` when there is no such program.
    static func shell(_ text: String, _ option: String) throws -> String {
        let candidates: [String]
        if text.contains("/") {
            candidates = [text.hasPrefix("/") ? text : "\(try currentDirectory())/\(text)"]
        } else {
            let path = (Terminal.environment("PATH") ?? "/usr/bin:/bin").split(separator: ":")
            candidates = text.isEmpty ? [] : path.map { "\($0)/\(text)" }
        }
        var status = stat()
        let found = candidates.first {
            stat($0, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access($0, X_OK) == 0
        }
        guard let found else {
            throw CommandFailure(
                .usage, "\(option) \(text): there is no such program", hint: "give a shell such as /bin/bash or /bin/sh"
            )
        }
        return found
    }

    static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Whether a word is a program: a path, or a name on PATH.
    static func isProgram(_ word: String) -> Bool {
        if word.contains("/") { return access(word, F_OK) == 0 }
        let path = (Terminal.environment("PATH") ?? "/usr/bin:/bin").split(separator: ":")
        return path.contains { access("\($0)/\(word)", X_OK) == 0 }
    }

    /// The current directory, absolute.
    static func currentDirectory() throws -> String {
        guard let path = getcwd(nil, 0) else {
            throw CommandFailure(
                .usage, "the current directory can't be determined: \(SystemError.text())")
        }
        defer { free(path) }
        return String(cString: path)
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure(.usage, "\(path) can't be read: \(SystemError.text())")
    }
}

/// U+FEFF before a text: some editors put it there, and it is no part of the text.
enum ByteOrderMark {
    private static let bytes: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The bytes of a text without the mark at its beginning, and at the beginning of any line: there it stands where
    /// files were joined.
    static func removed(from text: [UInt8]) -> [UInt8] {
        guard text.contains(bytes[0]) else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if index == 0 || text[index - 1] == 0x0A, text[index...].starts(with: bytes) {
                index += bytes.count
                if index == text.count { break }
            }
            result.append(text[index])
            index += 1
        }
        return result
    }
}
