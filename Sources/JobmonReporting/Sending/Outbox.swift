package import JobmonCore

/// The facts of one sender: each gets its identity here, is spooled before it is sent, and leaves the spool once a
/// monitor has acknowledged it.
///
/// What brings the facts to the monitor is built on it: `SpooledPoster` within a poll loop, and the library's
/// `SpooledConnection` for tasks. (A supervisor has thousands of facts a second. It appends them to a segment:
/// `SegmentWriter`.)
package struct Outbox {
    private let time: TimeSource
    private let spool: SpoolWriter
    private let sender = makeUUID()
    private var seq: Int64 = 0

    package init(layout: DirectoryLayout, time: TimeSource) {
        self.time = time
        spool = SpoolWriter(layout: layout, sender: sender)
    }

    /// An event with the next identity of this sender, and with the present time unless it has one.
    package mutating func stamp(_ fact: Fact, at moment: Timestamp? = nil) -> Event {
        seq += 1
        return Event(identity: EventIdentity(sender: sender, seq: seq), time: moment ?? time.now(), fact: fact)
    }

    /// Spools an event. False if it cannot be spooled anywhere.
    @discardableResult
    package func spool(_ event: Event) -> Bool { spool.write(event) }

    /// Removes an acknowledged event from the spool.
    package func acknowledge(_ identity: EventIdentity) { spool.remove(identity) }
}
