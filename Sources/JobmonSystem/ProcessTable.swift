import CJobmonPOSIX
import Glibc
package import JobmonCore

/// The processes of this host, as `/proc` shows them.
package enum ProcessTable {
    /// The living process of a number, with its start time; nil when there is none (a zombie is over).
    package static func process(_ pid: Int32) -> ProcessIdentity? {
        var state: CChar = 0
        let started = jobmon_process_started(pid, &state)
        guard started >= 0, UInt8(bitPattern: state) != UInt8(ascii: "Z"), UInt8(bitPattern: state) != UInt8(ascii: "X")
        else { return nil }
        return ProcessIdentity(pid: pid, started: started)
    }

    /// Whether this very process is alive: the same number and, where it is known, the same start time.
    package static func isAlive(_ identity: ProcessIdentity) -> Bool {
        guard let process = process(identity.pid) else { return false }
        return identity.started == nil || process.started == identity.started
    }
}
