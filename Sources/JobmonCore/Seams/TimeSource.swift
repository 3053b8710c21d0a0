/// Where the time comes from: the only way in for it, so that a test can hold the clock.
package struct TimeSource: Sendable {
    private let wall: @Sendable () -> Timestamp
    private let steady: @Sendable () -> Double

    package init(wall: @escaping @Sendable () -> Timestamp, steady: @escaping @Sendable () -> Double) {
        self.wall = wall
        self.steady = steady
    }

    /// The wall clock's time.
    package func now() -> Timestamp { wall() }

    /// Seconds of a clock that no one sets; only differences mean anything.
    package func steadySeconds() -> Double { steady() }
}
