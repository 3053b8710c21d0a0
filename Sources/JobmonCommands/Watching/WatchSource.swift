import ArgumentParser
import Jobmon
import JobmonCore
import JobmonQueue

/// Reads the state for a picture: a few rows and the counts, whatever the number of jobs.
struct WatchSource {
    let queue: String?
    /// The number of running and of failed jobs to show.
    let rows: Int
    private static let errorsLookedAt = 200

    func look(_ reading: any LedgerReading) async throws(Problem) -> WatchPicture.Seen {
        let summary = try await reading.summary(queue: queue)
        var seen = WatchPicture.Seen(summary: summary, queue: queue, now: TimeSource.system.now())
        seen.running = try await reading.jobs(
            JobFilter(statuses: [.running], queue: queue), page: Page(limit: rows)
        ).items
        guard summary.jobs[.failed, default: 0] > 0 else { return seen }
        // Only the latest errors: if a million jobs are over, their rows are not read.
        let latest = try await reading.query(
            "SELECT jid FROM error ORDER BY id DESC LIMIT \(Self.errorsLookedAt)", limits: QueryLimits(rows: 1000))
        let jids = latest.rows.compactMap { row -> Int64? in
            if case .int(let jid)? = row.first { jid } else { nil }
        }
        guard !jids.isEmpty else { return seen }
        let jobs = try await reading.jobs(
            JobFilter(statuses: [.failed], queue: queue, jids: Array(Set(jids))), page: Page(limit: jids.count)
        ).items
        // In the order of their latest errors, each once.
        var order: [Int64: Int] = [:]
        for (place, jid) in jids.enumerated() where order[jid] == nil { order[jid] = -place }
        seen.failed = jobs.sorted { order[$0.jid, default: 0] < order[$1.jid, default: 0] }
            .suffix(max(rows, WatchPicture.failuresInPlainText))
        return seen
    }
}
