import CJobmonPOSIX
import Glibc
package import JobmonCore

/// The last bytes of a stream, at most `capacity`.
package struct OutputTail: Sendable {
    private let capacity: Int
    private var ring: [UInt8] = []
    // The position of the next byte once the ring is full.
    private var next = 0
    /// The total number of bytes written.
    package private(set) var total = 0

    package init(capacity: Int = ProtocolLimits.stderr) { self.capacity = max(1, capacity) }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        total += bytes.count
        var bytes = bytes.suffix(capacity)
        if ring.count < capacity {
            let part = bytes.prefix(capacity - ring.count)
            ring.append(contentsOf: part)
            bytes = bytes.dropFirst(part.count)
        }
        while !bytes.isEmpty {
            let part = bytes.prefix(capacity - next)
            ring.replaceSubrange(next..<next + part.count, with: part)
            next = (next + part.count) % capacity
            bytes = bytes.dropFirst(part.count)
        }
    }

    package mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    /// The kept bytes, in order.
    package var bytes: [UInt8] { next == 0 ? ring : Array(ring[next...] + ring[..<next]) }

    /// The kept bytes as text. Invalid UTF-8 is replaced, and a partial character at the start of a cut text is
    /// removed.
    package var text: String { Self.text(bytes, isCut: total > capacity) }

    package static func text(_ bytes: [UInt8], isCut: Bool) -> String {
        let start = isCut ? bytes.prefix(3).prefix { $0 & 0xC0 == 0x80 }.count : 0
        var text = String(decoding: bytes[start...], as: UTF8.self)
        // Replacement characters are longer than the bytes that they replace.
        while text.utf8.count > ProtocolLimits.stderr {
            text = String(text.dropFirst(max(1, (text.utf8.count - ProtocolLimits.stderr) / 4)))
        }
        return text
    }

    /// Where output to `fd` goes in the regular file behind it; nil: it is none.
    package static func position(of fd: Int32) -> Int? {
        jobmon_kind(fd) == JOBMON_KIND_FILE ? Int(jobmon_output_position(fd)) : nil
    }

    /// The end of what was written to the regular file behind `fd` since `start`; nil if it cannot be read.
    package static func behind(_ fd: Int32, from start: Int, capacity: Int = ProtocolLimits.stderr) -> String? {
        var info = stat()
        guard fstat(fd, &info) == 0 else { return nil }
        let size = Int(info.st_size)
        // The file was truncated meanwhile: all of it is new.
        let start = start > size ? 0 : start
        // The shared offset is where the command stopped writing. A command that opened the file itself has its own
        // offset.
        let position = Int(lseek(fd, 0, SEEK_CUR))
        let end = position > start && position <= size ? position : size
        let from = max(start, end - capacity)
        var bytes = [UInt8](repeating: 0, count: end - from)
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                jobmon_read_behind(
                    fd, buffer.baseAddress.map { $0 + filled }, buffer.count - filled, off_t(from + filled))
            }
            if count < 0 { return nil }
            if count == 0 { break }
            filled += count
        }
        return text(Array(bytes[..<filled]), isCut: from > start)
    }

    /// The end of the log of a command; nil: there is no such file, or the command did not write it.
    /// - Parameters:
    ///   - path: as the command names it.
    ///   - directory: its working directory; nil: ours.
    ///   - seconds: how long ago it started; nil: it did not.
    package static func ofLog(_ path: String, in directory: String?, started seconds: Double?) -> KnownLog? {
        guard let seconds else { return nil }
        let place = KnownLog.place(of: path, in: directory)
        var info = stat()
        // The clock of a file system may differ from ours.
        guard stat(place, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
            Double(info.st_mtim.tv_sec) >= Double(TimeSource.system.now().milliseconds) / 1000 - seconds - 10
        else { return nil }
        return ofFile(place).map { KnownLog(path: path, text: $0) }
    }

    /// The end of a regular file; nil if it cannot be read.
    package static func ofFile(_ path: String) -> String? {
        let fd = open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return nil }
        defer { close(fd) }
        return behind(fd, from: 0)
    }
}
