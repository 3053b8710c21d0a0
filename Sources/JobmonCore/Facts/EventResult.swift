/// What became of one event.
package struct EventResult: Sendable, Equatable {
    package enum Outcome: String, Sendable, CaseIterable {
        /// It is on disk and applied.
        case recorded
        /// It was there already; nothing changed.
        case `repeat`
        /// It is on disk, and is applied once the instance or job that it speaks of is known.
        case early
        /// It contradicts what is recorded, or can't be applied; it is kept as evidence.
        case refused
    }

    package var outcome: Outcome
    package var jid: Int64?
    package var jobInstanceID: Int64?
    /// Why it was refused.
    package var problem: Problem?
    /// The ledger's sequence number of the event; nil for what is not kept as one (heartbeats).
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
