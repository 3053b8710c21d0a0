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

    /// All processes, and whether some of ours could not be judged because they showed no environment. Nil when `/proc`
    /// can't be read.
    static func all() -> (records: [ProcessRecord], isUnsettled: Bool)? {
        var capacity = 1024
        while true {
            var count = 0
            let found = [jobmon_process](unsafeUninitializedCapacity: capacity) { buffer, filled in
                count = jobmon_process_table(buffer.baseAddress, buffer.count)
                filled = max(0, min(count, buffer.count))
            }
            if count < 0 { return nil }
            guard count <= capacity else {
                capacity = count + 1024
                continue
            }
            return (found.map(record), found.contains { $0.unsettled != 0 })
        }
    }

    private static func record(_ process: jobmon_process) -> ProcessRecord {
        let marks = withUnsafePointer(to: process) { process in
            ProcessMarks(
                instance: text(jobmon_process_instance(process)), slurmJob: text(jobmon_process_slurm_job(process)),
                gridJob: text(jobmon_process_grid_job(process)))
        }
        return ProcessRecord(
            ProcessIdentity(pid: process.pid, started: process.started), parent: process.parent, group: process.group,
            session: process.session, isOver: [UInt8(ascii: "Z"), UInt8(ascii: "X")].contains(UInt8(process.state)),
            isOurs: process.user == geteuid(), marks: marks)
    }

    private static func text(_ text: UnsafePointer<CChar>?) -> String? {
        guard let text, text.pointee != 0 else { return nil }
        return String(cString: text)
    }
}
