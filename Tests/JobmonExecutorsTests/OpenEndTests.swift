import Foundation
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonExecutors

/// Tasks whose command is over and which the scheduler may have ended.
@Suite struct OpenEndTests {
    private func withBench(_ name: String = #function, _ body: (BatchBench) async throws -> Void) async throws {
        try await withTestDirectory(name) { path in try await body(try BatchBench(path)) }
    }

    private func submit(_ bench: BatchBench, _ keys: [String]) async throws {
        _ = try await bench.executor.submit(keys.map { BatchBench.order($0) })
        // A list that was started before says nothing about them.
        bench.wait(1)
    }

    @Test("tasks that the scheduler may have ended: one list and one accounting query for all")
    func openEnds() async throws {
        try await withBench { bench in
            let states = [
                "a": ("CANCELLED by 1|0:15", Status.cancelled, Cause.cancelled),
                "b": ("TIMEOUT|0:0", .failed, .timeLimit),
                "c": ("NODE_FAIL|0:0", .failed, .nodeFailure), "d": ("FAILED|0:15", .failed, .signal),
                "e": ("REQUEUED|0:0", .failed, .requeued), "f": ("PREEMPTED|0:0", .failed, .preempted),
            ]
            let keys = states.keys.sorted()
            try await submit(bench, keys)
            bench.slurm.change { slurm in
                slurm.tasks = [:]
                for (place, key) in keys.enumerated() {
                    slurm.accounts["101_\(place + 1)"] =
                        "\(states[key]?.0 ?? "")|2026-11-25T10:00:00|2026-11-25T10:00:01|1|"
                }
            }
            for key in keys {
                try bench.begin(key)
                bench.note(key, open: Outcome(status: .unknown, cause: .signal, evidence: Evidence(signal: 15)))
            }
            let found = try await bench.executor.observe(keys)
            for (key, expected) in states {
                guard case .ended(let outcome)? = found[key] else {
                    Issue.record("\(key) is not ended: \(found)")
                    continue
                }
                #expect(outcome.status == expected.1 && outcome.cause == expected.2, "\(key): \(outcome)")
                #expect(outcome.evidence.signal == 15 && outcome.returnsAttempt == (expected.2 == .requeued))
            }
            #expect(bench.slurm.calls("squeue").count == 1 && bench.slurm.calls("sacct").count == 1)
            #expect(bench.slurm.calls("scontrol").allSatisfy { !$0.contains("job") })
        }
    }

    @Test(
        "without accounting, the scheduler is asked once per array job; then the command's own end counts")
    func openEndsWithoutAccounting() async throws {
        try await withBench { bench in
            try await submit(bench, ["a", "b"])
            let off = CommandResult(status: 1, output: "", complaint: "Slurm accounting storage is disabled")
            bench.slurm.change { slurm in
                slurm.tasks = [:]
                slurm.faults["sacct"] = Array(repeating: off, count: 10)
            }
            for (key, signal) in [("a", 15), ("b", 9)] {
                try bench.begin(key)
                bench.note(key, open: Outcome(status: .unknown, cause: .signal, evidence: Evidence(signal: signal)))
            }
            var found = try await bench.executor.observe(["a", "b"])
            #expect(found["a"] == .running, "its record may be late: \(found)")
            bench.wait(10)
            bench.slurm.change { slurm in
                let said = (1...2).map {
                    "JobId=101 ArrayJobId=101 ArrayTaskId=\($0) JobName=\(slurm.jobs[101]?.name ?? "") JobState="
                        + ($0 == 1 ? "TIMEOUT" : "FAILED")
                }
                slurm.faults["scontrol"] = ["Slurmctld(primary) at here is UP", said.joined(separator: "\n")].map {
                    CommandResult(status: 0, output: $0)
                }
            }
            found = try await bench.executor.observe(["a", "b"])
            guard case .ended(let first)? = found["a"], case .ended(let second)? = found["b"] else {
                Issue.record("not ended: \(found)")
                return
            }
            #expect(first.cause == .timeLimit && second.cause == .signal && second.evidence.signal == 9)
            #expect(bench.slurm.calls("scontrol").count { $0.contains("job") } == 1)
        }
    }

    @Test("where Slurm samples memory, its accounting has signal 9, and the log of the array job says why")
    func sampledMemory() async throws {
        try await withBench { bench in
            try await submit(bench, ["a"])
            try bench.begin("a")
            bench.slurm.change { slurm in
                slurm.tasks = [:]
                slurm.accounts["101_1"] = "FAILED|0:9|2026-11-25T10:00:00|2026-11-25T10:00:01|1|"
            }
            let log = try #require(try bench.manifests().first { $0.hasSuffix(".tasks") }).dropLast(5) + "log"
            func line(_ job: Int) -> String {
                "slurmstepd-node1: error: StepId=\(job).batch exceeded memory limit (4294 > 1048), being killed"
            }
            for (lines, cause) in [
                ([line(103), line(1021)], Cause.signal), ([line(103), line(102), line(104)], .outOfMemory),
            ] {
                try lines.joined(separator: "\n").write(
                    toFile: "\(bench.layout.manifests)/\(log)", atomically: true, encoding: .utf8)
                _ = try await bench.executor.observe(["a"])
                bench.wait(10)
                guard case .ended(let outcome)? = try await bench.executor.observe(["a"])["a"] else {
                    Issue.record("its record is final")
                    return
                }
                #expect(outcome.cause == cause && outcome.evidence.signal == 9)
                if cause == .outOfMemory { #expect(outcome.evidence.scheduler?.said == line(102)) }
            }
        }
    }
}
