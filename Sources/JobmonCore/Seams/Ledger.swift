/// The interface for writing to the durable record. There is one writer at a time; every fact enters through `record`.
package protocol Ledger: SnapshotReading {
    /// Records events in one transaction and returns once it is on disk: a result for each event, in order, and the
    /// changes to publish. A refused event does not affect the others.
    /// - Throws: `.unavailable` if nothing could be written (the disk is full). Then nothing was recorded.
    func record(_ events: [Event]) async throws(Problem) -> RecordedBatch
    /// Marks running instances that were last seen before `silentSince` as late. Returns those last seen before
    /// `lostSince`, so that their UNKNOWN is recorded like any event.
    func markLate(silentSince: Timestamp, lostSince: Timestamp) async throws(Problem) -> [SilentInstance]
    /// Groups errors that were recorded before there were groups, at most `limit`, in one transaction.
    /// - Returns: how many; fewer than `limit`: all errors are grouped.
    func groupErrors(limit: Int) async throws(Problem) -> Int
    /// Finishes writing and closes the file. No method may be called after it.
    func close() async throws(Problem)
}
