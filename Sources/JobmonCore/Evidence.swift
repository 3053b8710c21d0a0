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
}

/// What a scheduler says of a job of its own.
package struct SchedulerWord: Sendable, Equatable {
    /// In its own words, such as `TIMEOUT` or `37 : qmaster enforced h_rt, h_cpu, or h_vmem limit`.
    package var said: String
    /// The cause that these words name; nil: none, the exit code or the signal is all.
    package var cause: Cause?

    package init(_ said: String, cause: Cause? = nil) {
        self.said = said
        self.cause = cause
    }
}

/// Which step of starting a command failed, on what, and why.
package struct StartFailure: Error, Sendable, Equatable {
    package enum Step: String, Sendable, CaseIterable {
        /// Going to the working directory.
        case directory
        /// Opening the files for stdout or stderr.
        case output
        /// Finding and executing the command.
        case command
        /// Making a process at all.
        case process
    }

    package var step: Step
    /// The directory, file or command that it failed on.
    package var path: String
    /// The error number of the system call.
    package var errno: Int32
    /// The error in words, such as "No such file or directory".
    package var reason: String

    package init(step: Step, path: String, errno: Int32, reason: String) {
        self.step = step
        self.path = path
        self.errno = errno
        self.reason = reason
    }

    /// The exit code that a shell gives for it: 127 for a command that is not found, 126 for any other hindrance.
    /// (A directory that is missing is 127's kin for no shell; it is 126.)
    package var exitCode: Int32 { step == .command && errno == 2 ? 127 : 126 }
}

/// What an instance used, as far as it is known.
package struct Usage: Sendable, Equatable {
    /// Seconds from start to end.
    package var wallclock: Double?
    /// Seconds of processor time, user and system, of the command and the descendants that it waited for.
    package var cpu: Double?
    /// The peak of resident memory of its largest process, in bytes.
    package var maxrss: Int64?
    /// `maxrss` is only an upper bound: the kernel counted the starting process's own memory.
    package var maxrssAtMost: Bool
    /// Bytes read from and written to storage.
    package var ioRead: Int64?
    package var ioWritten: Int64?

    package init(
        wallclock: Double? = nil, cpu: Double? = nil, maxrss: Int64? = nil, maxrssAtMost: Bool = false,
        ioRead: Int64? = nil, ioWritten: Int64? = nil
    ) {
        self.wallclock = wallclock
        self.cpu = cpu
        self.maxrss = maxrss
        self.maxrssAtMost = maxrssAtMost
        self.ioRead = ioRead
        self.ioWritten = ioWritten
    }
}
