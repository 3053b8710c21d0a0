import Foundation
import JobmonTestSupport
import Testing

@testable import Jobmon

/// `jobmon run` on a scheduler that fails in every way that real ones were seen to: what a job has done it has written
/// down itself, so each test sees whether anything ran twice.
@Suite(.serialized, .enabled(if: FakeCluster.isThere, "there is no python3")) struct FakeClusterTests {
    // MARK: It works

    @Test("an array, one task of which fails", .timeLimit(.minutes(2)), arguments: Rig.allCases)
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

    // MARK: Submits

    @Test(
        "a submit that timed out, and was carried out at once, later, or never: each job runs once",
        .timeLimit(.minutes(2)), arguments: Rig.allCases, ["accept_then_timeout", "accept_later", "timeout_unaccepted"])
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
        "a refused submit: its sentence, no second try although there are retries, the others go on",
        .timeLimit(.minutes(2)), arguments: Rig.allCases)
    func refusedSubmit(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            let sentence = "Nobody here may use the bad one"
            try fake.setFault(rig.submit, ["mode": "refuse", "match": "bad", "sentence": sentence])
            let options = rig == .slurm ? "--partition=bad" : "-q bad"
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

    @Test("a user may have fewer jobs than the array has tasks: it goes in by parts", .timeLimit(.minutes(2)))
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

    @Test("the scheduler's table of jobs is full: smaller arrays at once, and why is said", .timeLimit(.minutes(2)))
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
        "the queue is killed between its submit and the record of it, and goes on: nothing runs twice",
        .timeLimit(.minutes(2)), arguments: Rig.allCases, [true, false])
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
        "nodes that are other hosts: a monitor on the loopback is refused, and one of our own listens where they reach it",
        .enabled(if: neighbour != nil, "this host has no address but the loopback's"),
        .timeLimit(.minutes(2)), arguments: Rig.allCases)
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

    // MARK: Lists

    @Test("a scheduler that does not answer changes no status", .timeLimit(.minutes(2)), arguments: Rig.allCases)
    func unreachable(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            let command = "echo {n} >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--each", "n=1..4"] + named(command)) { run in
                try await waitUntil("all run") { mon.marks().count == 4 }
                try fake.setFault("controller", ["mode": "unreachable"])
                try await waitUntil("the queue says so", within: 60) { run.stderr.contains("can't be asked") }
                #expect(try await mon.statuses() == ["RUNNING"])
                try fake.setFault("controller", nil)
                try await waitUntil("it answers again", within: 60) { run.stderr.contains("answers again") }
                #expect(try await mon.statuses() == ["RUNNING"])
                try mon.go()
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            #expect(mon.marks().sorted() == ["1", "2", "3", "4"])
            #expect(try fake.calls(of: rig.submit).count == 1)
        }
    }

    @Test(
        "a list that is empty, cut off, no list, or leaves tasks out changes no status", .timeLimit(.minutes(2)),
        arguments: Rig.allCases, ["empty", "nothing", "truncated", "garbage", "omit"])
    func badList(_ rig: Rig, _ mode: String) async throws {
        try await withFake { mon, fake in
            let command = "echo {n} >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--each", "n=1..4"] + named(command)) { run in
                try await waitUntil("all run") { mon.marks().count == 4 }
                try fake.setFault(rig.list, ["mode": mode])
                try await fake.waitForCalls(of: rig.list, within: 60)
                #expect(try await mon.statuses() == ["RUNNING"])
                try fake.setFault(rig.list, nil)
                try mon.go()
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            #expect(mon.marks().sorted() == ["1", "2", "3", "4"])
            #expect(try fake.calls(of: rig.submit).count == 1)
        }
    }

    @Test(
        "a list that goes on being empty ends nothing that is there", .timeLimit(.minutes(2)), arguments: Rig.allCases)
    func emptyForLong(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            try fake.setFault("cluster", ["hold": [3, 4]])
            let command = "echo {n} >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--each", "n=1..4"] + named(command)) { run in
                try await waitUntil("two run") { mon.marks().count == 2 }
                let list = rig == .slurm ? "--noheader" : "-xml"
                try fake.setFault(rig.list, ["mode": "empty", "match": list])
                // Longer than a record is waited for.
                try await fake.waitForCalls(rig == .slurm ? 10 : 14, of: rig.list, within: 60)
                #expect(try await mon.statuses() == ["RUNNING", "SUBMITTED"])
                #expect(try fake.calls(of: rig == .slurm ? "scancel" : "qdel").isEmpty)
                try fake.setFault(rig.list, nil)
                try fake.setFault("cluster", nil)
                try mon.go()
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            #expect(mon.marks().sorted() == ["1", "2", "3", "4"])
        }
    }

    // MARK: Ends that the wrapper can't report

    /// What the accounting does when it is asked about a task that is over.
    enum Accounting: String, CaseIterable, Sendable {
        case normal, late, unfinished, running, midnight, duplicates, reissued
    }

    @Test(
        "kill -9 of the wrapper: the outcome comes from the accounting, whatever state that is in",
        .timeLimit(.minutes(2)), arguments: Rig.allCases, Accounting.allCases)
    func wrapperKilled(_ rig: Rig, _ accounting: Accounting) async throws {
        try await withFake { mon, fake in
            if accounting != .normal {
                try fake.setFault(rig.accounting, ["mode": accounting.rawValue, "seconds": 8])
            }
            let command = "\(endlessAtFirst(mon)); echo $JOBMON_INSTANCE >> \(mon.path)/marks"
            try await withRun(rig, mon, fake, ["--retries", "1", "--name", "one", "--", "sh", "-c", command]) { run in
                try await waitUntil("it runs") { mon.marks().count == 1 }
                try await fake.command("kill", rig.id(1))
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            let job = try await mon.jobs()["one"]
            #expect(job?.instances.map(\.status) == ["FAILED", "COMPLETE"], "\(String(describing: job))")
            #expect(job?.instances.first?.cause == "signal" && job?.instances.first?.signal == 9)
            #expect(mon.marks().count == 2 && Set(mon.marks()).count == 2)
        }
    }

    @Test(
        "without accounting nobody knows how it ended: UNKNOWN, and it is started again once it is surely over",
        .timeLimit(.minutes(3)), arguments: Rig.allCases, ["off", "empty"])
    func noAccounting(_ rig: Rig, _ mode: String) async throws {
        try await withFake { mon, fake in
            try fake.setFault(rig.accounting, ["mode": mode])
            let command = "\(once(mon)); \(endlessAtFirst(mon)); echo $JOBMON_INSTANCE >> \(mon.path)/marks"
            try await withRun(rig, mon, fake, ["--retries", "1", "--name", "one", "--", "sh", "-c", command]) { run in
                try await waitUntil("it runs") { mon.marks().count == 1 }
                try await fake.command("kill", rig.id(1))
                try await fake.waitForCalls(of: rig.accounting)
                #expect(mon.marks().count == 1)
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            let job = try await mon.jobs()["one"]
            #expect(job?.instances.map(\.status) == ["UNKNOWN", "COMPLETE"], "\(String(describing: job))")
            #expect(mon.marks().count == 2 && mon.marks("twice") == [])
        }
    }

    @Test("the scheduler's time limit, heeded and not", .timeLimit(.minutes(2)), arguments: Rig.allCases)
    func timeLimit(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            // Slurm counts in minutes.
            try fake.setFault("cluster", ["minute": 2, "kill_wait": 1.5])
            let command =
                "echo {n} >> \(mon.path)/marks; test {n} = 1 || trap '' TERM; while :; do sleep 0.1; done"
            try await withRun(rig, mon, fake, ["--runtime", "2s", "--each", "n=1,2"] + named(command)) { run in
                let status = try await run.finished().status
                #expect(status == 1, "\(run.stderr)")
            }
            for job in try await mon.jobs().values {
                #expect(job.status == "FAILED" && job.instances.count == 1, "\(job)")
                #expect(job.last?.cause == "time_limit", "\(job)")
            }
            #expect(mon.marks().sorted() == ["1", "2"])
        }
    }

    @Test("held in error by Grid Engine: not started, with its reason; the others go on", .timeLimit(.minutes(2)))
    func heldInError() async throws {
        try await withFake { mon, fake in
            let reason = "can't open output file \"/no/such/file\": No such file or directory"
            try fake.setFault("cluster", ["eqw": ["tasks": [2], "reason": reason] as [String: Any]])
            try await withRun(.sge, mon, fake, ["--each", "n=1..3"] + named("echo {n} >> \(mon.path)/marks")) { run in
                let status = try await run.finished().status
                #expect(status == 1, "\(run.stderr)")
            }
            let jobs = try await mon.jobs()
            #expect(jobs["n1"]?.status == "COMPLETE" && jobs["n3"]?.status == "COMPLETE")
            #expect(jobs["n2"]?.status == "FAILED" && jobs["n2"]?.last?.cause == "not_started", "\(jobs)")
            #expect(jobs["n2"]?.last?.error?.contains(reason) == true, "\(jobs)")
            #expect(mon.marks().sorted() == ["1", "3"])
            #expect(try !fake.tasks().contains { $0.phase == "held" }, "it was left there")
        }
    }

    @Test("somebody cancels a task that waits: cancelled, not run", .timeLimit(.minutes(3)), arguments: Rig.allCases)
    func cancelledWaiting(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            try fake.setFault("cluster", ["hold": [2]])
            let command = "echo {n} >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--retries", "2", "--each", "n=1..3"] + named(command)) { run in
                try await waitUntil("the others run") { mon.marks().count == 2 }
                try await fake.command("cancel", rig.id(2))
                try await waitUntil("it is seen", within: 90) {
                    try await mon.jobs()["n2"]?.status == "CANCELLED"
                }
                try mon.go()
                let status = try await run.finished().status
                #expect(status == 1, "\(run.stderr)")
            }
            #expect(mon.marks().sorted() == ["1", "3"])
            #expect(try fake.calls(of: rig.submit).count == 1)
        }
    }

    // MARK: The same task again

    @Test(
        "the scheduler starts a task again under its id: its command is not run a second time", .timeLimit(.minutes(2)),
        arguments: Rig.allCases)
    func requeued(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            let command = "echo $JOBMON_INSTANCE >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--name", "one", "--", "sh", "-c", command]) { run in
                try await waitUntil("it runs") { mon.marks().count == 1 }
                try await fake.command("requeue", rig.id(1))
                try await waitUntil("it was started again, and is over", within: 60) {
                    try fake.tasks().first.map { $0.restarts == 1 && $0.phase == "over" } ?? false
                }
                // Slurm says that it was no end of the job: its attempt is given back, and the queue makes the next one.
                if rig == .slurm { try await waitUntil("it is made again", within: 60) { mon.marks().count == 2 } }
                try mon.go()
                let status = try await run.finished().status
                #expect(status == (rig == .slurm ? 0 : 1), "\(run.stderr)")
            }
            let job = try await mon.jobs()["one"]
            if rig == .slurm {
                #expect(job?.instances.map(\.cause) == ["requeued", nil], "\(String(describing: job))")
                #expect(Set(mon.marks()).count == 2, "each start is an instance of its own")
            } else {
                #expect(job?.instances.count == 1 && job?.status != "COMPLETE", "\(String(describing: job))")
                #expect(mon.marks().count == 1)
            }
        }
    }

    @Test(
        "a node is thought lost, and its task started again while the first goes on: the first one counts",
        .timeLimit(.minutes(2)), arguments: Rig.allCases)
    func requeuedAlive(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            let command = "\(once(mon)); echo $JOBMON_INSTANCE >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--retries", "2", "--name", "one", "--", "sh", "-c", command]) { run in
                try await waitUntil("it runs") { mon.marks().count == 1 }
                try await fake.command("requeue", rig.id(1), "--processes", "go-on")
                try await waitUntil("it was started again, and is over", within: 60) {
                    try fake.tasks().first.map { $0.restarts == 1 && $0.phase == "over" } ?? false
                }
                try await fake.waitForCalls(6, of: rig.list, within: 60)
                #expect(try await mon.statuses() == ["RUNNING"])
                try mon.go()
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            let job = try await mon.jobs()["one"]
            #expect(job?.instances.map(\.status) == ["COMPLETE"], "\(String(describing: job))")
            #expect(mon.marks().count == 1 && mon.marks("twice") == [])
        }
    }

    @Test(
        "a node is thought lost while its wrapper is heard of: nothing is over, and what the wrapper says counts",
        .timeLimit(.minutes(2)), arguments: Rig.allCases)
    func nodeFails(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            let command = "\(once(mon)); echo $JOBMON_INSTANCE >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--retries", "2", "--name", "one", "--", "sh", "-c", command]) { run in
                try await waitUntil("it runs") { mon.marks().count == 1 }
                try await fake.command("node-fail", rig.id(1))
                // The wrapper's own word is waited for first: that it is over must be read more than once.
                try await fake.waitForCalls(6, of: rig.list, within: 60)
                #expect(try await mon.statuses() == ["RUNNING"])
                try mon.go()
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            let job = try await mon.jobs()["one"]
            #expect(job?.instances.map(\.status) == ["COMPLETE"], "\(String(describing: job))")
            #expect(mon.marks().count == 1 && mon.marks("twice") == [])
        }
    }

    @Test("the id is another's now: that one's end is not ours", .timeLimit(.minutes(3)), arguments: Rig.allCases)
    func reissuedID(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            let command = "\(once(mon)); echo $JOBMON_INSTANCE >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--retries", "1", "--name", "one", "--", "sh", "-c", command]) { run in
                try await waitUntil("it runs") { mon.marks().count == 1 }
                try await fake.command("reissue", rig.id(1), "--phase", "over", "--processes", "kill")
                try mon.go()
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            let job = try await mon.jobs()["one"]
            #expect(job?.instances.map(\.status) == ["UNKNOWN", "COMPLETE"], "\(String(describing: job))")
            #expect(mon.marks().count == 2 && mon.marks("twice") == [])
        }
    }
}

