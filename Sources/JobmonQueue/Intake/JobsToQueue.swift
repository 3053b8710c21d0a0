import JobmonCore
import Synchronization

/// Jobs on their way into a queue. Whoever takes them has them alone, so that a million of them are let go of once the
/// ledger has them, whoever still holds this.
package final class JobsToQueue: Sendable {
    private let jobs: Mutex<[NewJob]>

    package init(_ jobs: [NewJob]) { self.jobs = Mutex(jobs) }

    /// All of them, the first time.
    package func take() -> [NewJob] {
        jobs.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
    }
}
