/// The seam to the monitor: in the own process, or over HTTP. What it reads is what the ledger has.
package protocol MonitorConnection: LedgerReading {
    /// Hands events over and returns once they are durable, a result for each, in order. Safe to call again with the
    /// same events: their identity makes the second time a repeat.
    /// - Throws: `.unavailable` when no monitor answers, or when it can't write.
    func record(_ events: [Event]) async throws(Problem) -> [EventResult]
    /// Changes from after `sequence` on (nil: from now on), in order, without a gap. Ends when the monitor goes away:
    /// whoever follows connects again with the last sequence that it saw.
    func follow(after sequence: Int64?) async throws(Problem) -> AsyncThrowingStream<[Change], any Error>
}
