/// Whether, and after how long, a job whose attempt failed is tried again. How many attempts it has is the job's own
/// affair (`max_attempts`).
package enum RelaunchPolicy: Sendable, Equatable {
    /// Never again of its own accord.
    case simple
    /// While attempts are left, after a delay that grows with each failure.
    case retry(Backoff)

    /// How delays grow.
    package struct Backoff: Sendable, Equatable {
        /// Seconds after the first failure.
        package var base: Double
        /// By how much each further failure lengthens the delay.
        package var factor: Double
        /// The longest delay, in seconds.
        package var cap: Double
        /// The share by which a delay is shortened or lengthened at random, so that jobs that failed together do not
        /// come back together.
        package var jitter: Double

        package init(base: Double = 1, factor: Double = 2, cap: Double = 60, jitter: Double = 0.25) {
            self.base = base
            self.factor = factor
            self.cap = cap
            self.jitter = jitter
        }
    }

    /// Seconds until the next attempt; nil when there is to be none.
    /// - Parameters:
    ///   - failures: attempts that failed so far, at least 1.
    ///   - unit: a random number from 0 up to 1.
    package func delay(failures: Int, unit: Double) -> Double? {
        guard case .retry(let backoff) = self else { return nil }
        var delay = min(backoff.base, backoff.cap)
        // Stops at the cap: a job may fail a million times.
        for _ in 0..<max(0, min(failures - 1, 64)) { delay = min(delay * backoff.factor, backoff.cap) }
        return max(0, delay * (1 + backoff.jitter * (2 * unit - 1)))
    }
}
