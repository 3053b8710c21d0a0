package import JobmonCore

/// The result of running a queue.
package struct QueueSummary: Sendable, Equatable {
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
    /// The number of attempts that were started; 0 if nothing was left to do.
    package var begun: Int
    /// The queue's other jobs that are not over; they are not part of this run.
    package var left: QueueCounts

    package init(
        ending: Ending, counts: QueueCounts, failures: [QueueFailure], doubtful: Int = 0, begun: Int = 0,
        left: QueueCounts = QueueCounts()
    ) {
        self.ending = ending
        self.counts = counts
        self.failures = failures
        self.doubtful = doubtful
        self.begun = begun
        self.left = left
    }
}
