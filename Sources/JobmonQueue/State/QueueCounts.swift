import JobmonCore

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
