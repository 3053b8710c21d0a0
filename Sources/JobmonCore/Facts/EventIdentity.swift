/// Identifies an event by its sender and sequence number.
package struct EventIdentity: Sendable, Hashable {
    /// A UUID made by each writing process.
    package var sender: String
    /// Rises with each event of the sender.
    package var seq: Int64

    package init(sender: String, seq: Int64) {
        self.sender = sender
        self.seq = seq
    }
}
