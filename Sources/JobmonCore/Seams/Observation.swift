/// What an executor knows of an instance.
package enum Observation: Sendable, Equatable {
    /// It waits to be started.
    case waiting
    /// It runs.
    case running
    /// It ended like this.
    case ended(Outcome)
    /// A complete list does not have it: it never started.
    case neverStarted
    /// A complete list does not have it, and it had started: it is over, and its end was not seen.
    case gone
    /// A list does not have it, and it is unknown whether it is over; the text says why.
    case unknown(String)
}
