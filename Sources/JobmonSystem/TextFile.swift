import Glibc

/// Small files of the kernel.
package enum TextFile {
    /// The first 64 KiB of a file; nil: it can't be read, or is empty.
    package static func read(_ path: String) -> String? {
        let fd = open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return nil }
        defer { close(fd) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
            count = max(0, pread(fd, buffer.baseAddress, buffer.count, 0))
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// The number that the first line consists of; nil: there is none.
    package static func number(_ text: String) -> Int64? { Int64(text.prefix { $0 != "\n" }) }
}
