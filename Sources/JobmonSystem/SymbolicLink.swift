import Glibc

/// Symbolic links, and what the kernel shows as one.
package enum SymbolicLink {
    /// This program's executable.
    package static let ownExecutable = "/proc/self/exe"

    /// What a link leads to; nil when it is no link, or can't be read (`errno` says why).
    package static func target(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink(path, &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
