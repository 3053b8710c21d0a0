/// What is known of the end of an instance's command, as the process that watched it saw it. It is kept unchanged;
/// `Cause.decide` derives the cause from it.
package struct Evidence: Sendable, Equatable {
    /// The exit code, 0 to 255; nil when a signal ended it or it never started.
    package var exitCode: Int?
    /// The number of the signal that ended it.
    package var signal: Int?
    /// We ended it because its time limit (ours, not the scheduler's) passed.
    package var timedOut: Bool
    /// We ended it on request.
    package var cancelled: Bool
    /// The step at which its start failed; nil if it started.
    package var notStarted: StartFailure?
    /// The number of processes of its cgroup that the kernel killed for memory while it ran; nil if unknown.
    package var oomKills: Int?
    /// Other work ran in that cgroup too, so that it may have been killed in its place.
    package var oomShared: Bool
    /// We ended it because its processes together had so many bytes of memory, more than `memoryLimit`; nil: we did not.
    package var memoryTaken: Int64?
    /// If the kernel killed for memory: the smallest limit of memory, in bytes, of its cgroup and of those around that;
    /// if we ended it for its memory: what it asked for. Nil: unknown, or there is none.
    package var memoryLimit: Int64?
    /// If it failed: the limit of the address space of each of its processes (`RLIMIT_AS`), in bytes; nil: unknown, or
    /// there is none.
    package var addressSpaceLimit: Int64?
    /// An output that was expected after exit code 0, and is not there or empty; nil: none was, or all are there.
    package var missingOutput: MissingOutput?
    /// What the command wrote that means failure, although its exit code is 0, in one line.
    package var reportedError: String?
    /// What a cluster's scheduler says about the end, or about why it is going to end the job.
    package var scheduler: SchedulerWord?

    package init(
        exitCode: Int? = nil, signal: Int? = nil, timedOut: Bool = false, cancelled: Bool = false,
        notStarted: StartFailure? = nil, oomKills: Int? = nil, oomShared: Bool = false, memoryTaken: Int64? = nil,
        memoryLimit: Int64? = nil,
        addressSpaceLimit: Int64? = nil, missingOutput: MissingOutput? = nil, reportedError: String? = nil,
        scheduler: SchedulerWord? = nil
    ) {
        self.exitCode = exitCode
        self.signal = signal
        self.timedOut = timedOut
        self.cancelled = cancelled
        self.notStarted = notStarted
        self.oomKills = oomKills
        self.oomShared = oomShared
        self.memoryTaken = memoryTaken
        self.memoryLimit = memoryLimit
        self.addressSpaceLimit = addressSpaceLimit
        self.missingOutput = missingOutput
        self.reportedError = reportedError
        self.scheduler = scheduler
    }

    /// The number of its processes that the kernel killed for memory, as far as that is certain.
    package var ownOomKills: Int { oomShared ? 0 : oomKills ?? 0 }

    /// It shows that the instance completed.
    package var isSuccess: Bool { Cause.decide(self).status == .complete }
}
