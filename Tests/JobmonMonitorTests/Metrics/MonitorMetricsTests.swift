import JobmonCore
import Testing

@testable import JobmonMonitor

/// The figures of a monitor under their names.
struct MonitorMetricsTests {
    private var metrics = MonitorMetrics(
        version: "1.2.3", started: Timestamp(milliseconds: 1_769_851_800_125),
        jobs: ["": [.running: 2], "q": [.failed: 3, .complete: 4]], late: 5, errors: 6, sequence: 7)

    private func lines(_ metrics: MonitorMetrics, _ format: MetricsFormat = .openMetrics) throws -> [String] {
        String(decoding: try metrics.render(format), as: UTF8.self).split(separator: "\n").map { String($0) }
    }

    /// The samples of a name, without it.
    private func samples(_ name: String, _ metrics: MonitorMetrics) throws -> [String] {
        try lines(metrics).filter { $0.hasPrefix("\(name) ") || $0.hasPrefix("\(name){") }
            .map { String($0.dropFirst(name.count)) }
    }

    private var full: MonitorMetrics {
        var metrics = metrics
        metrics.doubtfulJobs = 8
        metrics.groups = MonitorMetrics.GroupFigures(jobs: [3: 1, 12: 40], muted: 2)
        metrics.oldestWaiting = Timestamp(milliseconds: 1_769_851_700_000)
        metrics.lastEvent = Timestamp(milliseconds: 1_769_851_900_500)
        metrics.writer.outcomes = [.recorded: 9, .refused: 1]
        metrics.writer.turnedAway = 10
        metrics.writer.commits = 11
        metrics.writer.failedCommits = 12
        metrics.writer.waitingEvents = 13
        metrics.requests = [404: 2, 200: 14]
        metrics.page = MonitorMetrics.PageFigures(sessions: 15, snapshotBytes: 16)
        metrics.process = ProcessFigures(
            residentBytes: 17, virtualBytes: 18, cpuSeconds: 19.5, started: 1_769_851_799.25, openDescriptors: 20,
            maximumDescriptors: 1024)
        metrics.disk = DiskFigures(availableBytes: 21, totalBytes: 22, ledgerBytes: 23)
        return metrics
    }

