package import JobmonCore

/// A part of the waiting events in a spool.
package struct SpoolBatch: Sendable {
    /// In the order of sequence numbers, sender by sender. Empty if there is only unreadable content.
    package let events: [Event]
    /// Content that could not be read as events, for the log. `acknowledge` moves it to `spool/bad`.
    package let unreadable: [UnreadableSpool]
    let parts: [Part]
    let reader: SpoolReader

    /// The part that was read from one file.
    struct Part: Sendable {
        var path: String
        /// The range of a segment that was read, from `start` to `end`. Files with one event have no offsets.
        var start = 0
        var end = 0
        var isSegment = false
        /// Nothing more will be appended: the file can be removed once all of it is acknowledged.
        var isLast = true
        /// Some of it is not an event: the file is kept in `spool/bad` instead of being removed.
        var isBad = false
    }

    /// Declares that the monitor has these events (recorded, repeated, early or refused). Files are removed; segments
    /// that their owner still has open are read from here next time. Without this call, the same events are returned
    /// again.
    package func acknowledge() { reader.acknowledge(parts) }
}

/// A spool file, or a line of one, that is not an event.
package struct UnreadableSpool: Sendable, Equatable {
    package var path: String
    /// Counted from 1; nil for the whole file.
    package var line: Int?
    package var reason: String
}

/// The batches of a spool, which are read on demand, so that a large spool needs little memory.
package struct SpoolBatches: Sequence {
    let reader: SpoolReader

    package func makeIterator() -> SpoolBatchIterator { SpoolBatchIterator(reader: reader) }
}
