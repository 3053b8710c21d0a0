import Glibc
package import JobmonCore
import JobmonSystem

/// The captured output of an attempt: up to two files.
package struct CapturedOutput {
    private let instance: InstanceRecord
    /// The number of lines from the end; nil: all.
    private let tail: Int?

    package init(instance: InstanceRecord, tail: Int? = nil) {
        self.instance = instance
        self.tail = tail
    }

    package enum Found: Equatable {
        case printed
        /// There is correctly nothing to print; the text says why.
        case nothing(String)
        /// A file is missing or cannot be read; the text says which and why.
        case gone(String)
    }

    private var attempt: String { "job \(instance.jid), attempt \(instance.retryNumber + 1)" }

    private func path(_ stream: DirectoryLayout.LogStream) -> String? {
        stream == .out ? instance.stdoutPath : instance.stderrPath
    }

    /// Copies the captured bytes of a stream unchanged.
    package func write(_ stream: DirectoryLayout.LogStream, to output: Output, announcing: Bool) throws -> Found {
        let name = stream == .out ? "stdout" : "stderr"
        guard let path = path(stream) else { return .nothing(whyNone(name)) }
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            let error = errno
            if error == ENOENT, !instance.status.isFinal { return .nothing("\(name) of \(attempt): nothing yet") }
            let reason = error == ENOENT ? "the file is gone" : SystemError.text(error)
            return .gone("\(name) of \(attempt): \(reason): \(Printable.line(path))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return .gone("\(name) of \(attempt): not a file: \(Printable.line(path))")
        }
        if status.st_size == 0 { return .nothing("\(name) of \(attempt): empty") }
        if announcing {
            // Keeps the order with the bytes if both go to one terminal.
            try output.flush()
            Messages.say("==> \(name) of \(attempt): \(Printable.line(path))")
        }
        if let tail { lseek(descriptor, Self.start(of: tail, in: descriptor, size: status.st_size), SEEK_SET) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                return .gone("\(name) of \(attempt): the rest can't be read: \(SystemError.text())")
            }
            if count == 0 { break }
            try output.write(bytes: buffer[..<count])
        }
        try output.flush()
        return .printed
    }

    /// Prints the end of stderr from the ledger, if its file is not available.
    package func writeKeptEnd(to output: Output) throws {
        if let path = instance.stderrPath, access(path, R_OK) == 0 { return }
        guard var error = instance.error, !error.isEmpty else { return }
        // The end of stdout that it may hold is printed from its own file.
        if let path = instance.stdoutPath, access(path, R_OK) == 0 { error = ErrorText.withoutStdout(error) }
        Messages.say("==> error of \(attempt), from the ledger")
        var lines = error.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        if let tail { lines = lines.suffix(tail) }
        try output.write(lines.joined(separator: "\n") + "\n")
    }

    private func whyNone(_ name: String) -> String {
        if instance.executor == "exec" {
            return "\(name) of \(attempt): not captured: `jobmon exec` leaves it where the command writes it"
        }
        if instance.stdoutPath != nil || instance.stderrPath != nil { return "\(name) of \(attempt): empty" }
        if instance.status.isFinal { return "\(name) of \(attempt): empty, or not captured (--no-logs)" }
        return "\(name) of \(attempt): not captured"
    }

    /// The offset of the last `lines` lines. It is searched from the end, so that a large file costs nothing.
    static func start(of lines: Int, in descriptor: Int32, size: off_t) -> off_t {
        var found = 0
        var end = size
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while end > 0 {
            let start = max(0, end - off_t(buffer.count))
            let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, Int(end - start), start) }
            guard count > 0 else { return 0 }
            for index in stride(from: count - 1, through: 0, by: -1) where buffer[index] == 0x0A {
                let place = start + off_t(index)
                // A line break at the very end ends the last line and starts no new one.
                if place == size - 1 { continue }
                found += 1
                if found == lines { return place + 1 }
            }
            end = start
        }
        return 0
    }
}
