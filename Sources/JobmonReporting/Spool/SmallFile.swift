import CJobmonPOSIX
import Glibc
import JobmonSystem

/// Reads and writes whole small files, so that no reader sees a partial one, and no other user can substitute another
/// file.
package enum SmallFile {
    /// The content of a regular file, at most `limit` bytes. Nil if it does not exist, is longer, or is not a regular
    /// file (a link, a FIFO, a device): `errno` says why; it is 0 for a file of the wrong kind.
    static func read(_ path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            errno = 0
            return nil
        }
        return readAll(descriptor, from: 0, limit: limit)
    }

    /// The content of an open file from `offset` on; nil if it cannot be read or is longer than `limit`.
    package static func readAll(_ descriptor: Int32, from offset: Int, limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(offset + bytes.count))
            if count < 0 {
                if errno == EINTR { continue }
                return nil
            }
            if count == 0 { return bytes }
            guard bytes.count + count <= limit else {
                errno = EFBIG
                return nil
            }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// Writes a temporary file beside the target and renames it, so that the file is complete or unchanged. If it
    /// returns false, `errno` says why.
    package static func replace(_ path: String, temporary: String, with bytes: [UInt8]) -> Bool {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        var written = Descriptor.writeAll(descriptor, bytes)
        // On NFS a full disk may show at the close only.
        if close(descriptor) != 0 { written = false }
        if written, rename(temporary, path) == 0 { return true }
        let error = errno
        unlink(temporary)
        errno = error
        return false
    }

    /// The names in a folder, without `.` and `..`; nil when it can't be read.
    package static func names(in folder: String) -> [String]? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

/// Writes one line for the user to stderr. If stderr is closed, the line is lost.
func tell(_ line: String) {
    _ = Descriptor.writeAll(2, Array("jobmon: \(line)\n".utf8))
}
