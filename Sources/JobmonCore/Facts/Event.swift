/// One fact that the ledger records. Every write to the ledger is an event.
package struct Event: Sendable, Equatable {
    /// The sender and its sequence number, by which the ledger detects repeats. Nil: repeats are not detected.
    package var identity: EventIdentity?
    /// When it happened, by the clock of the host where it happened. Nil: the time at which the monitor received it.
    package var time: Timestamp?
    package var fact: Fact

    package init(identity: EventIdentity? = nil, time: Timestamp? = nil, fact: Fact) {
        self.identity = identity
        self.time = time
        self.fact = fact
    }
}
