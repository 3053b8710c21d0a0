package import JobmonCore

/// Some of what waits in a spool.
package struct SpoolBatch: Sendable {
    /// In the order of their sequence numbers, sender by sender. May be empty when there is only something unreadable.
    package let events: [Event]
    /// What could not be read as events, for a line in the log; it is moved to `spool/bad` by `acknowledge`.
    package let unreadable: [UnreadableSpool]
    let parts: [Part]
    let reader: SpoolReader

    /// What was taken from one file.
    struct Part: Sendable {
        var path: String
        /// The bytes of a segment that were read: up to `end`. Files of one event have no offsets.
        var start = 0
        var end = 0
        var isSegment = false
        /// Nothing more will come: it may be removed once all of it was acknowledged.
        var isLast = true
        /// Something in it is no event: it is kept in `spool/bad` rather than removed.
        var isBad = false
    }

    /// Says that the monitor has these events (recorded, repeated, early or refused): files are removed, segments that
    /// their owner has still open are read on from here the next time. Not called: the same events come again.
    package func acknowledge() { reader.acknowledge(parts) }
}

/// A spool file, or a line of one, that is no event.
package struct UnreadableSpool: Sendable, Equatable {
    package var path: String
    /// From 1; nil when it is the whole file.
    package var line: Int?
    package var reason: String
}

/// The batches of a spool, read one after the other as they are asked for, so that a large spool needs little memory.
package struct SpoolBatches: Sequence {
    let reader: SpoolReader

    package func makeIterator() -> SpoolBatchIterator { SpoolBatchIterator(reader: reader) }
}
