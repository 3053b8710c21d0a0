import JobmonCore

/// What the monitor has recorded and answered since its start.
extension MonitorMetrics {
    /// The HTTP statuses that have a series from the start: a counter that appears with its first event has no increase
    /// that a rule could see.
    static let expectedStatuses = [200, 401, 403, 404, 500, 503]

    var recordingFamilies: [MetricFamily] {
        [
            counter(
                "jobmon_instances_ended", "Attempts that ended, by final status.",
                EndFigures.statuses.map { (["status": $0.label], ends.ended[$0] ?? 0) }),
            MetricFamily(
                "jobmon_run_time_seconds", .histogram, unit: .seconds,
                help: "Run times of attempts that ended, by final status, as far as reported.",
                samples: EndFigures.statuses.map { status in
                    .init(
                        labels: ["status": status.label],
                        value: .histogram(ends.runTimes[status] ?? EndFigures.noRunTimes), created: created)
                }),
            gauge("jobmon_sequence", "The latest sequence number of the ledger.", sequence),
            moment(
                "jobmon_last_event_timestamp_seconds",
                "When the latest event was recorded; absent if there is none.", lastEvent),
            counter(
                "jobmon_events", "Events by outcome.",
                EventResult.Outcome.allCases.map { (["outcome": $0.rawValue], writer.outcomes[$0] ?? 0) }),
            counter("jobmon_events_turned_away", "Events that were answered with 503.", writer.turnedAway),
            counter("jobmon_commits", "Transactions, including those that failed.", writer.commits),
            counter("jobmon_commits_failed", "Transactions that failed.", writer.failedCommits),
            gauge("jobmon_waiting_events", "Events that wait for a commit.", writer.waitingEvents),
            counter(
                "jobmon_requests", "Requests by HTTP status.",
                requests.merging(Self.expectedStatuses.map { ($0, 0) }, uniquingKeysWith: +)
                    .sorted { $0.key < $1.key }.map { (["status": String($0.key)], $0.value) }),
        ]
    }
}
