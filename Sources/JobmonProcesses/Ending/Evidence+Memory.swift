package import JobmonCore

extension Evidence {
    /// Where a SIGKILL is not explained, takes what the scheduler or the kernel wrote among the command's stderr: that it
    /// was for memory.
    package mutating func addMemoryWord(in stderr: WrittenOutput) {
        guard isUnexplainedKill, let line = stderr.text.flatMap({ MemoryLine.last(of: $0) }) else { return }
        scheduler = SchedulerWord(line, cause: .outOfMemory)
    }

    /// The same for what the scheduler wrote of this job into a log that has other jobs too.
    /// - Parameter job: its number at the scheduler.
    package mutating func addMemoryWord(in log: @autoclosure () -> WrittenOutput?, about job: String) {
        // Only then is the log looked at.
        guard isUnexplainedKill, let line = log()?.text.flatMap({ MemoryLine.last(of: $0, about: job) }) else { return }
        scheduler = SchedulerWord(line, cause: .outOfMemory)
    }

    private var isUnexplainedKill: Bool {
        (signal == 9 || exitCode == 137) && !timedOut && !cancelled && scheduler?.cause == nil && ownOomKills == 0
    }
}
