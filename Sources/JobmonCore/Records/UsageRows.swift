/// What an attempt says of the resources that its job needs. Amounts are kept with seven digits; NaN: unknown.
package struct UsageAttempt: Sendable {
    package enum End: UInt8, Sendable {
        /// It is COMPLETE: it got what it needed.
        case complete
        /// It was ended for its memory: it needed more.
        case outOfMemory
        /// It was ended at a limit of time: it needed more.
        case timeLimit
        /// It runs.
        case running
    }

    package var jid: Int64
    /// The peak memory of all its processes together, in bytes. Set by `take`.
    package private(set) var memory: Float = .nan
    /// Seconds from its start to its end, or until now.
    package var time: Float = .nan
    /// Seconds of processor time.
    package var cpu: Float = .nan
    /// What it asked for: bytes, seconds, slots.
    package var requestedMemory: Float = .nan
    package var requestedTime: Float = .nan
    package var requestedSlots: Float = .nan
    /// What a scheduler gave it: bytes, slots.
    package var givenMemory: Float = .nan
    package var givenSlots: Float = .nan
    package var end: End
    /// Nil: the memory was measured, or hardly differs from the bound that is known.
    package private(set) var memoryBound: MemoryPeak.Bound?

    package init(jid: Int64, end: End) {
        self.jid = jid
        self.end = end
    }

    /// Of an upper bound, what the largest process must have had alone for the bound to count as measured.
    private static let nearlyAll: Float = 0.9

    /// Takes in the peak memory of all processes together.
    ///
    /// An upper bound counts as measured if the kernel saw nearly as much in one process. So it is for most commands of one
    /// process whose peak came between two samples: then the bound is the kernel's own peak of that process.
    /// - Parameter largest: the peak memory of its largest process; NaN: unknown, or an upper bound itself.
    package mutating func take(peak: Float, _ bound: MemoryPeak.Bound?, largest: Float = .nan) {
        memory = peak
        memoryBound = bound == .atMost && largest >= peak * Self.nearlyAll ? nil : bound
    }

    /// An amount as it is kept: rounded up, so that a request of as much is enough. NaN for what is unknown, and for what
    /// no machine can have.
    package static func amount(_ value: Double?) -> Float {
        guard let value, value >= 0, value < 1e18 else { return .nan }
        let rounded = Float(value)
        return Double(rounded) < value ? rounded.nextUp : rounded
    }
}

/// The attempts of jobs that say what the jobs need, and what the jobs are called.
package struct UsageRows: Sendable {
    /// In parts, so that a million need not be copied into one. Those of one job are in their order.
    package var attempts: [[UsageAttempt]]
    /// The jobs by name and by queue; without the jobs of no queue.
    package var names: [(value: String, jids: [Int64])]
    package var queues: [(value: String, jids: [Int64])]
    /// Jobs among them that were forgotten.
    package var forgotten: [Int64]

    package init(
        attempts: [[UsageAttempt]], names: [(value: String, jids: [Int64])], queues: [(value: String, jids: [Int64])],
        forgotten: [Int64]
    ) {
        self.attempts = attempts
        self.names = names
        self.queues = queues
        self.forgotten = forgotten
    }
}
