/// One fact that the ledger records. Everything that is written is an event.
package struct Event: Sendable, Equatable {
    /// Who says it, and the how-manieth thing that it says: what makes a repeat of it a repeat. Without it there is no
    /// repeat detection.
    package var identity: EventIdentity?
    /// When it happened, where it happened. Nil: when the monitor received it.
    package var time: Timestamp?
    package var fact: Fact

    package init(identity: EventIdentity? = nil, time: Timestamp? = nil, fact: Fact) {
        self.identity = identity
        self.time = time
        self.fact = fact
    }
}
