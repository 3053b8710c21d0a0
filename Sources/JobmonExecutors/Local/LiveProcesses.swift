import CJobmonPOSIX
import Glibc
import JobmonCore

/// The processes of this host that are alive.
enum LiveProcesses {
    /// Whether this very process is alive; a zombie is over.
    static func isAlive(_ identity: ProcessIdentity) -> Bool {
        var state: CChar = 0
        let started = jobmon_process_started(identity.pid, &state)
        guard started >= 0, state != CChar(UInt8(ascii: "Z")), state != CChar(UInt8(ascii: "X")) else { return false }
        return identity.started == nil || identity.started == started
    }

    /// The processes that were started for one of the instances, and how many processes of ours could not be judged
    /// because their environment was empty. Nil when `/proc` can't be read.
    static func find(_ keys: [String]) -> (processes: Set<ProcessIdentity>, unsettled: Int)? {
        let sorted = keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var pointers: [UnsafePointer<CChar>?] = []
        var owned: [UnsafeMutablePointer<CChar>?] = []
        for key in sorted {
            let copy = strdup(key)
            owned.append(copy)
            pointers.append(UnsafePointer(copy))
        }
        defer { for copy in owned { free(copy) } }
        var capacity = 256
        while true {
            var found = [jobmon_found](repeating: jobmon_found(), count: capacity)
            var unsettled = 0
            let count = jobmon_find_instances(pointers, pointers.count, &found, capacity, &unsettled)
            guard count >= 0 else { return nil }
            guard count <= capacity else {
                capacity = count * 2
                continue
            }
            return (Set(found[..<count].map { ProcessIdentity(pid: $0.process, started: $0.started) }), unsettled)
        }
    }
}
