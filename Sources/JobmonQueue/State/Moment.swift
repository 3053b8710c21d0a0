package import JobmonCore

/// The time at which a fact reached the queue: by the wall clock, for records, and by a monotonic clock, for delays.
package struct Moment: Sendable, Equatable {
    package var time: Timestamp
    /// Seconds; only differences are meaningful.
    package var steady: Double

    package init(time: Timestamp, steady: Double) {
        self.time = time
        self.steady = steady
    }

    /// The current moment of a time source.
    package init(_ source: TimeSource) { self.init(time: source.now(), steady: source.steadySeconds()) }
}
