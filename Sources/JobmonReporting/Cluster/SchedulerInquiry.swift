import Glibc
package import JobmonCore

/// Questions to the scheduler about the job that this process runs in, such as why it ends the job. All of them together
/// take no longer than the inquiry's patience.
package struct SchedulerInquiry: Sendable {
    /// Seconds by which a scheduler's clock and ours may differ on when a job began.
    static let slack = 5.0

    /// Seconds within which a scheduler tells all processes of a job that they are to end.
    package static let togetherness = 0.05

    let job: ClusterJob
    /// On the steady clock; what has not been answered by then was not.
    private let deadline: Double

    /// For the end of a command that may be the scheduler's doing, where nothing was announced.
    /// - Parameter patience: seconds that all answers may take.
    package init(_ job: ClusterJob, patience: Double = 2) {
        self.job = job
        deadline = TimeSource.system.steadySeconds() + patience
    }

    /// - Parameter signal: the scheduler's warning.
    package init(_ job: ClusterJob, of signal: Int32) {
        self.init(job, patience: job.dialect.patience(signal))
    }

    /// Why the scheduler is about to end the job, as far as that can be found out from within it.
    package func why(_ warning: SchedulerWarning) -> SchedulerWord { job.dialect.why(self, warning) }

    /// Whether the scheduler starts the job once more, so that this end of it does not count; nil: it does not, or does
    /// not say.
    package func requeue() -> SchedulerWord? { job.dialect.requeue(self) }

    /// The soft limit that the job has reached after so many seconds; nil: none.
    package func softLimit(ran: Double) -> SchedulerWord? { job.dialect.softLimit(self, ran) }

    /// Whether the scheduler says that it suspends the job, for any reason.
    package var isSuspended: Bool { job.dialect.isSuspended(self) }

    /// When the job was submitted, in seconds since 1970; nil: the scheduler does not say.
    package var submitted: Double? { job.dialect.submitted(self) }

    /// What a command of the scheduler's prints; nil when it fails, or does not end in time.
    func output(of words: [String]) -> String? { SchedulerCommand.output(of: words, until: deadline) }
}
