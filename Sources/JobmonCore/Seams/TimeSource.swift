/// The only source of time in the program, so that a test can set the clock.
package struct TimeSource: Sendable {
    private let wall: @Sendable () -> Timestamp
    private let steady: @Sendable () -> Double

    package init(wall: @escaping @Sendable () -> Timestamp, steady: @escaping @Sendable () -> Double) {
        self.wall = wall
        self.steady = steady
    }

    /// The wall clock's time.
    package func now() -> Timestamp { wall() }

    /// Seconds of a monotonic clock that cannot be set; only differences are meaningful.
    package func steadySeconds() -> Double { steady() }
}
