/// Decides whether, and after how long, a job is tried again after a failed attempt. The number of attempts is a
/// property of the job (`max_attempts`).
package enum RelaunchPolicy: Sendable, Equatable {
    /// Never try again automatically.
    case simple
    /// Try again while attempts are left, after a delay that grows with each failure.
    case retry(Backoff)

    /// Parameters of the delays.
    package struct Backoff: Sendable, Equatable {
        /// Delay after the first failure, in seconds.
        package var base: Double
        /// The factor by which each further failure lengthens the delay.
        package var factor: Double
        /// The maximum delay, in seconds.
        package var cap: Double
        /// The share by which a delay is randomly shortened or lengthened, so that jobs that failed together do not
        /// return together.
        package var jitter: Double

        package init(base: Double = 1, factor: Double = 2, cap: Double = 60, jitter: Double = 0.25) {
            self.base = base
            self.factor = factor
            self.cap = cap
            self.jitter = jitter
        }
    }

    /// Seconds until the next attempt; nil if there is none.
    /// - Parameters:
    ///   - failures: the number of failed attempts so far, at least 1.
    ///   - unit: a random number from 0 up to 1.
    package func delay(failures: Int, unit: Double) -> Double? {
        guard case .retry(let backoff) = self else { return nil }
        var delay = min(backoff.base, backoff.cap)
        // Bounded: a job may fail a million times.
        for _ in 0..<max(0, min(failures - 1, 64)) { delay = min(delay * backoff.factor, backoff.cap) }
        return max(0, delay * (1 + backoff.jitter * (2 * unit - 1)))
    }
}
