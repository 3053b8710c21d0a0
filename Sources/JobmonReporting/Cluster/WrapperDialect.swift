package import JobmonCore

/// What a process within a scheduler's job must know of that scheduler: how it names its jobs, by which signals it tells
/// them what, and how it is asked why it ends one. Values and functions; nothing here keeps anything.
package struct WrapperDialect: Sendable {
    package var scheduler: ClusterScheduler

    // MARK: Names

    /// The job that a process with this environment runs in; nil: it runs in none of this scheduler's.
    var job: @Sendable (_ variable: (String) -> String?) -> ClusterJob?
    /// The scheduler's name of a job, or of a task of an array job, such as `4711_3`.
    var executorID: @Sendable (_ job: String, _ task: Int?) -> String
    /// The environment variable with the name that the job was submitted under.
    package var nameVariable: String
    /// The environment variable that numbers the processes of one step of a job; nil: there is none.
    package var rankVariable: String?
    /// Which process of a step this is, as text; nil: it is not one of several.
    /// - Parameter isStep: it is known to be a process of a step.
    var rank: @Sendable (_ isStep: Bool, _ variable: (String) -> String?) -> String?
    /// A job that was started before says how often; else it says only that it was.
    var countsRestarts: Bool

    // MARK: Signals and exit codes

    /// It signals each process of a job by itself: a command may be over before its wrapper reads its own signal.
    package var signalsEachProcess: Bool
    /// The signal that announces a kill (besides TERM and its like), and the one that announces a suspension; nil: none.
    package var killAnnouncement: Int32?
    package var suspensionAnnouncement: Int32?
    /// The exit code by which a job's script asks to be started once more.
    package var requeueExitCode: Int?
    /// Exit codes of commands that must not become a task's, since the scheduler takes them for requests of its own.
    package var reservedExitCodes: Set<Int>

    // MARK: Questions

    /// Seconds that the scheduler may be asked for why it sent a signal: the kill comes half a minute later, or sooner.
    var patience: @Sendable (_ signal: Int32) -> Double
    /// Why the scheduler is about to end a job.
    var why: @Sendable (SchedulerInquiry, SchedulerWarning) -> SchedulerWord
    /// Whether the scheduler starts the job once more, so that this end of it does not count; nil: it does not, or does
    /// not say.
    var requeue: @Sendable (SchedulerInquiry) -> SchedulerWord?
    /// The soft limit that a job has reached after so many seconds; nil: none.
    var softLimit: @Sendable (SchedulerInquiry, _ ran: Double) -> SchedulerWord?
    /// Whether the scheduler says that it suspends the job.
    var isSuspended: @Sendable (SchedulerInquiry) -> Bool
    /// When the job was submitted, in seconds since 1970; nil: the scheduler does not say.
    var submitted: @Sendable (SchedulerInquiry) -> Double?

    /// The one of a scheduler.
    package static func of(_ scheduler: ClusterScheduler) -> WrapperDialect {
        switch scheduler {
        case .slurm: .slurm
        case .sge: .gridEngine
        }
    }
}

/// A signal by which a scheduler warned a job.
package struct SchedulerWarning: Sendable {
    package var signal: Int32
    /// The signal's name.
    package var name: String
    /// Seconds that the job may run, where they are known.
    package var limit: Double?
    /// Seconds that the job has run.
    package var ran: Double

    package init(signal: Int32, name: String, limit: Double?, ran: Double) {
        self.signal = signal
        self.name = name
        self.limit = limit
        self.ran = ran
    }
}
