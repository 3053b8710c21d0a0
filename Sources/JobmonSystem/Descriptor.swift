import Glibc

/// Whole reads and writes of open files. A call that a signal interrupts is made again.
package enum Descriptor {
    /// Everything up to the end.
    /// - Returns: nil when a read fails (`errno` says why).
    package static func readAll(_ descriptor: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// The bytes of a file from an offset on, fewer than `limit` only where the file ends.
    /// - Returns: nil when a read fails (`errno` says why).
    package static func read(_ descriptor: Int32, from offset: Int, atMost limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        // A limit may be far more than there is.
        var buffer = [UInt8](repeating: 0, count: max(0, min(limit, 1 << 16)))
        while bytes.count < limit {
            let wanted = min(buffer.count, limit - bytes.count)
            let count = pread(descriptor, &buffer, wanted, off_t(offset + bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// Writes all bytes.
    /// - Returns: false when a write fails (`errno` says why); a part may be written then.
    package static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { write(descriptor, $0 + offset, buffer.count - offset) } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return false }
            offset += count
        }
        return true
    }
}
