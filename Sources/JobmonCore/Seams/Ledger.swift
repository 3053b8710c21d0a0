/// The seam to the durable record: writing. One writer at a time; `record` is the only way in for a fact.
package protocol Ledger: LedgerReading {
    /// Records events in one transaction and returns once it is on disk: a result for each event, in order, and the
    /// changes to publish. An event that is refused does not touch its neighbours.
    /// - Throws: `.unavailable` when nothing could be written (the disk is full): nothing was recorded then.
    func record(_ events: [Event]) async throws(Problem) -> RecordedBatch
    /// Running instances that were last seen before `silentSince` become late; those last seen before `lostSince`
    /// are returned, so that their UNKNOWN goes the way of every event.
    func markLate(silentSince: Timestamp, lostSince: Timestamp) async throws(Problem) -> [SilentInstance]
    /// Ends the writing in order: the file is whole and closed. Nothing may be called after it.
    func close() async throws(Problem)
}
