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

/// How many jobs are where.
package struct QueueCounts: Sendable, Equatable {
    package var queued = 0
    /// Of the queued ones, those that wait before their next attempt.
    package var retrying = 0
    /// When the first of these is tried again, in seconds of the steady clock.
    package var retryAt: Double?
    package var running = 0
    /// Jobs whose last instance nobody can say anything about right now.
    package var unclear = 0
    package var complete = 0
    package var failed = 0
    package var cancelled = 0

    package init() {}

    mutating func count(_ phase: QueueJob.Phase, _ change: Int) {
        switch phase {
        case .queued, .backingOff, .preparing, .submitting, .waiting: queued += change
        case .running: running += change
        case .unclear, .fencing: unclear += change
        case .complete: complete += change
        case .failed: failed += change
        case .cancelled: cancelled += change
        }
        if case .backingOff = phase { retrying += change }
    }

    package var total: Int { queued + running + unclear + over }
    package var over: Int { complete + failed + cancelled }
    /// Those that are not over.
    package var open: Int { queued + running + unclear }
}

/// A job that failed for good, as the summary shows it.
package struct QueueFailure: Sendable, Equatable {
    package var jid: Int64
    package var name: String
    /// Attempts used.
    package var attempts: Int
    package var cause: Cause?
    package var exitCode: Int?
    package var signal: Int?
    /// The line of its error that says most.
    package var headline: String

    package init(
        jid: Int64, name: String, attempts: Int, cause: Cause?, exitCode: Int?, signal: Int?, headline: String
    ) {
        self.jid = jid
        self.name = name
        self.attempts = attempts
        self.cause = cause
        self.exitCode = exitCode
        self.signal = signal
        self.headline = headline
    }
}
