package import JobmonCore

/// What the ledger has about a job besides its record: it is read with SQL, so that it is the same with a monitor and
/// without.
package struct ExplanationFacts {
    let reading: any LedgerReading
    let job: JobRecord

    package init(reading: any LedgerReading, job: JobRecord) {
        self.reading = reading
        self.job = job
    }

    private static let limits = QueryLimits(rows: 1000, seconds: 10)

    /// - Parameter isQueueRun: whether the job's queue is run now; nil: unknown.
    package func surroundings(isQueueRun: Bool?) async throws(Problem) -> Explanation.Surroundings {
        var surroundings = Explanation.Surroundings(isQueueRun: isQueueRun)
        if let last = job.instances.last {
            let row = try await rows(
                "SELECT oom_kills, evidence FROM job_instance WHERE job_instance_id = \(last.jobInstanceID)"
            ).first
            surroundings.oomKills = row?.first.flatMap { if case .int(let count) = $0 { Int(count) } else { nil } }
            if case .string(let text)? = row?.last, case .object(let object)? = try? JSON(parsing: Array(text.utf8)) {
                surroundings.remarks = object
            }
        }
        if job.status == .queued || job.status == .submitted, let queue = job.queue {
            surroundings.running = try await count(
                "SELECT count FROM tally WHERE queue = \(SQLText.quoted(queue)) AND what = \(Status.running.rawValue)")
            surroundings.before = try await count(
                "SELECT count(*) FROM (SELECT 1 FROM job WHERE queue = \(SQLText.quoted(queue)) "
                    + "AND status IN (\(Status.queued.rawValue), \(Status.submitted.rawValue)) AND jid < \(job.jid) "
                    + "AND forgotten IS NULL "
                    + "LIMIT \(Explanation.mostBefore + 1))")
        }
        return surroundings
    }

    private func rows(_ sql: String) async throws(Problem) -> [[JSON]] {
        try await reading.query(sql, limits: Self.limits).rows
    }

    private func count(_ sql: String) async throws(Problem) -> Int? {
        guard let count = try await rows(sql).first?.first?.integer else { return nil }
        return Int(count)
    }
}
