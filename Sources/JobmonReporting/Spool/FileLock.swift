import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonSystem

/// A lock on a file (`flock`, close-on-exec) that ends with the process, however it ends. Pid and host of the holder
/// stand in the file, for messages only: what counts is the lock. The file itself stays.
package final class FileLock: Sendable {
    package let path: String
    private let descriptor: Int32

    /// Who holds a lock, as far as the file says it.
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

    /// Whether the file is still the one that its path names. A lock on another says nothing about what is there now:
    /// somebody removed the directory, and maybe made it again.
    package var isInPlace: Bool {
        var ours = stat()
        var there = stat()
        // What can't be looked at just now is no sign of that.
        guard fstat(descriptor, &ours) == 0 else { return errno != ESTALE }
        guard stat(path, &there) == 0 else { return errno != ENOENT && errno != ENOTDIR }
        return ours.st_ino == there.st_ino && ours.st_dev == there.st_dev
    }

    /// Takes the lock without waiting for its holder; nil when somebody else has it. It is held as long as the object
    /// lives; a child that is forked meanwhile shares it until it executes.
    /// - Throws: `.unavailable` when the file can't be opened or locked at all.
    package static func acquire(_ path: String) throws(Problem) -> FileLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Problem(.unavailable, "the lock file \(path) can't be opened: \(SystemError.text())")
        }
        let lock = FileLock(path: path, descriptor: descriptor)
        // Somebody who only looks (`isHeld`) has it for an instant: that is no reason to be refused.
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

    /// Whether somebody holds the lock; nil when that can't be found out. A file that is not there is held by nobody.
    package static func isHeld(_ path: String) -> Bool? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT ? false : nil }
        defer { close(descriptor) }
        if jobmon_lock(descriptor, 0) == 0 { return false }
        return errno == EWOULDBLOCK ? true : nil
    }

    /// Who holds it, or held it last; nil when the file does not say.
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
