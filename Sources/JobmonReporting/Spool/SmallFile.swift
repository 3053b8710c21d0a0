import CJobmonPOSIX
import Glibc
import JobmonSystem

/// Whole small files, read and written so that nobody sees half of one and nobody can put something else in its place.
enum SmallFile {
    /// The content of a regular file, at most `limit` bytes; nil when there is none, it is longer, or it is no regular
    /// file (a link, a FIFO, a device): `errno` says which, 0 for what is no file of this kind.
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

    /// What an open file holds from `offset` on; nil when it can't be read or is longer than `limit`.
    static func readAll(_ descriptor: Int32, from offset: Int, limit: Int) -> [UInt8]? {
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

    /// Writes a file by a new temporary name beside it and a rename: whole or not at all. `errno` says why not.
    static func replace(_ path: String, temporary: String, with bytes: [UInt8]) -> Bool {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        var written = writeAll(descriptor, bytes)
        // On NFS a full disk may show at the close only.
        if close(descriptor) != 0 { written = false }
        if written, rename(temporary, path) == 0 { return true }
        let error = errno
        unlink(temporary)
        errno = error
        return false
    }

    /// Writes all bytes; `errno` says why not.
    static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { write(descriptor, $0 + offset, buffer.count - offset) } ?? 0
            }
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            offset += count
        }
        return true
    }

    /// The names in a folder, without `.` and `..`; nil when it can't be read.
    static func names(in folder: String) -> [String]? {
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

    /// The current error in words.
    static func reason(_ error: Int32 = errno) -> String { SystemError.text(error) }
}

/// One line for people, on stderr; lost when stderr is closed.
func tell(_ line: String) {
    _ = SmallFile.writeAll(2, Array("jobmon: \(line)\n".utf8))
}
