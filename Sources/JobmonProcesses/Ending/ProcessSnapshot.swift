import CJobmonPOSIX
import Glibc
import JobmonCore

/// All processes of this host at one moment, as far as /proc shows them.
struct ProcessSnapshot {
    var records: [ProcessRecord]
    /// Some of our processes showed no environment, as happens in the middle of an execve.
    var isUnsettled: Bool

    /// Nil if /proc cannot be read.
    static func take() -> ProcessSnapshot? {
        var capacity = 1024
        while true {
            var count = 0
            let found = [jobmon_process](unsafeUninitializedCapacity: capacity) { buffer, filled in
                count = jobmon_process_table(buffer.baseAddress, buffer.count)
                filled = max(0, min(count, buffer.count))
            }
            if count < 0 { return nil }
            if count <= capacity { return ProcessSnapshot(found) }
            capacity = count + 1024
        }
    }

    private init(_ found: [jobmon_process]) {
        let user = geteuid()
        records = found.map { process in ProcessRecord(process, user: user) }
        isUnsettled = found.contains { $0.unsettled != 0 }
    }
}

extension ProcessRecord {
    fileprivate init(_ process: jobmon_process, user: uid_t) {
        self.init(
            ProcessIdentity(pid: process.pid, started: process.started), parent: process.parent, group: process.group,
            session: process.session, isOver: [UInt8(ascii: "Z"), UInt8(ascii: "X")].contains(UInt8(process.state)),
            isOurs: process.user == user, marks: ProcessMarks(process))
    }
}

extension ProcessMarks {
    fileprivate init(_ process: jobmon_process) {
        self = withUnsafePointer(to: process) { process in
            func text(_ of: (UnsafePointer<jobmon_process>) -> UnsafePointer<CChar>?) -> String? {
                guard let text = of(process), text.pointee != 0 else { return nil }
                return String(cString: text)
            }
            return ProcessMarks(
                instance: text { jobmon_process_instance($0) }, slurmJob: text { jobmon_process_slurm_job($0) },
                gridJob: text { jobmon_process_grid_job($0) })
        }
    }

    /// The marks of this process, which a command inherits.
    static let own = ProcessMarks(
        instance: variable("JOBMON_INSTANCE"), slurmJob: variable("SLURM_JOB_ID"), gridJob: variable("JOB_ID"))

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
