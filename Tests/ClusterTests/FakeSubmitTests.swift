import Foundation
import JobmonTestSupport
import Testing

/// `jobmon run` with a scheduler that fails in every way that was seen of real ones: submissions. Each job writes down
/// what it did, so that each test sees whether anything ran twice.
@Suite(.serialized, .enabled(if: FakeCluster.isThere, "there is no python3")) struct FakeSubmitTests {
    @Test("an array with one task that fails", .timeLimit(.minutes(20)), arguments: Rig.allCases)
    func finishes(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            let command = "echo {n} >> \(mon.path)/marks; test {n} != 4 || exit 3"
            try await withRun(rig, mon, fake, ["--each", "n=1..6"] + named(command)) { run in
                let status = try await run.finished().status
                #expect(status == 1, "\(run.stderr)")
            }
            #expect(mon.marks().sorted() == ["1", "2", "3", "4", "5", "6"])
            for (name, job) in try await mon.jobs() {
                #expect(job.status == (name == "n4" ? "FAILED" : "COMPLETE") && job.instances.count == 1, "\(job)")
                #expect(job.last?.exitCode == (name == "n4" ? 3 : 0), "\(job)")
            }
            #expect(try fake.calls(of: rig.submit).count == 1)
            #expect(try mon.leftovers() == [])
        }
    }

    @Test(
        "a submit that timed out, and was carried out at once, later, or never: each job runs once",
        .timeLimit(.minutes(20)), arguments: Rig.allCases,
        ["accept_then_timeout", "accept_later", "timeout_unaccepted"])
    func unclearSubmit(_ rig: Rig, _ mode: String) async throws {
        try await withFake { mon, fake in
            try fake.setFault(rig.submit, ["mode": mode, "times": 1, "seconds": 3])
            try await withRun(rig, mon, fake, ["--each", "n=1..4"] + named("echo {n} >> \(mon.path)/marks")) { run in
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            #expect(mon.marks().sorted() == ["1", "2", "3", "4"])
            #expect(try fake.calls(of: rig.submit).count == (mode == "timeout_unaccepted" ? 2 : 1))
        }
    }

    @Test(
        "a refused submit: the scheduler's reason, no second try despite retries, the others continue",
        .timeLimit(.minutes(20)), arguments: Rig.allCases)
    func refusedSubmit(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            let sentence = "Nobody here may use the bad one"
            // Names of array jobs are hexadecimal and must not match.
            try fake.setFault(rig.submit, ["mode": "refuse", "match": "wrong", "sentence": sentence])
            let options = rig == .slurm ? "--partition=wrong" : "-q wrong"
            let file = try mon.file([
                #"{"name": "bad", "command": "echo bad >> \#(mon.path)/marks", "queue_options": "\#(options)"}"#,
                #"{"name": "good", "command": "echo good >> \#(mon.path)/marks"}"#,
            ])
            try await withRun(rig, mon, fake, ["--retries", "3", "-f", file]) { run in
                let status = try await run.finished().status
                #expect(status == 1, "\(run.stderr)")
            }
            let jobs = try await mon.jobs()
            #expect(jobs["good"]?.status == "COMPLETE")
            let bad = jobs["bad"]
            #expect(bad?.status == "FAILED" && bad?.instances.count == 1, "\(String(describing: bad))")
            #expect(bad?.last?.cause == "submit_failed" && bad?.last?.error?.contains(sentence) == true)
            #expect(mon.marks() == ["good"])
            #expect(try fake.calls(of: rig.submit).filter { $0.status != 0 }.count == 1)
        }
    }

    @Test("a user's limit is below the array's size: it is submitted in parts", .timeLimit(.minutes(20)))
    func submitLimit() async throws {
        try await withFake { mon, fake in
            try fake.setFault("cluster", ["max_submit": 5])
            let command = "echo {n} >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(.slurm, mon, fake, ["--each", "n=1..12"] + named(command)) { run in
                try await waitUntil("the queue says so") { run.stderr.contains("AssocMaxSubmitJobLimit") }
                try await waitUntil("as many run as may") { mon.marks().count == 5 }
                try mon.go()
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            #expect(mon.marks().compactMap { Int($0) }.sorted() == Array(1...12))
            let submits = try fake.calls(of: "sbatch")
            #expect(submits.count < 20, "\(submits.map(\.status))")
            #expect(try await mon.jobs().values.allSatisfy { $0.instances.map(\.status) == ["COMPLETE"] })
            #expect(try mon.leftovers() == [])
        }
    }

    @Test("the scheduler's job table is full: smaller arrays at once, with a message", .timeLimit(.minutes(20)))
    func jobTable() async throws {
        try await withFake { mon, fake in
            try fake.setFault("cluster", ["max_jobs": 4])
            let command = "echo {n} >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(.slurm, mon, fake, ["--each", "n=1..9"] + named(command)) { run in
                try await waitUntil("the queue says so") { run.stderr.contains("Slurm job queue full") }
                try await waitUntil("as many run as may") { mon.marks().count == 4 }
                try mon.go()
                let status = try await run.finished().status
                #expect(status == 0 && run.stderr.contains("smaller arrays"), "\(run.stderr)")
            }
            #expect(mon.marks().compactMap { Int($0) }.sorted() == Array(1...9))
            #expect(try await mon.jobs().values.allSatisfy { $0.instances.map(\.status) == ["COMPLETE"] })
            #expect(try mon.leftovers() == [])
        }
    }

    @Test(
        "the queue is killed between its submit and the record of it, and continues: nothing runs twice",
        .timeLimit(.minutes(20)), arguments: Rig.allCases, [true, false])
    func killedAfterSubmit(_ rig: Rig, running: Bool) async throws {
        try await withFake { mon, fake in
            try fake.setFault(rig.submit, ["mode": "hang_after"])
            if !running { try fake.setFault("cluster", ["slots": 0]) }
            let arguments = ["--each", "n=1..4"] + named("echo {n} >> \(mon.path)/marks; \(untilGo(mon))")
            try await withRun(rig, mon, fake, arguments) { first in
                try await waitUntil("the scheduler has it") {
                    try running ? mon.marks().count == 4 : fake.tasks().count == 4
                }
                try await first.killed()
            }
            try fake.setFault(rig.submit, nil)
            try await withRun(rig, mon, fake, arguments) { second in
                try await fake.waitForCalls(of: rig.list)
                try fake.setFault("cluster", nil)
                try mon.go()
                let status = try await second.finished().status
                #expect(status == 0, "\(second.stderr)")
            }
            #expect(mon.marks().sorted() == ["1", "2", "3", "4"])
            #expect(try fake.calls(of: rig.submit).count == 1)
            let jobs = try await mon.jobs()
            #expect(jobs.count == 4 && jobs.values.allSatisfy { $0.status == "COMPLETE" && $0.instances.count == 1 })
        }
    }

    @Test(
        "nodes on other hosts: a monitor on the loopback is refused, and our own listens on an address they reach",
        .enabled(if: neighbour != nil, "this host has no address but the loopback's"),
        .timeLimit(.minutes(20)), arguments: Rig.allCases)
    func otherHosts(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            try fake.setFault("cluster", ["nodes": ["127.0.0.1", neighbour ?? ""]])
            let arguments = ["--name", "one", "--", "sh", "-c", "echo ran >> \(mon.path)/marks; \(untilGo(mon))"]
            let monitor = try await MonitorProcess.start(mon.path)
            let refused = try await Executable.run(
                rig.arguments(mon.path, arguments), environment: fake.environment)
            #expect(refused.status == 4 && refused.stderr.contains("listens on the loopback only"), "\(refused)")
            let lines = refused.stderr.split(separator: "\n")
            #expect(lines.count == 2 && lines[1].contains("--listen"), "\(refused.stderr)")
            #expect(try await mon.jobs().isEmpty && fake.calls(of: rig.submit).isEmpty)
            try await monitor.killed()
            try await withRun(rig, mon, fake, arguments) { run in
                try await waitUntil("it runs") { mon.marks() == ["ran"] }
                let info = try String(contentsOfFile: "\(mon.path)/monitor_info.json", encoding: .utf8)
                #expect(!info.contains("\"address\":\"127."), "\(info)")
                try mon.go()
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
        }
    }
}