// MARK: - What they share

extension Rig {
    fileprivate var submit: String { self == .slurm ? "sbatch" : "qsub" }
    fileprivate var list: String { self == .slurm ? "squeue" : "qstat" }
    fileprivate var accounting: String { self == .slurm ? "sacct" : "qacct" }
    /// A task of the first array job.
    fileprivate func id(_ task: Int) -> String { "101\(self == .slurm ? "_" : ".")\(task)" }
}

/// The address of some other host beside this one; nil when this one has no address but the loopback's.
private let neighbour: String? = {
    let own = HostAddress.reachable.split(separator: ".").compactMap { UInt8($0) }
    guard own.count == 4, own[0] != 127 else { return nil }
    return (own.dropLast() + [own[3] ^ 1]).map { String($0) }.joined(separator: ".")
}()

extension ClusterDirectory {
    /// Lets the jobs of `untilGo` end.
    fileprivate func go() throws { try Data().write(to: URL(fileURLWithPath: "\(path)/go")) }

    /// The statuses that jobs have.
    fileprivate func statuses() async throws -> Set<String> { Set(try await jobs().values.map(\.status)) }
}

private func named(_ command: String) -> [String] { ["--name", "n{n}", "--", "sh", "-c", command] }

private func untilGo(_ mon: ClusterDirectory) -> String { "until test -e \(mon.path)/go; do sleep 0.05; done" }

