package import JobmonCore

extension Evidence {
    /// Where a SIGKILL is not explained, takes what the scheduler or the kernel wrote among the command's stderr: that it
    /// was for memory.
    package mutating func addMemoryWord(in stderr: WrittenOutput) {
        guard signal == 9 || exitCode == 137, !timedOut, !cancelled, scheduler?.cause == nil, ownOomKills == 0,
            let line = stderr.text.flatMap({ MemoryLine.last(of: $0) })
        else { return }
        scheduler = SchedulerWord(line, cause: .outOfMemory)
    }
}