    // Names are an interface: dashboards and rules use them.
    @Test func allNames() throws {
        let families = full.families.map { ($0.sampleName, $0.kind) }
        #expect(
            families.map { "\($0.0) \($0.1.rawValue)" } == [
                "jobmon_jobs gauge", "jobmon_late_instances gauge", "jobmon_errors gauge",
                "jobmon_oldest_waiting_timestamp_seconds gauge", "jobmon_doubtful_jobs gauge",
                "jobmon_error_groups gauge", "jobmon_error_group_jobs gauge",
                "jobmon_instances_ended_total counter", "jobmon_run_time_seconds histogram", "jobmon_sequence gauge",
                "jobmon_last_event_timestamp_seconds gauge", "jobmon_events_total counter",
                "jobmon_events_turned_away_total counter", "jobmon_commits_total counter",
                "jobmon_commits_failed_total counter", "jobmon_waiting_events gauge", "jobmon_requests_total counter",
                "jobmon_page_sessions gauge", "jobmon_snapshot_size_bytes gauge", "jobmon_ledger_size_bytes gauge",
                "jobmon_filesystem_avail_bytes gauge", "jobmon_filesystem_size_bytes gauge", "jobmon_build_info info",
                "process_resident_memory_bytes gauge", "process_virtual_memory_bytes gauge",
                "process_cpu_seconds_total counter", "process_start_time_seconds gauge", "process_open_fds gauge",
                "process_max_fds gauge",
            ])
    }

    @Test func figuresStandUnderTheirNames() throws {
        let lines = Set(try lines(full))
        for line in [
            #"jobmon_jobs{queue="",status="RUNNING"} 2"#, #"jobmon_jobs{queue="q",status="FAILED"} 3"#,
            #"jobmon_jobs{queue="q",status="QUEUED"} 0"#, "jobmon_late_instances 5", "jobmon_errors 6",
            "jobmon_sequence 7", "jobmon_doubtful_jobs 8", #"jobmon_error_groups{muted="false"} 2"#,
            #"jobmon_error_groups{muted="true"} 2"#, #"jobmon_error_group_jobs{group="E12"} 40"#,
            "jobmon_oldest_waiting_timestamp_seconds 1769851700.0",
            "jobmon_last_event_timestamp_seconds 1769851900.5", #"jobmon_events_total{outcome="recorded"} 9"#,
            #"jobmon_events_total{outcome="early"} 0"#, "jobmon_events_turned_away_total 10",
            "jobmon_events_turned_away_created 1769851800.125", "jobmon_commits_total 11",
            "jobmon_commits_failed_total 12", "jobmon_waiting_events 13", #"jobmon_requests_total{status="200"} 14"#,
            #"jobmon_requests_total{status="500"} 0"#, #"jobmon_requests_created{status="404"} 1769851800.125"#,
            "jobmon_page_sessions 15",
            "jobmon_snapshot_size_bytes 16", #"jobmon_build_info{version="1.2.3"} 1"#,
            "process_resident_memory_bytes 17", "process_virtual_memory_bytes 18", "process_cpu_seconds_total 19.5",
            "process_cpu_seconds_created 1769851799.25", "process_start_time_seconds 1769851799.25",
            "process_open_fds 20", "process_max_fds 1024", "jobmon_filesystem_avail_bytes 21",
            "jobmon_filesystem_size_bytes 22", "jobmon_ledger_size_bytes 23",
            #"jobmon_instances_ended_total{status="COMPLETE"} 0"#,
            #"jobmon_run_time_seconds_bucket{status="FAILED",le="+Inf"} 0"#,
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test func theTextIsTheSameEachTime() throws {
        for format in MetricsFormat.allCases {
            let first = try full.render(format)
            for _ in 0..<20 { #expect(try full.render(format) == first) }
        }
    }

    @Test func whatIsNotKnownIsNotShown() throws {
        let shown = try lines(metrics).joined(separator: "\n")
        for name in ["jobmon_doubtful", "jobmon_error_group", "jobmon_page", "jobmon_snapshot", "process_", "_bytes"] {
            #expect(!shown.contains(name), "\(name)")
        }
        #expect(try samples("jobmon_oldest_waiting_timestamp_seconds", metrics) == [])
        #expect(try samples("jobmon_last_event_timestamp_seconds", metrics) == [])
        let empty = MonitorMetrics(
            version: "", started: Timestamp(milliseconds: 0), jobs: [:], late: 0, errors: 0, sequence: 0)
        #expect(try samples("jobmon_jobs", empty).count == Status.allCases.count)
        #expect(!(try lines(empty).contains { $0.contains("_created") }))
    }

    @Test func manyQueuesAreSummed() throws {
        var metrics = metrics
        metrics.jobs = ["": [.complete: 1]]
        for number in 0..<150 { metrics.jobs["q\(number)"] = [.complete: 1000 - number] }
        // Unfinished jobs count for more than finished ones.
        metrics.jobs["q149"] = [.queued: 1]
        metrics.jobs["(other)"] = [.failed: 7]
        let samples = try samples("jobmon_jobs", metrics)
        #expect(samples.count == (1 + 100 + 1) * Status.allCases.count)
        #expect(samples.contains(#"{queue="",status="COMPLETE"} 1"#))
        #expect(samples.contains(#"{queue="q149",status="QUEUED"} 1"#))
        #expect(samples.contains(#"{queue="q98",status="COMPLETE"} 902"#))
        #expect(!samples.contains { $0.contains("q99\"") })
        #expect(samples.contains(#"{queue="(other)",status="FAILED"} 7"#))
        let rest = (99..<149).map { 1000 - $0 }.reduce(0, +)
        #expect(samples.contains(#"{queue="(other)",status="COMPLETE"} \#(rest)"#))
    }

    @Test func aHundredQueuesAreShown() throws {
        var metrics = metrics
        metrics.jobs = [:]
        for number in 0..<100 { metrics.jobs["q\(number)"] = [.complete: 1] }
        #expect(!(try samples("jobmon_jobs", metrics).contains { $0.contains("(other)") }))
    }

    @Test func theLargestGroupsAreShown() throws {
        var metrics = metrics
        metrics.groups = MonitorMetrics.GroupFigures(
            jobs: Dictionary(uniqueKeysWithValues: (1...50).map { (Int64($0), $0 <= 30 ? 5 : $0) }), muted: 0)
        let expected = [31...50].joined().map { #"{group="E\#($0)"} \#($0)"# }
        #expect(try samples("jobmon_error_group_jobs", metrics) == expected)
        #expect(try samples("jobmon_error_groups", metrics).first == #"{muted="false"} 50"#)
        // Among equals the older ones, so that the choice does not change by itself.
        metrics.groups?.jobs = Dictionary(uniqueKeysWithValues: (1...50).map { (Int64($0), 1) })
        #expect(try samples("jobmon_error_group_jobs", metrics) == (1...20).map { #"{group="E\#($0)"} 1"# })
    }

    // Whatever the figures are, there is an answer.
    @Test(arguments: MetricsFormat.allCases)
    func strangeFigures(_ format: MetricsFormat) throws {
        var metrics = MonitorMetrics(
            version: "\"\\\n\0", started: Timestamp(milliseconds: .min),
            jobs: ["\"": [.failed: .max], "\n\0": [.failed: -1], "\0\n": [:], "e\u{301}": [:], "le": [:]],
            late: -1, errors: .max, sequence: .min)
        metrics.writer.commits = -1
        metrics.writer.outcomes = [.recorded: .min]
        metrics.oldestWaiting = Timestamp(milliseconds: .max)
        metrics.groups = MonitorMetrics.GroupFigures(jobs: [0: 0, -1: -1, .max: .max], muted: -1)
        metrics.requests = [-1: 1, 0: 0]
        metrics.process = ProcessFigures(
            residentBytes: -1, virtualBytes: .max, cpuSeconds: -1, started: -1, openDescriptors: -1,
            maximumDescriptors: nil)
        #expect(!(try metrics.render(format)).isEmpty)
    }

    @Test func endsAreCounted() throws {
        func outcome(_ status: Status, _ seconds: Double?) -> Event {
            Event(
                fact: .outcome(.id(1), Outcome(status: status, usage: Usage(wallclock: seconds))))
        }
        func change(_ kind: String, _ status: Status?) -> Change {
            Change(sequence: 1, kind: kind, time: Timestamp(milliseconds: 0), status: status)
        }
        var metrics = metrics
        metrics.ends.count(
            [
                outcome(.complete, 12), outcome(.failed, nil), outcome(.unknown, 9), outcome(.complete, 5),
                outcome(.failed, 700_000), Event(fact: .run(queue: "q")),
            ],
            [
                EventResult(outcome: .recorded), EventResult(outcome: .recorded), EventResult(outcome: .recorded),
                EventResult(outcome: .repeat), EventResult(outcome: .recorded), EventResult(outcome: .recorded),
            ],
            [
                change("complete", .complete), change("failed", .failed), change("unknown", .unknown),
                change("running", .failed), change("process", .complete), change("job", nil), change("failed", .failed),
            ])
        #expect(
            try samples("jobmon_instances_ended_total", metrics) == [
                #"{status="FAILED"} 2"#, #"{status="COMPLETE"} 1"#, #"{status="CANCELLED"} 0"#,
            ])
        #expect(
            try samples("jobmon_run_time_seconds_sum", metrics) == [
                #"{status="FAILED"} 700000.0"#, #"{status="COMPLETE"} 12.0"#, #"{status="CANCELLED"} 0.0"#,
            ])
        let buckets = try samples("jobmon_run_time_seconds_bucket", metrics)
        #expect(buckets.count == 3 * 14)
        #expect(buckets.contains(#"{status="COMPLETE",le="10.0"} 0"#))
        #expect(buckets.contains(#"{status="COMPLETE",le="60.0"} 1"#))
        #expect(buckets.contains(#"{status="FAILED",le="604800.0"} 0"#))
        #expect(buckets.contains(#"{status="FAILED",le="+Inf"} 1"#))
    }
}
