import Glibc
package import JobmonCore
import JobmonReporting

/// Who may write to a directory's ledger: the holder of `monitor.lock`. It ends with the process, however it ends.
package final class MonitorLock: Sendable {
    private let lock: FileLock

    private init(lock: FileLock) { self.lock = lock }

    /// Takes the lock; nil when a monitor, or a queue that is one, has it.
    /// - Throws: `.unavailable` when the file can't be locked at all.
    package static func take(_ layout: DirectoryLayout) throws(Problem) -> MonitorLock? {
        guard let lock = try FileLock.acquire(layout.monitorLock) else { return nil }
        return MonitorLock(lock: lock)
    }

    /// Whether it still guards what is in the directory.
    var isInPlace: Bool { lock.isInPlace }

    /// The sentence for whoever wanted the lock that somebody else holds: who, where, and what to do.
    package static func refusal(_ layout: DirectoryLayout) -> Problem {
        // Its lock file is written before its `monitor_info.json`, where a dead monitor's may still lie.
        // A lock that nobody holds does not reach the host of the monitor that answers.
        let holder =
            (FileLock.isHeld(layout.monitorLock) == false ? nil : holder(layout))
            ?? MonitorInfo.read(layout).map { FileLock.Holder(pid: $0.pid, host: $0.host) }
        let who = holder.map { "process \($0.pid) on \($0.host)" } ?? "another process"
        return Problem(
            .unavailable, "\(layout.root) is served by \(who) already",
            hint: "use that monitor, or stop it with: jobmon stop -d \(layout.root)")
    }

    /// Who holds the lock, as its file says; one that has only just taken it is given a moment to write itself down.
    private static func holder(_ layout: DirectoryLayout) -> FileLock.Holder? {
        var holder = FileLock.holder(layout.monitorLock)
        for _ in 0..<20 {
            if let holder, holder.host != HostIdentity.host || ProcessTable.process(holder.pid) != nil { break }
            poll(nil, 0, 5)
            holder = FileLock.holder(layout.monitorLock)
        }
        return holder
    }

    /// What a left-over `monitor_info.json` means to whoever holds the lock: nobody serves the directory, so it is
    /// stale. The sentence says how we know; nil when there is none.
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
