package import JobmonCore

/// The result of running a queue.
package struct QueueSummary: Sendable, Equatable {
    /// Attempts that had more memory than they asked for.
    package struct OverMemory: Sendable, Equatable {
        package var count: Int
        /// The job of the one that had the most beyond, what it had, and what it had asked for, in bytes.
        package var jid: Int64
        package var had: Int64
        package var asked: Int64

        package init(count: Int, jid: Int64, had: Int64, asked: Int64) {
            self.count = count
            self.jid = jid
            self.had = had
            self.asked = asked
        }
    }

    /// Jobs that were not run, since a job that they wait for failed or was cancelled.
    package struct Blocked: Sendable, Equatable {
        package var count: Int
        /// One of them, and the job that it waits for.
        package var jid: Int64
        package var by: Int64

        package init(count: Int, jid: Int64, by: Int64) {
            self.count = count
            self.jid = jid
            self.by = by
        }
    }

    package enum Ending: Sendable, Equatable {
        /// Every job is over.
        case done
        /// The limit of failed jobs was reached, and no more were started.
        case halted
        /// It was asked to stop.
        case stopped
        /// Something that it depends on failed.
        case failed(Problem)
    }

    package var ending: Ending
    package var counts: QueueCounts
    /// Failed jobs, in the order of `jid`; at most `QueueState.keptFailures`.
    package var failures: [QueueFailure]
    /// The number of jobs that completed in this run, but may not have done their work.
    package var doubtful: Int
    /// Attempts that ended in this run and had more memory than they asked for; nil: none.
    package var overMemory: OverMemory?
    /// Jobs that were not run, since a job that they wait for failed or was cancelled; nil: none.
    package var blocked: Blocked?
    /// The number of attempts that were started; 0 if nothing was left to do.
    package var begun: Int
    /// The queue's other jobs that are not over; they are not part of this run.
    package var left: QueueCounts

    package init(
        ending: Ending, counts: QueueCounts, failures: [QueueFailure], doubtful: Int = 0,
        overMemory: OverMemory? = nil, blocked: Blocked? = nil, begun: Int = 0,
        left: QueueCounts = QueueCounts()
    ) {
        self.ending = ending
        self.counts = counts
        self.failures = failures
        self.doubtful = doubtful
        self.overMemory = overMemory
        self.blocked = blocked
        self.begun = begun
        self.left = left
    }
}
