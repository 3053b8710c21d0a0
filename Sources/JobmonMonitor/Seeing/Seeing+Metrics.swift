import JobmonCore
import JobmonReporting

/// The figures for a monitoring system.
extension Seeing {
    private static let limits = QueryLimits(rows: 100_000, seconds: 10)

    func metrics(writer: EventWriter, requests: [Int: Int]) async throws(Problem) -> MonitorMetrics {
        let summary = try await ledger.summary(queue: nil)
        var metrics = MonitorMetrics(
            version: JobmonVersion.current, started: started, jobs: try await jobsByQueue(), late: summary.late,
            errors: summary.errors, sequence: summary.sequence)
        metrics.doubtfulJobs = try await count(
            """
            SELECT count(*) FROM (SELECT DISTINCT i.jid FROM job_instance i INDEXED BY job_instance_doubtful
                CROSS JOIN job j ON j.jid = i.jid AND j.latest_instance_id = i.job_instance_id
                WHERE i.doubt IS NOT NULL AND j.status = \(Status.complete.rawValue) AND j.forgotten IS NULL)
            """)
        metrics.groups = try await groups()
        metrics.oldestWaiting = try await oldestWaiting()
        metrics.lastEvent = try await time(
            """
            SELECT recorded_time FROM event WHERE seq = (
                SELECT max(seq) FROM (SELECT max(seq) AS seq FROM event_whole UNION ALL SELECT max(seq) FROM event_brief))
            """)
        metrics.writer = writer.statistics
        metrics.ends = writer.ends
        metrics.requests = requests
        metrics.page = MonitorMetrics.PageFigures(sessions: door.count, snapshotBytes: await keeper.size?.bytes)
        metrics.process = ProcessFigures.own()
        metrics.disk = layout.flatMap { DiskFigures.of(directory: $0.root, ledger: $0.ledger) }
        return metrics
    }

    private func jobsByQueue() async throws(Problem) -> [String: [Status: Int]] {
        var jobs: [String: [Status: Int]] = [:]
        for row in try await ledger.query(
            "SELECT queue, what, count FROM tally WHERE what > 0", limits: Self.limits
        ).rows {
            guard let status = Status(rawValue: Int(row[1].integer ?? 0)) else { continue }
            jobs[row[0].plainText, default: [:]][status] = Int(row[2].integer ?? 0)
        }
        return jobs
    }

    private func groups() async throws(Problem) -> MonitorMetrics.GroupFigures {
        var figures = MonitorMetrics.GroupFigures(jobs: [:], muted: 0)
        for row in try await ledger.query(
            "SELECT id, jobs, muted IS NOT NULL FROM error_group WHERE merged_into IS NULL AND errors > 0",
            limits: Self.limits
        ).rows {
            if row[2] == .int(1) {
                figures.muted += 1
            } else {
                figures.jobs[row[0].integer ?? 0] = Int(row[1].integer ?? 0)
            }
        }
        return figures
    }

    private func oldestWaiting() async throws(Problem) -> Timestamp? {
        var oldest: Timestamp?
        for status in [Status.queued, .submitted] {
            let first = try await time(
                """
                SELECT submitted_date FROM job INDEXED BY job_by_status
                WHERE status = \(status.rawValue) AND forgotten IS NULL ORDER BY jid LIMIT 1
                """)
            if let first { oldest = oldest.map { min($0, first) } ?? first }
        }
        return oldest
    }

    private func count(_ sql: String) async throws(Problem) -> Int {
        Int(try await ledger.query(sql, limits: Self.limits).rows.first?.first?.integer ?? 0)
    }

    private func time(_ sql: String) async throws(Problem) -> Timestamp? {
        try await ledger.query(sql, limits: Self.limits).rows.first?.first.flatMap { Timestamp($0.plainText) }
    }
}
