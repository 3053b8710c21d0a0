package import JobmonCore
import JobmonReporting
package import JobmonWire

/// Decides whether an action is refused as a whole, before any part of it is done.
package struct ActionGuard: Sendable {
    private let layout: DirectoryLayout

    package init(layout: DirectoryLayout) { self.layout = layout }

    /// Why an action is refused: jobs of a running queue cannot be forgotten. Nil: it is allowed.
    /// - Throws: the ledger cannot be read.
    package func refusal(_ action: ActionRequest, reading: some LedgerReading) async throws(Problem) -> Problem? {
        guard action.action == .forget else { return nil }
        for queue in try await queues(reading) {
            let lock = layout.queueLock(queue)
            guard FileLock.isHeld(lock) == true else { continue }
            let theirs = try await reading.numbers(JobFilter(queue: queue, numbers: action.jobs))
            guard let first = theirs.first else { continue }
            let who = FileLock.holder(lock).map { "process \($0.pid) on \($0.host)" } ?? "another process"
            return Problem(
                .contradiction, "job \(first) belongs to the queue \"\(queue)\", which \(who) runs",
                hint: "wait for its end or stop it, then forget its jobs")
        }
        return nil
    }

    private func queues(_ reading: some LedgerReading) async throws(Problem) -> [String] {
        let rows = try await reading.query("SELECT DISTINCT queue FROM tally WHERE queue <> ''", limits: QueryLimits())
            .rows
        return rows.compactMap { row in
            if case .string(let queue)? = row.first { queue } else { nil }
        }
    }
}
