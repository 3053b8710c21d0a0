package import JobmonCore
import JobmonLedger

extension DirectoryAccess {
    /// Makes the ledger's file smaller, under the directory's lock.
    /// - Throws: `.unavailable` if a monitor has the lock, or if the ledger cannot be written.
    package func vacuum() async throws(Problem) -> VacuumResult {
        try await writing { (ledger) async throws(Problem) in try await ledger.vacuum() }
    }
}
