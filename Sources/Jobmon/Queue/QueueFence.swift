import Glibc
import JobmonCore
import JobmonSystem

/// What forbids an instance to start its command, because the queue gave it up for another attempt.
enum QueueFence {
    /// Puts up the fence of an instance; it stands, on disk, when this returns.
    /// - Throws: `.unavailable` when it can't be written: nothing may be built on it then.
    static func write(_ instanceKey: String, _ layout: DirectoryLayout) throws(Problem) {
        let path = layout.fence(instanceKey)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            let reason = SystemError.text()
            if descriptor >= 0 { close(descriptor) }
            throw Problem(.unavailable, "the fence \(path) can't be written: \(reason)")
        }
        close(descriptor)
    }
}
