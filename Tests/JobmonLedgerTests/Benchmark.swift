import Foundation
import Glibc
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonLedger

/// Measurements that are printed; nothing here fails for being slow. A million jobs only if JOBMON_BENCHMARK_JOBS is
/// set.
@Suite(.serialized)
struct Benchmark {
    private func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    private func life(_ index: Int, _ sender: inout Sender, fails: Bool) -> [Event] {
        let key = "i\(index)"
        let now = TimeSource.system.now()
        let params: JSONObject = ["year": .int(Int64(1990 + index % 31)), "loc": .string("l\(index % 1000)")]
        return [
            sender.say(.job(key, name: "n\(index % 10)", params: params), at: now),
            sender.say(.attempt(key, of: key), at: now), sender.say(.running(key, pid: nil), at: now),
            sender.say(.process(.key(key), ProcessIdentity(pid: 1, started: 2)), at: now),
            sender.say(fails ? .failed(key) : .complete(key), at: now),
        ]
    }

    @Test func livesOfJobs() async throws {
        let jobs = ProcessInfo.processInfo.environment["JOBMON_BENCHMARK_JOBS"].flatMap(Int.init) ?? 5000
        try await withTestDirectory { directory in
            let ledger = try SQLiteLedger.open(.file(path: "\(directory)/job_monitor.sqlite"), time: .system)
            var sender = Sender(UUID().uuidString)
            var cpu = 0.0
            var wall = 0.0
            var events: [Event] = []
            for index in 0..<jobs {
                events += life(index, &sender, fails: index % 1000 == 0)
                guard events.count >= 200 || index == jobs - 1 else { continue }
                let before = (cpuSeconds(), TimeSource.system.steadySeconds())
                _ = try await ledger.record(events)
                cpu += cpuSeconds() - before.0
                wall += TimeSource.system.steadySeconds() - before.1
                events = []
            }
            print("benchmark: \(jobs) lives of 5 events in batches of 200: \(cpu) s of processor, \(wall) s")
            guard jobs > 5000 else {
                try await ledger.close()
                return
            }
            try await questions(ledger, from: jobs)
            try await ledger.close()
        }
    }

    /// The duration of queries while 500 events per second are recorded.
    private func questions(_ ledger: SQLiteLedger, from jobs: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var sender = Sender("traffic")
                for index in 0... {
                    if Task.isCancelled { return }
                    let events = (0..<10).flatMap { life(jobs + 10 * index + $0, &sender, fails: false) }
                    _ = try await ledger.record(events)
                    try? await Task.sleep(for: .milliseconds(100))  // allowed: the pace of the traffic
                }
            }
            let page = Page(limit: 1000)
            let filters: [(String, JobFilter)] = [
                ("failed", JobFilter(statuses: [.failed])), ("complete", JobFilter(statuses: [.complete])),
                ("year", JobFilter(params: [.init(name: "year", value: "1995")])),
                ("loc", JobFilter(params: [.init(name: "loc", value: "l77")])), ("name", JobFilter(name: "n3")),
                (
                    "failed of a year",
                    JobFilter(statuses: [.failed], params: [.init(name: "year", value: "1995")])
                ), ("queue", JobFilter(queue: "q")), ("all", JobFilter()),
            ]
            for (name, filter) in filters {
                try await timed("jobs \(name)") { _ = try await ledger.jobs(filter, page: page) }
                try await timed("errors \(name)") { _ = try await ledger.errors(filter, page: page) }
            }
            try await timed("summary") { _ = try await ledger.summary(queue: nil) }
            try await timed("summary of a queue") { _ = try await ledger.summary(queue: "q") }
            try await timed("one job") { _ = try await ledger.job(Int64(jobs / 2)) }
            try await timed("changes") { _ = try await ledger.changes(after: Int64(jobs), limit: 1000) }
            try await timed("mark late") {
                _ = try await ledger.markLate(
                    silentSince: Timestamp(milliseconds: 0), lostSince: Timestamp(milliseconds: 0))
            }
            group.cancelAll()
        }
    }

    private func timed(_ what: String, _ body: () async throws -> Void) async throws {
        var best = Double.infinity
        for _ in 0..<3 {
            let before = TimeSource.system.steadySeconds()
            try await body()
            best = min(best, TimeSource.system.steadySeconds() - before)
        }
        print("benchmark: \(what): \((best * 10000).rounded() / 10) ms")
    }
}
