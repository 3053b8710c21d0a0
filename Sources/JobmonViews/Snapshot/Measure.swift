/// An amount that jobs have, each by its latest attempt.
package enum Measure: String, Sendable, CaseIterable {
    /// Seconds from start to end, by the wall clock.
    case time
    /// Bytes at the peak.
    case memory
    /// Seconds from submission to start.
    case wait
    /// Seconds of processor time.
    case cpu

    package var unit: String { self == .memory ? "bytes" : "seconds" }
}

extension JobSnapshot {
    /// The column of a measure; NaN: unknown.
    func values(_ measure: Measure) -> ContiguousArray<Float> {
        switch measure {
        case .time: times
        case .memory: memories
        case .wait: waits
        case .cpu: cpus
        }
    }
}
