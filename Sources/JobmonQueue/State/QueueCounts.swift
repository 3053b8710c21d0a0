import JobmonCore

/// The number of jobs by state.
package struct QueueCounts: Sendable, Equatable {
    package var queued = 0
    /// The number of queued jobs that wait for the delay before their next attempt.
    package var retrying = 0
    /// The time of the next retry, in seconds of the monotonic clock.
    package var retryAt: Double?
    package var running = 0
    /// The number of jobs whose last instance is in an unknown state right now.
    package var unclear = 0
    package var complete = 0
    package var failed = 0
    package var cancelled = 0

    package init() {}

    mutating func count(_ phase: QueueJob.Phase, _ change: Int) {
        switch phase {
        case .held, .queued, .backingOff, .preparing, .submitting, .waiting: queued += change
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
    /// The number of jobs that are not over.
    package var open: Int { queued + running + unclear }
}
