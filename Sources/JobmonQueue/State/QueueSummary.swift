package import JobmonCore

/// What a queue came to.
package struct QueueSummary: Sendable, Equatable {
    package enum Ending: Sendable, Equatable {
        /// Every job is over.
        case done
        /// So many jobs failed that no more were started.
        case halted
        /// Somebody stopped it.
        case stopped
        /// Something that it can't do without failed.
        case failed(Problem)
    }

    package var ending: Ending
    package var counts: QueueCounts
    /// Jobs that failed, in the order of `jid`; at most `QueueState.keptFailures`.
    package var failures: [QueueFailure]
    /// Attempts that were begun: 0 when nothing was left to do.
    package var begun: Int
    /// The queue's other jobs, as far as they are not over: they were not asked for.
    package var left: QueueCounts

    package init(
        ending: Ending, counts: QueueCounts, failures: [QueueFailure], begun: Int = 0, left: QueueCounts = QueueCounts()
    ) {
        self.ending = ending
        self.counts = counts
        self.failures = failures
        self.begun = begun
        self.left = left
    }
}
