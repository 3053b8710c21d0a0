package import JobmonCore
import JobmonLedger

extension DirectoryAccess {
    /// Events as they were sent, JSON, with their numbers; after a sequence number and oldest first, at most `limit`.
    /// - Throws: `.unavailable` if the ledger cannot be read, or not beside its monitor.
    package func sentEvents(
        after sequence: Int64, limit: Int
    ) async throws(Problem) -> [(sequence: Int64, text: String)] {
        guard !hasMonitor || SQLiteLedger.isReadBesideItsMonitor(layout.ledger) else {
            throw Problem(
                .unavailable, "the events of \(layout.root) cannot be read while a monitor serves it",
                hint: "stop it first with: jobmon stop -d \(layout.root)")
        }
        return try await SQLiteLedger.sentEvents(ledger: layout.ledger, after: sequence, limit: limit)
            .map { ($0.sequence, $0.text) }
    }
}
