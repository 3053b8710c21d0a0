import Glibc
package import JobmonCore
import JobmonReporting
import JobmonSystem

/// The right to write to a directory's ledger, which the holder of `monitor.lock` has. The lock ends with its process,
/// even if that is killed.
package final class MonitorLock: Sendable {
    private let lock: FileLock

    private init(lock: FileLock) { self.lock = lock }

    /// Takes the lock; nil if a monitor, or a queue that is the monitor, has it.
    /// - Throws: `.unavailable` if the file cannot be locked at all.
    package static func take(_ layout: DirectoryLayout) throws(Problem) -> MonitorLock? {
        guard let lock = try FileLock.acquire(layout.monitorLock) else { return nil }
        return MonitorLock(lock: lock)
    }

    /// Whether the lock file is still the one in the directory.
    var isInPlace: Bool { lock.isInPlace }

    /// The error for a process that wanted the lock while another one holds it: the holder, its host, and a hint.
    package static func refusal(_ layout: DirectoryLayout) -> Problem {
        Problem(
            .unavailable, "\(layout.root) is served by \(holderWords(layout)) already",
            hint: "use that monitor, or stop it with: jobmon stop -d \(layout.root)")
    }

    /// The process that holds the lock: `process 4711 on node3`.
    static func holderWords(_ layout: DirectoryLayout) -> String {
        // The lock file is written before `monitor_info.json`, which may still be that of a dead monitor.
        // If the lock is free, it does not reach the host of the monitor that answers.
        let holder =
            (FileLock.isHeld(layout.monitorLock) == false ? nil : holder(layout))
            ?? MonitorInfo.read(layout).map { FileLock.Holder(pid: $0.pid, host: $0.host) }
        return holder.map { "process \($0.pid) on \($0.host)" } ?? "another process"
    }

    /// The holder, as named in the lock file. A holder that has just taken the lock gets a moment to write its name.
    private static func holder(_ layout: DirectoryLayout) -> FileLock.Holder? {
        var holder = FileLock.holder(layout.monitorLock)
        for _ in 0..<20 {
            if let holder, holder.host != HostIdentity.host || ProcessTable.process(holder.pid) != nil { break }
            poll(nil, 0, 5)
            holder = FileLock.holder(layout.monitorLock)
        }
        return holder
    }

    /// The message about a left-over `monitor_info.json` for the holder of the lock. Since no other process serves the
    /// directory, the file is stale; the message says how that is known. Nil if there is no such file.
    package static func stale(_ layout: DirectoryLayout) -> String? {
        guard let info = MonitorInfo.read(layout) else { return nil }
        let reason: String
        if info.host != HostIdentity.host {
            reason = "its monitor on host \(info.host) no longer holds the directory's lock"
        } else if let boot = info.hostBootID, let now = HostIdentity.bootID, boot != now {
            reason = "this host was restarted since"
        } else {
            reason = "its monitor, process \(info.pid), is gone"
        }
        return "replacing \(layout.info) of \(info.started): \(reason)"
    }
}
