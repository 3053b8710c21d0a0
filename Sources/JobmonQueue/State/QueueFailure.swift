package import JobmonCore

/// A job that failed for good, as listed in the summary.
package struct QueueFailure: Sendable, Equatable {
    package var jid: Int64
    package var name: String
    /// The number of attempts used.
    package var attempts: Int
    package var cause: Cause?
    package var exitCode: Int?
    package var signal: Int?
    /// The headline of its error.
    package var headline: String

    package init(
        jid: Int64, name: String, attempts: Int, cause: Cause?, exitCode: Int?, signal: Int?, headline: String
    ) {
        self.jid = jid
        self.name = name
        self.attempts = attempts
        self.cause = cause
        self.exitCode = exitCode
        self.signal = signal
        self.headline = headline
    }
}
