import JobmonCore
import Synchronization

/// Jobs that are about to be queued. The taker becomes their only owner, so that the memory of a million jobs is freed
/// once the ledger has them, even if this object lives on.
package final class JobsToQueue: Sendable {
    private let jobs: Mutex<[NewJob]>

    package init(_ jobs: [NewJob]) { self.jobs = Mutex(jobs) }

    /// All jobs at the first call, none afterwards.
    package func take() -> [NewJob] {
        jobs.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
    }
}
