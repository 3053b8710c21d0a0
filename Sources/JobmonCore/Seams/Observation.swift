/// What an executor knows of an instance.
package enum Observation: Sendable, Equatable {
    /// It waits for its start.
    case waiting
    /// It runs.
    case running
    /// It ended like this.
    case ended(Outcome)
    /// It is not there, from a complete look: it never started.
    case neverStarted
    /// It is not there, from a complete look, and was started once: it is over, and nobody saw its end.
    case gone
    /// It is not there, and nobody can say whether it is over: why.
    case unknown(String)
}