/// What a command begins with whose first attempt runs until it is ended; it has left its mark by then.
private func endlessAtFirst(_ mon: ClusterDirectory) -> String {
    "if mkdir \(mon.path)/first; then echo $JOBMON_INSTANCE >> \(mon.path)/marks; exec sleep 300; fi 2>/dev/null"
}

/// What a command begins with that must not be alive twice: the second one leaves a mark.
private func once(_ mon: ClusterDirectory) -> String {
    "exec 9>>\(mon.path)/alive; flock -n 9 || echo $JOBMON_INSTANCE >> \(mon.path)/twice"
}

private func withFake(
    _ name: String = #function, _ body: (ClusterDirectory, FakeCluster) async throws -> Void
) async throws {
    try await withCluster(name) { mon in try await body(mon, try FakeCluster(in: "\(mon.path)/..")) }
}

/// Runs `jobmon run` on the fake cluster; it has ended when this returns.
private func withRun(
    _ rig: Rig, _ mon: ClusterDirectory, _ fake: FakeCluster, _ more: [String],
    _ body: (Running) async throws -> Void
) async throws {
    let run = try Running(
        Executable.path, rig.arguments(mon.path, more), environment: fake.environment, stdin: "")
    do {
        try await body(run)
    } catch {
        try await run.killed()
        throw error
    }
    try await run.killed()
}
