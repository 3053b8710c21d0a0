package import JobmonCore

/// An event of the ledger as it was sent.
package struct SentEvent: Sendable, Equatable {
    /// The ledger's number of it.
    package var sequence: Int64
    /// JSON.
    package var text: String

    init(sequence: Int64, text: String) {
        self.sequence = sequence
        self.text = text
    }
}

extension SQLiteLedger {
    /// Reads events as they were sent from a ledger's file, after a sequence number and oldest first, at most `limit`.
    /// Nobody has to have the file open, and where its file system allows it, a monitor may.
    package static func sentEvents(
        ledger path: String, after sequence: Int64, limit: Int
    ) async throws(Problem) -> [SentEvent] {
        try await LedgerFileReader(path: path, time: .system).sentEvents(after: sequence, limit: limit)
    }
}
