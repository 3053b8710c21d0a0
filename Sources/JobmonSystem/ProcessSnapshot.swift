import CJobmonPOSIX
import Glibc
package import JobmonCore

/// All processes of this host at one moment, as far as /proc shows one.
package struct ProcessSnapshot: Sendable {
    package var records: [ProcessRecord]
    /// Some of our processes showed no environment, as one does in the middle of an execve.
    package var isUnsettled: Bool

    /// - Returns: nil when /proc can't be read: nothing is known then.
    package static func take() -> ProcessSnapshot? {
        var capacity = 1024
        while true {
            var count = 0
            let found = SchedulerJobNames.withPointers { names in
                [jobmon_process](unsafeUninitializedCapacity: capacity) { buffer, filled in
                    count = jobmon_process_table(buffer.baseAddress, buffer.count, names.baseAddress, names.count)
                    filled = max(0, min(count, buffer.count))
                }
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

/// The environment variables that hold the number of a scheduler's job, for C.
private enum SchedulerJobNames {
    private static let names = ClusterScheduler.allCases.map { Array($0.signs.jobVariable.utf8CString) }

    static func withPointers<Result>(_ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Result) -> Result {
        func next(_ index: Int, _ pointers: [UnsafePointer<CChar>?]) -> Result {
            guard index < names.count else { return pointers.withUnsafeBufferPointer(body) }
            return names[index].withUnsafeBufferPointer { next(index + 1, pointers + [$0.baseAddress]) }
        }
        return next(0, [])
    }
}

extension ProcessMarks {
    fileprivate init(_ process: jobmon_process) {
        self = withUnsafePointer(to: process) { process in
            func text(_ text: UnsafePointer<CChar>?) -> String? {
                guard let text, text.pointee != 0 else { return nil }
                return String(cString: text)
            }
            var marks = ProcessMarks(instance: text(jobmon_process_instance(process)))
            for (place, scheduler) in ClusterScheduler.allCases.enumerated() {
                marks.jobs[scheduler] = text(jobmon_process_job(process, place))
            }
            return marks
        }
    }

    /// Ours, which a command inherits.
    package static let own: ProcessMarks = {
        var marks = ProcessMarks(instance: variable("JOBMON_INSTANCE"))
        for scheduler in ClusterScheduler.allCases { marks.jobs[scheduler] = variable(scheduler.signs.jobVariable) }
        return marks
    }()

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
