/// The result of recording one event.
package struct EventResult: Sendable, Equatable {
    package enum Outcome: String, Sendable, CaseIterable {
        /// It is on disk and applied.
        case recorded
        /// The event was recorded before; nothing changed.
        case `repeat`
        /// It is on disk, and will be applied when the instance or job that it refers to is known.
        case early
        /// It contradicts what is recorded, or cannot be applied. It is kept as evidence.
        case refused
    }

    package var outcome: Outcome
    package var jid: Int64?
    package var jobInstanceID: Int64?
    /// Why it was refused.
    package var problem: Problem?
    /// The ledger's sequence number of the event; nil if it is not kept as an event (heartbeats).
    package var sequence: Int64?

    package init(
        outcome: Outcome, jid: Int64? = nil, jobInstanceID: Int64? = nil, problem: Problem? = nil,
        sequence: Int64? = nil
    ) {
        self.outcome = outcome
        self.jid = jid
        self.jobInstanceID = jobInstanceID
        self.problem = problem
        self.sequence = sequence
    }
}
