import Foundation
import JobmonTestSupport
import Testing

/// `jobmon run` with a scheduler that ends jobs by itself, or starts them again.
@Suite(.serialized, .enabled(if: FakeCluster.isThere, "there is no python3")) struct FakeEndTests {
    @Test("the scheduler's time limit, obeyed and ignored", .timeLimit(.minutes(20)), arguments: Rig.allCases)
    func timeLimit(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            // Slurm's unit is the minute.
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

    @Test("held in error by Grid Engine: not started, with its reason; the others continue", .timeLimit(.minutes(20)))
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

    @Test("a waiting task is cancelled by hand: CANCELLED, not run", .timeLimit(.minutes(20)), arguments: Rig.allCases)
    func cancelledWaiting(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            try fake.setFault("cluster", ["hold": [2]])
            let command = "echo {n} >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--retries", "2", "--each", "n=1..3"] + named(command)) { run in
                try await waitUntil("the others run") { mon.marks().count == 2 }
                try await fake.command("cancel", rig.id(2))
                try await waitUntil("it is seen", within: 240) {
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

    @Test(
        "the scheduler starts a task again under its id: its command is not run a second time",
        .timeLimit(.minutes(20)),
        arguments: Rig.allCases)
    func requeued(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            let command = "echo $JOBMON_INSTANCE >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--name", "one", "--", "sh", "-c", command]) { run in
                try await waitUntil("it runs") { mon.marks().count == 1 }
                try await fake.command("requeue", rig.id(1))
                try await waitUntil("it was started again, and is over", within: 150) {
                    try fake.tasks().first.map { $0.restarts == 1 && $0.phase == "over" } ?? false
                }
                // Slurm says that the job did not end: its attempt is given back, and the queue makes the next one.
                if rig == .slurm { try await waitUntil("it is made again", within: 150) { mon.marks().count == 2 } }
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
        "a node is thought lost and its task started again while the first one runs: the first one counts",
        .timeLimit(.minutes(20)), arguments: Rig.allCases)
    func requeuedAlive(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            let command = "\(once(mon)); echo $JOBMON_INSTANCE >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--retries", "2", "--name", "one", "--", "sh", "-c", command]) { run in
                try await waitUntil("it runs") { mon.marks().count == 1 }
                try await fake.command("requeue", rig.id(1), "--processes", "go-on")
                try await waitUntil("it was started again, and is over", within: 150) {
                    try fake.tasks().first.map { $0.restarts == 1 && $0.phase == "over" } ?? false
                }
                try await fake.waitForCalls(6, of: rig.list, within: 150)
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
        "a node is thought lost while its wrapper is heard of: nothing is over, and the wrapper's report counts",
        .timeLimit(.minutes(20)), arguments: Rig.allCases)
    func nodeFails(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            let command = "\(once(mon)); echo $JOBMON_INSTANCE >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--retries", "2", "--name", "one", "--", "sh", "-c", command]) { run in
                try await waitUntil("it runs") { mon.marks().count == 1 }
                try await fake.command("node-fail", rig.id(1))
                // The wrapper's own report is awaited first: that it is over must be read more than once.
                try await fake.waitForCalls(6, of: rig.list, within: 150)
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

    @Test("the id is another job's by now: its end is not ours", .timeLimit(.minutes(20)), arguments: Rig.allCases)
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
