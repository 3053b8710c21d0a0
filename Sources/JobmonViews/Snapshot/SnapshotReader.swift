package import JobmonCore

/// Builds a snapshot from a ledger, and keeps it true by the numbers of the jobs that changed.
package struct SnapshotReader: Sendable {
    private let ledger: any SnapshotReading

    /// Jobs that are read in one transaction.
    private static let page = 10_000

    package init(_ ledger: any SnapshotReading) { self.ledger = ledger }

    /// Reads all jobs. What is recorded meanwhile may be missing: refresh it with the changes after its `sequence`.
    /// - Parameter progress: called with the number of jobs that are read.
    /// - Throws: the ledger cannot be read; or `.unavailable` if the task was cancelled.
    package func build(progress: @Sendable (Int) async -> Void) async throws(Problem) -> JobSnapshot {
        var snapshot = JobSnapshot()
        let summary = try await ledger.summary(queue: nil)
        snapshot.sequence = summary.sequence
        // With room for those that come while it is read, and some time after.
        snapshot.reserve(summary.jobs.values.reduce(0, +) * 33 / 32 + 1024)
        var last: Int64 = 0
        while true {
            guard !Task.isCancelled else { throw Problem(.unavailable, "the reading of all jobs was cancelled") }
            let rows = try await ledger.snapshotRows(after: last, limit: Self.page)
            snapshot.take(rows)
            await progress(snapshot.rowCount)
            guard rows.count == Self.page, let end = rows.last?.jid else { break }
            last = end
        }
        snapshot.take(jobsByGroup: try await ledger.jobsByGroup())
        return snapshot
    }

    /// Reads these jobs again, and those that are late.
    package func refresh(_ snapshot: inout JobSnapshot, jobs: [Int64]) async throws(Problem) {
        let before = snapshot.lastJob
        let sorted = jobs.sorted()
        for start in stride(from: 0, to: sorted.count, by: Self.page) {
            snapshot.take(
                try await ledger.snapshotRows(of: Array(sorted[start..<min(sorted.count, start + Self.page)])))
        }
        if snapshot.lastJob > before {
            for name in snapshot.paramNames {
                snapshot.take(param: name, try await ledger.jobsByParam(name, after: before))
            }
        }
        snapshot.take(late: try await ledger.lateJobs())
    }

    /// Reads again which jobs have an error of each group: groups were merged, or older errors grouped.
    package func refreshGroups(_ snapshot: inout JobSnapshot) async throws(Problem) {
        snapshot.take(jobsByGroup: try await ledger.jobsByGroup())
        snapshot.take(latestGroups: try await ledger.latestGroups())
    }

    /// Takes in the values of params that it does not have yet.
    package func load(params: [String], into snapshot: inout JobSnapshot) async throws(Problem) {
        for name in params where !snapshot.paramNames.contains(name) {
            snapshot.take(param: name, try await ledger.jobsByParam(name, after: 0))
        }
    }
}
