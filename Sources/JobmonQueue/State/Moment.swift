package import JobmonCore

/// When a fact reached the queue: by the wall clock, for what is recorded, and by a clock that no one sets, for delays.
package struct Moment: Sendable, Equatable {
    package var time: Timestamp
    /// Seconds; only differences mean anything.
    package var steady: Double

    package init(time: Timestamp, steady: Double) {
        self.time = time
        self.steady = steady
    }

    /// The moment now, by a source of time.
    package init(_ source: TimeSource) { self.init(time: source.now(), steady: source.steadySeconds()) }
}
