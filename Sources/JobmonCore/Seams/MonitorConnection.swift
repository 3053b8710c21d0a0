/// The interface to the monitor, in the same process or over HTTP. What it reads is what the ledger has.
package protocol MonitorConnection: LedgerReading {
    /// Sends events and returns once they are durable, with a result for each, in order. It is safe to call again with
    /// the same events: their identity makes the second call a repeat.
    /// - Throws: `.unavailable` if no monitor answers, or if the monitor cannot write.
    func record(_ events: [Event]) async throws(Problem) -> [EventResult]
    /// Changes after `sequence` (nil: from now on), in order, without a gap. The stream ends when the monitor goes
    /// away; then the reader connects again with the last sequence number that it saw.
    func follow(after sequence: Int64?) async throws(Problem) -> AsyncThrowingStream<[Change], any Error>
}
