import Foundation
import JobmonTestSupport
import Testing

/// Daemons, wrappers and queues of real clusters die: no status is lost or invented, and nothing runs twice.
@Suite(.serialized, .enabled(if: !Rig.up.isEmpty, Rig.why)) struct RigFaultTests {
    @Test(
        "the controller goes away and comes back while jobs run and wait", .timeLimit(.minutes(20)), arguments: Rig.up)
    func controllerAway(_ rig: Rig) async throws {
        try await withCluster { mon in
            let command =
                "echo {n} >> \(mon.path)/marks; until test -e \(mon.path)/go; do sleep 0.1; done; exit $(( {n} == 7 ))"
            let run = try Running(
                Executable.path,
                rig.arguments(mon.path, ["--each", "n=1..24", "--name", "n{n}", "--", "sh", "-c", command]), stdin: "")
            _ = try await mon.wait(for: "n1", "runs") { $0.status == "RUNNING" }
            try await rig.daemon("stop", [rig.controller])
            let restarted: Bool
            do {
                try await waitUntil("the queue says that it can't ask", within: 60) {
                    run.stderr.contains("can't be asked")
                }
                let states = Set(try await mon.jobs().values.map(\.status))
                #expect(states.isSubset(of: ["SUBMITTED", "RUNNING", "COMPLETE", "FAILED"]), "\(states)")
                restarted = true
            } catch {
                try await rig.daemon("start", [rig.controller])
                throw error
            }
            if restarted { try await rig.daemon("start", [rig.controller]) }
            try await waitUntil("the queue says that it can ask", within: 90) { run.stderr.contains("answers again") }
            try Data().write(to: URL(fileURLWithPath: "\(mon.path)/go"))
            #expect(try await run.finished().status == 1, "\(run.stderr)")
            #expect(mon.marks().compactMap { Int($0) }.sorted() == Array(1...24))
            let jobs = try await mon.jobs()
            for (name, job) in jobs {
                #expect(job.instances.count == 1, "\(job)")
                #expect(job.status == (name == "n7" ? "FAILED" : "COMPLETE"), "\(job)")
            }
            #expect(jobs["n7"]?.last?.cause == "exit")
        }
    }

    @Test(
        "the wrapper of one array task is killed: its outcome comes from accounting", .timeLimit(.minutes(20)),
        arguments: Rig.up)
    func wrapperKilled(_ rig: Rig) async throws {
        try await withCluster { mon in
            let command = "echo $PPID > \(mon.path)/wrapper.{n}; sleep {n}"
            let run = try Running(
                Executable.path,
                rig.arguments(
                    mon.path, ["--each", "n=5,300,6", "--name", "n{n}", "--", "sh", "-c", command]), stdin: "")
            _ = try await mon.wait(for: "n300", "runs") { $0.status == "RUNNING" }
            try await waitUntil("its wrapper is named") { !mon.marks("wrapper.300").isEmpty }
            kill(Int32(mon.marks("wrapper.300")[0]) ?? 0, SIGKILL)
            #expect(try await run.finished().status == 1, "\(run.stderr)")
            let jobs = try await mon.jobs()
            #expect(jobs["n5"]?.status == "COMPLETE" && jobs["n6"]?.status == "COMPLETE")
            let last = jobs["n300"]?.last
            #expect(
                last?.status == "FAILED" && last?.cause == "signal" && last?.signal == 9, "\(String(describing: last))")
        }
    }

    @Test(
        "the daemon of a node is killed: its running jobs continue, and their reports count", .timeLimit(.minutes(20)),
        arguments: Rig.up)
    func nodeDaemonKilled(_ rig: Rig) async throws {
        try await withCluster { mon in
            let command = "echo $SLURMD_NODENAME >> \(mon.path)/marks; sleep 30; echo done >> \(mon.path)/marks"
            let run = try Running(
                Executable.path,
                rig.arguments(mon.path, ["--retries", "2", "--name", "long", "--", "sh", "-c", command]), stdin: "")
            _ = try await mon.wait(for: "long", "runs") { $0.status == "RUNNING" }
            try await waitUntil("it has begun") { !mon.marks().isEmpty || rig == .sge }
            let daemon = rig == .slurm ? ["slurmd", mon.marks()[0]] : ["execd"]
            try await rig.daemon("kill", daemon)
            let finished = try await run.finished()
            try await rig.daemon("start", daemon)
            #expect(finished.status == 0, "\(run.stderr)")
            #expect(mon.marks().filter { $0 == "done" }.count == 1, "\(mon.marks())")
            let job = try await mon.jobs()["long"]
            #expect(job?.status == "COMPLETE" && job?.instances.count == 1, "\(String(describing: job))")
        }
    }

    @Test(
        "the queue is killed in the middle of 200 jobs, twice: each job runs once", .timeLimit(.minutes(20)),
        arguments: Rig.up)
    func queueKilled(_ rig: Rig) async throws {
        try await withCluster { mon in
            let arguments = rig.arguments(
                mon.path,
                [
                    "--each", "n=1..200", "--name", "n{n}", "--", "sh", "-c",
                    "echo {n} >> \(mon.path)/marks; exit $(( {n} % 50 == 0 ))",
                ])
            for kills in [60, 120] {
                let run = try Running(Executable.path, arguments, stdin: "")
                try await waitUntil("\(kills) have run", within: 120) { mon.marks().count >= kills }
                try await run.killed()
            }
            let last = try await Executable.run(arguments)
            #expect(last.status == 1, "\(last.stderr)")
            #expect(mon.marks().compactMap { Int($0) }.sorted() == Array(1...200))
            let jobs = try await mon.jobs()
            #expect(jobs.count == 200)
            for (name, job) in jobs {
                let fails = (Int(name.dropFirst()) ?? 0) % 50 == 0
                #expect(job.status == (fails ? "FAILED" : "COMPLETE") && job.instances.count == 1, "\(job)")
                #expect(job.last?.cause == (fails ? "exit" : nil), "\(job)")
            }
            #expect(try mon.leftovers() == [])
        }
    }

    @Test(
        "an interrupted run leaves its cluster jobs running, and the same command continues with them",
        .timeLimit(.minutes(20)), arguments: Rig.up)
    func interrupted(_ rig: Rig) async throws {
        try await withCluster { mon in
            let arguments = rig.arguments(
                mon.path,
                ["--each", "n=1..3", "--name", "n{n}", "--", "sh", "-c", "echo {n} >> \(mon.path)/marks; sleep 6"])
            let run = try Running(Executable.path, arguments, stdin: "")
            try await waitUntil("all have begun", within: 60) { mon.marks().count == 3 }
            run.send(SIGINT)
            #expect(try await run.finished().status == 130, "\(run.stderr)")
            let again = try await Executable.run(arguments)
            #expect(again.status == 0, "\(again.stderr)")
            #expect(mon.marks().sorted() == ["1", "2", "3"])
        }
    }

    @Test("with --cancel-on-exit an interrupted run ends its cluster jobs", .timeLimit(.minutes(20)), arguments: Rig.up)
    func cancelsOnExit(_ rig: Rig) async throws {
        try await withCluster { mon in
            let arguments = rig.arguments(
                mon.path,
                [
                    "--cancel-on-exit", "--each", "n=1..3", "--name", "n{n}", "--", "sh", "-c",
                    "echo {n} >> \(mon.path)/marks; sleep 300",
                ])
            let run = try Running(Executable.path, arguments, stdin: "")
            try await waitUntil("all have begun", within: 60) { mon.marks().count == 3 }
            run.send(SIGINT)
            #expect(try await run.finished().status == 130, "\(run.stderr)")
            for (_, job) in try await mon.jobs() {
                #expect(job.status == "QUEUED" && job.last?.status == "CANCELLED", "\(job)")
            }
        }
    }

    @Test("exec in a user's own script detects where it runs", .timeLimit(.minutes(20)), arguments: Rig.up)
    func dropIn(_ rig: Rig) async throws {
        try await withCluster { mon in
            let monitor = try await MonitorProcess.start(mon.path)
            let script = "\(mon.path)/../own.sh"
            try """
            #!/bin/sh
            \(Executable.path) exec -d \(mon.path) --name own -- sh -c 'echo broke >&2; exit 4'
            """.write(toFile: script, atomically: true, encoding: .utf8)
            if rig == .slurm {
                try await rig.command("sbatch", "--output=/dev/null", "--array=3", script)
            } else {
                try await rig.command("qsub", "-o", "/dev/null", "-j", "y", "-t", "3", script)
            }
            let job = try await mon.wait(for: "own", "is over") { $0.status == "FAILED" }
            #expect(job.last?.executor == rig.rawValue)
            #expect(job.last?.queue != nil && job.last?.slots == 1, "\(job)")
            #expect(job.last?.executorID?.hasSuffix(rig == .slurm ? "_3" : ".3") == true)
            #expect(job.last?.cause == "exit" && job.last?.exitCode == 4)
            try await monitor.killed()
        }
    }
}
