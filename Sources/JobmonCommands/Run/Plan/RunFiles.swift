import Glibc
import JobmonSystem

/// Reads whole files for `run`.
enum RunFiles {
    /// The text of a file, without the byte order marks of Windows editors (U+FEFF); `-` is stdin.
    /// - Throws: `CommandFailure` with the file's name and what is wrong; if it is not UTF-8, with the line.
    static func read(_ path: String) throws -> String {
        let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { if descriptor != 0 { close(descriptor) } }
        guard var bytes = Descriptor.readAll(descriptor) else { throw failure(path) }
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

    /// The number of bytes at which Linux refuses an argument.
    static let longestArgument = 131_072

    /// The shell for a path, or for a name on PATH.
    /// - Throws: `CommandFailure` if there is no such program.
    static func shell(_ text: String, _ option: String) throws -> String {
        guard let found = try program(text) else {
            throw CommandFailure(
                .usage, "\(option) \(text): there is no such program", hint: "give a shell such as /bin/bash or /bin/sh"
            )
        }
        return found
    }

    /// The absolute path of a program that is given as a path or as a name on PATH; nil if there is none that can be
    /// executed.
    static func program(_ word: String) throws -> String? {
        let candidates: [String]
        if word.contains("/") {
            candidates = [word.hasPrefix("/") ? word : "\(try currentDirectory())/\(word)"]
        } else {
            let path = (Terminal.environment("PATH") ?? "/usr/bin:/bin").split(separator: ":")
            candidates = word.isEmpty ? [] : path.map { "\($0)/\(word)" }
        }
        var status = stat()
        return candidates.first {
            stat($0, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access($0, X_OK) == 0
        }
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

/// U+FEFF at the start of a text: some editors write it; it is not part of the text.
enum ByteOrderMark {
    private static let bytes: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The bytes of a text without the mark at its start and at the start of any line, where it appears if files were
    /// concatenated.
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
