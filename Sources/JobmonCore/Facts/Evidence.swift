/// What is known of the end of an instance's command, as seen by whoever watched it. Kept as it came; the cause is
/// decided from it in `Cause.decide`.
package struct Evidence: Sendable, Equatable {
    /// The exit code, 0 to 255; nil when a signal ended it or it never started.
    package var exitCode: Int?
    /// The number of the signal that ended it.
    package var signal: Int?
    /// Our time limit passed and we ended it.
    package var timedOut: Bool
    /// We ended it because somebody asked for that.
    package var cancelled: Bool
    /// The step at which its start failed.
    package var notStarted: StartFailure?
    /// How many processes of its cgroup the kernel killed for memory while it ran; nil when that can't be seen.
    package var oomKills: Int?
    /// What the scheduler of a cluster says of the end, or why it is about to end it.
    package var scheduler: SchedulerWord?

    package init(
        exitCode: Int? = nil, signal: Int? = nil, timedOut: Bool = false, cancelled: Bool = false,
        notStarted: StartFailure? = nil, oomKills: Int? = nil, scheduler: SchedulerWord? = nil
    ) {
        self.exitCode = exitCode
        self.signal = signal
        self.timedOut = timedOut
        self.cancelled = cancelled
        self.notStarted = notStarted
        self.oomKills = oomKills
        self.scheduler = scheduler
    }

    /// It shows that the instance completed.
    package var isSuccess: Bool { Cause.decide(self).status == .complete }
}
