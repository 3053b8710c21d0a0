/// Lines in which a scheduler or the kernel says that a process was killed for its memory.
package enum MemoryLine {
    /// The last such line of an end of stderr; nil: there is none.
    package static func last(of stderr: String) -> String? {
        let lines = stderr.utf8.split(separator: 0x0A).map { Substring($0) }
        return lines.last { isOne($0) }.map { ErrorReading.shortened($0.trimmed) }
    }

    /// The last line of a log in which a scheduler says that of this job; nil: there is none.
    /// - Parameters:
    ///   - log: may have lines about other jobs too.
    ///   - job: its number at the scheduler.
    package static func last(of log: String, about job: String) -> String? {
        let names = ["StepId=\(job).", "tep \(job)."]
        let lines = log.utf8.split(separator: 0x0A).map { Substring($0) }
        let line = lines.last { line in SchedulerLine.isMemoryKill(line) && names.contains { line.contains($0) } }
        return line.map { ErrorReading.shortened($0.trimmed) }
    }

    /// - Parameter line: without its line break.
    static func isOne(_ line: Substring) -> Bool {
        // The kernel: `Out of memory: Kill process 7 (R) …` up to 5.2, `Killed process` since; `Memory cgroup out of
        // memory: …` for the limit of a cgroup.
        SchedulerLine.isMemoryKill(line) || line.holds("ut of memory: Kill")
    }
}
