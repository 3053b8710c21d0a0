import JobmonCore

/// Jobs and their errors, as the ledger has them.
extension MonitorMetrics {
    /// The maximum number of queues that have series of their own.
    static let maximumQueues = 100
    /// The name under which the jobs of further queues are summed.
    static let otherQueues = "(other)"
    /// The maximum number of groups of errors that have a series of their own.
    static let maximumGroups = 20

    var jobFamilies: [MetricFamily] {
        var families = [
            gauge("jobmon_jobs", "Jobs by queue and status; the queue is empty for jobs of no queue.", jobSamples),
            gauge("jobmon_late_instances", "Running attempts that have not reported for long.", late),
            gauge("jobmon_errors", "Errors that are recorded.", errors),
            moment(
                "jobmon_oldest_waiting_timestamp_seconds",
                "When the oldest job that waits to run was given; absent if no job waits.", oldestWaiting),
        ]
        if let doubtfulJobs {
            families.append(
                gauge("jobmon_doubtful_jobs", "COMPLETE jobs that may not have done their work.", doubtfulJobs))
        }
        if let groups {
            families.append(
                gauge(
                    "jobmon_error_groups", "Groups of errors with the same cause.",
                    [
                        .init(labels: ["muted": "false"], value: .integer(Int64(groups.jobs.count))),
                        .init(labels: ["muted": "true"], value: .integer(Int64(groups.muted))),
                    ]))
            families.append(
                gauge(
                    "jobmon_error_group_jobs",
                    "Jobs with an error of the group, for the largest groups that are not muted.",
                    largest(groups)))
        }
        return families
    }

    private var jobSamples: [MetricFamily.Sample] {
        shownJobs.sorted { $0.key < $1.key }.flatMap { queue, counts in
            Status.allCases.map { status in
                .init(
                    labels: ["queue": queue, "status": status.label], value: .integer(Int64(counts[status] ?? 0)))
            }
        }
    }

    /// The jobs of the queues with the most unfinished jobs, then the most jobs; the rest in one sum. Jobs of no queue
    /// are always shown by themselves.
    private var shownJobs: [String: [Status: Int]] {
        var shown = ["": jobs[""] ?? [:]]
        let ranked = jobs.filter { $0.key != "" && $0.key != Self.otherQueues }.map { queue, counts in
            let all = counts.values.reduce(0, +)
            let over = counts.filter { $0.key.isFinal }.values.reduce(0, +)
            return (queue: queue, unfinished: all - over, all: all)
        }.sorted { ($1.unfinished, $1.all, $0.queue) < ($0.unfinished, $0.all, $1.queue) }
        for entry in ranked.prefix(Self.maximumQueues) { shown[entry.queue] = jobs[entry.queue] }
        // A queue of that name would be mistaken for the rest, so it is a part of it.
        let rest = ranked.dropFirst(Self.maximumQueues).map(\.queue)
        for queue in rest + [Self.otherQueues] {
            guard let counts = jobs[queue] else { continue }
            shown[Self.otherQueues, default: [:]].merge(counts, uniquingKeysWith: +)
        }
        return shown
    }

    private func largest(_ groups: GroupFigures) -> [MetricFamily.Sample] {
        groups.jobs.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.maximumGroups)
            .sorted { $0.key < $1.key }
            .map { number, jobs in
                .init(labels: ["group": ErrorGroup.name(number)], value: .integer(Int64(jobs)))
            }
    }
}
