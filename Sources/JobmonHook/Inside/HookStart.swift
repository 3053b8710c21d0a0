import Glibc
import JobmonCore
import JobmonReporting
import JobmonSystem

/// Whether what asks runs under jobmon already: a script may start itself once more (`exec bash -l "$0"`, `srun "$0"`,
/// `flock "$0"`), and is one job all the same.
enum HookStart {
    /// Seconds that the scheduler may take to say when a job was submitted.
    private static let patience = 2.0

    /// Whether this process belongs to a start of the scheduler's job that is monitored as a whole.
    static func isMonitored(_ layout: DirectoryLayout) -> Bool {
        guard let job = ClusterJob.current(), let start = RememberedStart.read(RememberedStart.path(layout, job)) else {
            return false
        }
        let asker = RememberedStart.Asker(
            job: job, host: HostIdentity.host, bootID: HostIdentity.bootID,
            instance: getenv("JOBMON_INSTANCE").map { String(cString: $0) }, isBelow: isBelow,
            isAlive: { ProcessTable.isAlive($0) },
            submitted: { SchedulerInquiry(job, patience: patience).submitted })
        return start.isThatOf(asker)
    }

    /// Whether a process above this one is the wrapper of this very script, whatever became of the environment.
    /// - Parameter script: the path of the script, as its shell has it.
    static func isBelowItsWrapper(_ script: [UInt8]) -> Bool {
        guard ClusterJob.current() == nil, let own = SymbolicLink.target("/proc/self/exe") else { return false }
        let pieces = ["batch", "named"].map { Array($0.utf8) }
        return above { pid in
            guard SymbolicLink.target("/proc/\(pid)/exe") == own,
                let line = HookFiles.readAll(path: "/proc/\(pid)/cmdline").whole
            else { return false }
            let arguments = line.split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
            guard arguments.count > 4, arguments[1] == Array("__hook".utf8), pieces.contains(arguments[2]) else {
                return false
            }
            return arguments[4...].contains { HookWord.decode(String(decoding: $0, as: UTF8.self)) == script }
        }
    }

    @Sendable private static func isBelow(_ pid: Int32) -> Bool { above { $0 == pid } }

    /// Whether something holds for this process, or for one above it.
    static func above(_ holds: (Int32) -> Bool) -> Bool {
        var current = getpid()
        for _ in 0..<64 where current > 1 {
            if holds(current) { return true }
            guard let line = HookFiles.readAll(path: "/proc/\(current)/stat").whole,
                let close = line.lastIndex(of: UInt8(ascii: ")"))
            else { return false }
            // Behind the name, which may hold anything: the state, then the parent.
            let words = line[(close + 1)...].split(separator: 0x20)
            guard words.count > 1, let parent = Int32(String(decoding: words[1], as: UTF8.self)) else { return false }
            current = parent
        }
        return false
    }
}
