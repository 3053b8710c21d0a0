import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonSystem

/// A lock on a file (`flock`, close-on-exec). It ends with the process, even if that is killed. The file contains pid
/// and host of the holder, for messages only; the lock is what counts. The file itself remains.
package final class FileLock: Sendable {
    package let path: String
    private let descriptor: Int32

    /// The holder of a lock, according to the file.
    package struct Holder: Sendable, Equatable {
        package var pid: Int32
        package var host: String

        package init(pid: Int32, host: String) {
            self.pid = pid
            self.host = host
        }
    }

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Whether the file is still the one at its path. If not, the directory was removed or recreated, and the lock says
    /// nothing about what is there now.
    package var isInPlace: Bool {
        var ours = stat()
        var there = stat()
        // A file that cannot be checked at the moment may still be in place.
        guard fstat(descriptor, &ours) == 0 else { return errno != ESTALE }
        guard stat(path, &there) == 0 else { return errno != ENOENT && errno != ENOTDIR }
        return ours.st_ino == there.st_ino && ours.st_dev == there.st_dev
    }

    /// Takes the lock without waiting for its holder; nil if another process has it. It is held as long as the object
    /// lives; a forked child shares it until it executes.
    /// - Throws: `.unavailable` if the file cannot be opened or locked at all.
    package static func acquire(_ path: String) throws(Problem) -> FileLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Problem(.unavailable, "the lock file \(path) can't be opened: \(SystemError.text())")
        }
        let lock = FileLock(path: path, descriptor: descriptor)
        // A process that only checks the lock (`isHeld`) holds it for an instant: that is not a reason to fail.
        for look in 0..<10 {
            if look > 0 { poll(nil, 0, 2) }
            if jobmon_lock(descriptor, 1) == 0 {
                lock.writeHolder()
                return lock
            }
            guard errno == EWOULDBLOCK else {
                throw Problem(
                    .unavailable, "the lock file \(path) can't be locked: \(SystemError.text())",
                    hint: "the file system must support flock; put the directory on another one")
            }
        }
        return nil
    }

    /// Whether a process holds the lock; nil if that cannot be determined. A missing file has no holder.
    package static func isHeld(_ path: String) -> Bool? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT ? false : nil }
        defer { close(descriptor) }
        if jobmon_lock(descriptor, 0) == 0 { return false }
        return errno == EWOULDBLOCK ? true : nil
    }

    /// The present or last holder; nil if the file does not say.
    package static func holder(_ path: String) -> Holder? {
        guard let bytes = SmallFile.read(path, limit: 4096), let json = try? JSON(parsing: bytes),
            let fields = try? JSONFields(json, named: "lock"), let pid = try? fields.int("pid", atLeast: 1),
            pid <= Int64(Int32.max), let host = try? fields.string("host")
        else { return nil }
        return Holder(pid: Int32(pid), host: host)
    }

    private func writeHolder() {
        let json: JSON = ["pid": .int(Int64(getpid())), "host": .string(HostIdentity.host)]
        guard ftruncate(descriptor, 0) == 0 else { return }
        var bytes: [UInt8] = []
        json.write(to: &bytes)
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }
}
