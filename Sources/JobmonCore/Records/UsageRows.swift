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
    /// The peak memory of all its processes together, in bytes.
    package var memory: Float = .nan
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
    package var memoryBound: MemoryPeak.Bound?

    package init(jid: Int64, end: End) {
        self.jid = jid
        self.end = end
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
