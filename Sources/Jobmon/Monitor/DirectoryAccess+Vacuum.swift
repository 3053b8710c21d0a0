package import JobmonCore
import JobmonLedger

extension DirectoryAccess {
    /// How much smaller a ledger's file became.
    package struct Vacuumed: Sendable {
        /// Bytes of the file.
        package var before: Int64
        package var after: Int64
        /// Events whose texts were given up, since the tables have all that they say.
        package var events: Int
        /// The file is as small by now; else somebody reads it, and it is once they have ended.
        package var isDone: Bool
    }

    /// Makes the ledger's file smaller, under the directory's lock.
    /// - Throws: `.unavailable` if a monitor has the lock, or if the ledger cannot be written.
    package func vacuum() async throws(Problem) -> Vacuumed {
        let result = try await writing { (ledger) async throws(Problem) in try await ledger.vacuum() }
        return Vacuumed(
            before: result.before, after: result.after, events: result.events, isDone: result.isDone)
    }
}
