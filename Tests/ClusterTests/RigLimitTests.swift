import Foundation
import JobmonTestSupport
import Testing

/// What real clusters do to jobs by themselves: limits, holds, preemption, suspension, warnings.
@Suite(.serialized, .enabled(if: !Rig.up.isEmpty, Rig.why)) struct RigLimitTests {
    private static let slurm = Rig.up.contains(.slurm)
    private static let sge = Rig.up.contains(.sge)

    @Test(
        "a user's limit is below the array's size: it is submitted in parts",
        .enabled(if: slurm, Rig.why), .timeLimit(.minutes(20)))
    func submitLimit() async throws {
        try await withCluster { mon in
            try await limit(to: "5")
            do {
                let command = "echo {n} >> \(mon.path)/marks; until test -e \(mon.path)/go; do sleep 0.1; done"
                let run = try Running(
                    Executable.path,
                    Rig.slurm.arguments(
                        mon.path, ["--each", "n=1..12", "--name", "n{n}", "--", "sh", "-c", command]), stdin: "")
                try await waitUntil("the queue says so", within: 60) { run.stderr.contains("AssocMaxSubmitJobLimit") }
                try await waitUntil("as many run as may", within: 60) { mon.marks().count == 5 }
                try Data().write(to: URL(fileURLWithPath: "\(mon.path)/go"))
                #expect(try await run.finished().status == 0, "\(run.stderr)")
            } catch {
                try await limit(to: "-1")
                throw error
            }
            try await limit(to: "-1")
            #expect(mon.marks().compactMap { Int($0) }.sorted() == Array(1...12))
            #expect(try await mon.jobs().values.allSatisfy { $0.instances.map(\.status) == ["COMPLETE"] })
        }
    }

    /// Sets the maximum number of jobs of this user.
    private func limit(to count: String) async throws {
        let user = NSUserName()
        let done = try await Rig.slurm.command(
            "sacctmgr", "-i", "modify", "user", user, "set", "MaxSubmitJobs=\(count)")
        guard done.status == 0 else { throw Rig.Failure(description: "sacctmgr: \(done.stderr)") }
    }

    @Test("preempted: recorded as the cause, and started again", .enabled(if: slurm, Rig.why), .timeLimit(.minutes(20)))
    func preempted() async throws {
        try await endedOnce(["--partition", "preempt.q"], as: "preempted") { _ in
            // A job that takes all slots.
            try await Rig.slurm.command(
                "sbatch", "--partition=all.q", "--nodes=4", "--exclusive", "--output=/dev/null", "--wrap=sleep 1")
        }
    }

    /// Runs a job on Slurm. Its first attempt is ended by `deed`, which gets the name of its node. That must be the
    /// recorded cause, and the job is started again.
    private func endedOnce(
        _ options: [String], as cause: String, _ deed: (_ node: String) async throws -> Void
    ) async throws {
        try await withCluster { mon in
            let command =
                "echo $SLURMD_NODENAME >> \(mon.path)/marks; test $(wc -l < \(mon.path)/marks) -gt 1 || exec sleep 300"
            let run = try Running(
                Executable.path,
                Rig.slurm.arguments(
                    mon.path, options + ["--retries", "1", "--name", "one", "--", "sh", "-c", command]), stdin: "")
            try await waitUntil("it runs", within: 60) { mon.marks().count == 1 }
            try await deed(mon.marks()[0])
            #expect(try await run.finished().status == 0, "\(run.stderr)")
            let job = try await mon.jobs()["one"]
            #expect(job?.instances.map(\.cause) == [cause, nil], "\(String(describing: job))")
            #expect(mon.marks().count == 2)
        }
    }

    @Test("suspended: the command stops, and continues", .enabled(if: sge, Rig.why), .timeLimit(.minutes(20)))
    func suspended() async throws {
        try await withCluster { mon in
            let command = "echo $$ > \(mon.path)/marks; until test -e \(mon.path)/go; do sleep 0.1; done"
            let run = try Running(
                Executable.path, Rig.sge.arguments(mon.path, ["--name", "one", "--", "sh", "-c", command]), stdin: "")
            try await waitUntil("it runs", within: 60) { !mon.marks().isEmpty }
            let id = try #require(try await mon.jobs()["one"]?.last?.executorID)
            let pid = try #require(Int32(mon.marks()[0]))
            func state() -> Character? {
                let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
                return stat.split(separator: ")").last?.first { !$0.isWhitespace }
            }
            let suspended = try await Rig.sge.command("qmod", "-sj", id)
            #expect(suspended.status == 0 && suspended.stdout.contains("suspended job"), "\(suspended)")
            try await waitUntil("it is stopped", within: 60) { state() == "T" }
            #expect(try await mon.jobs()["one"]?.status == "RUNNING")
            try await Rig.sge.command("qmod", "-usj", id)
            try await waitUntil("it goes on", within: 60) { state() != "T" }
            try Data().write(to: URL(fileURLWithPath: "\(mon.path)/go"))
            #expect(try await run.finished().status == 0, "\(run.stderr)")
            #expect(try await mon.jobs()["one"]?.instances.map(\.status) == ["COMPLETE"])
        }
    }

    @Test(
        "the node of a job goes down: recorded as the cause, and the job is started again",
        .enabled(if: slurm, Rig.why), .timeLimit(.minutes(20)))
    func nodeDown() async throws {
        var node = ""
        try await endedOnce([], as: "node_failure") { theirs in
            node = theirs
            try await Rig.slurm.command("scontrol", "update", "NodeName=\(node)", "State=DOWN", "Reason=test")
        }
        try await Rig.slurm.command("scontrol", "update", "NodeName=\(node)", "State=RESUME")
    }

    @Test("GPUs: allocated and recorded; refused if there are not enough", .timeLimit(.minutes(20)), arguments: Rig.up)
    func gpus(_ rig: Rig) async throws {
        try await withCluster { mon in
            let file = try mon.file([
                #"{"name": "one", "command": "true", "gpus": 1}"#, #"{"name": "many", "command": "true", "gpus": 99}"#,
            ])
            let run = try await Executable.run(rig.arguments(mon.path, ["-f", file]))
            #expect(run.status == 1, "\(run.stderr)")
            let jobs = try await mon.jobs()
            #expect(jobs["one"]?.status == "COMPLETE", "\(jobs)")
            // Grid Engine does not tell a job what it was allocated.
            if rig == .slurm { #expect(jobs["one"]?.last?.gpus == 1, "\(jobs)") }
            #expect(jobs["many"]?.last?.cause == "submit_failed" && jobs["many"]?.instances.count == 1, "\(jobs)")
            #expect(jobs["many"]?.last?.error?.isEmpty == false)
        }
    }

    @Test(
        "memory that nodes report but Grid Engine does not count can be requested", .enabled(if: sge, Rig.why),
        .timeLimit(.minutes(20)))
    func reportedMemory() async throws {
        try await withCluster { mon in
            let run = try await Executable.run(
                Rig.sge.arguments(
                    mon.path, ["--memory", "1M", "--memory-resource", "mem_free", "--name", "one", "--", "true"]))
            #expect(run.status == 0, "\(run.stderr)")
            #expect(try await mon.jobs()["one"]?.instances.map(\.status) == ["COMPLETE"])
        }
    }

    @Test(
        "removed by force while its node does not answer: not over, and its wrapper's report counts",
        .enabled(if: sge, Rig.why), .timeLimit(.minutes(20)))
    func removedByForce() async throws {
        try await withCluster { mon in
            let command = "echo ran >> \(mon.path)/marks; until test -e \(mon.path)/go; do sleep 0.1; done"
            // A qacct that records that it was asked.
            let folder = "\(mon.path)/../bin"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
            try "#!/bin/sh\necho asked >> \(mon.path)/asked\nPATH='\(path)' exec qacct \"$@\"\n".write(
                toFile: "\(folder)/qacct", atomically: true, encoding: .utf8)
            chmod("\(folder)/qacct", 0o755)
            let run = try Running(
                Executable.path, Rig.sge.arguments(mon.path, ["--name", "one", "--", "sh", "-c", command]),
                environment: ["PATH": "\(folder):\(path)"], stdin: "")
            let job = try await mon.wait(for: "one", "runs") { $0.status == "RUNNING" }
            let id = try #require(job.last?.executorID?.split(separator: ".").first.map { String($0) })
            // Pause it: a qmaster (8.1.9) that must tell a dead one about a forced removal may abort.
            try await Rig.sge.daemon("pause", ["execd"])
            do {
                try await Rig.sge.command("qdel", "-f", id)
                try await waitUntil("it has a record", within: 60) {
                    try await Rig.sge.command("qacct", "-j", id).status == 0
                }
                // A missing job is asked about once a second, and judged after three times.
                let asked = mon.marks("asked").count
                try await waitUntil("the record is read often enough", within: 60) {
                    mon.marks("asked").count > asked + 6
                }
                #expect(try await mon.jobs()["one"]?.status == "RUNNING")
                try Data().write(to: URL(fileURLWithPath: "\(mon.path)/go"))
                #expect(try await run.finished().status == 0, "\(run.stderr)")
            } catch {
                try await Rig.sge.daemon("continue", ["execd"])
                throw error
            }
            try await Rig.sge.daemon("continue", ["execd"])
            #expect(try await mon.jobs()["one"]?.instances.map(\.status) == ["COMPLETE"])
            #expect(mon.marks() == ["ran"])
        }
    }

    @Test("--hold: the job starts only when another job is over", .timeLimit(.minutes(20)), arguments: Rig.up)
    func hold(_ rig: Rig) async throws {
        try await withCluster { mon in
            let script = "\(mon.path)/../first.sh"
            try "#!/bin/sh\nuntil test -e \(mon.path)/go; do sleep 0.1; done\necho first >> \(mon.path)/marks\n".write(
                toFile: script, atomically: true, encoding: .utf8)
            let submitted =
                try await rig == .slurm
                ? rig.command("sbatch", "--parsable", "--output=/dev/null", script)
                : rig.command("qsub", "-terse", "-o", "/dev/null", "-j", "y", "-S", "/bin/sh", script)
            let id = submitted.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
            try #require(!id.isEmpty)
            let run = try Running(
                Executable.path,
                rig.arguments(
                    mon.path,
                    ["--hold", id, "--name", "second", "--", "sh", "-c", "echo second >> \(mon.path)/marks"]), stdin: ""
            )
            _ = try await mon.wait(for: "second", "is handed over") { $0.last?.executorID != nil }
            try Data().write(to: URL(fileURLWithPath: "\(mon.path)/go"))
            #expect(try await run.finished().status == 0, "\(run.stderr)")
            #expect(mon.marks() == ["first", "second"])
        }
    }

    @Test(
        "a warning that a job asked for reaches it, and is said", .enabled(if: slurm, Rig.why), .timeLimit(.minutes(20))
    )
    func warnedAsAsked() async throws {
        try await withCluster { mon in
            let command =
                "trap 'echo noticed >> \(mon.path)/marks; exit 3' USR1; touch \(mon.path)/began; "
                + "while :; do sleep 0.1; done"
            let run = try await Executable.run(
                Rig.slurm.arguments(
                    mon.path,
                    [
                        "--runtime", "1m", "--queue-options", "--signal=B:USR1@58", "--name", "one", "--", "sh", "-c",
                        command,
                    ]))
            #expect(run.status == 1, "\(run.stderr)")
            #expect(mon.marks() == ["noticed"])
            let last = try await mon.jobs()["one"]?.last
            #expect(last?.cause == "exit" && last?.exitCode == 3, "\(String(describing: last))")
            #expect(last?.error?.contains("SIGUSR1") == true, "\(String(describing: last))")
        }
    }

    @Test(
        "what Slurm sends to each process of a job reaches a task's command once", .enabled(if: slurm, Rig.why),
        .timeLimit(.minutes(20)), arguments: [[], ["--signal=USR1", "--full"]])
    func heardOnce(_ how: [String]) async throws {
        try await withCluster { mon in
            let program = """
                import signal, sys, time
                told = []
                def hear(number, frame):
                    told.append(number)
                    open("\(mon.path)/marks", "a").write(f"{number}\\n")
                for number in (signal.SIGTERM, signal.SIGUSR1): signal.signal(number, hear)
                open("\(mon.path)/began", "w").close()
                while not told: time.sleep(0.01)
                time.sleep(0.5)
                """
            let run = try Running(
                Executable.path, Rig.slurm.arguments(mon.path, ["--name", "one", "--", "python3", "-c", program]),
                stdin: "")
            try await waitUntil("it listens", within: 60) {
                FileManager.default.fileExists(atPath: "\(mon.path)/began")
            }
            let id = try #require(try await mon.jobs()["one"]?.last?.executorID)
            let sent = try await Running("/usr/bin/env", ["scancel"] + how + [id], stdin: "").finished()
            #expect(sent.status == 0, "\(sent.stderr)")
            _ = try await run.finished()
            #expect(mon.marks() == [how.isEmpty ? "15" : "10"])
        }
    }

    @Test("a warning in a user's own script is recorded with its reason", .timeLimit(.minutes(20)), arguments: Rig.up)
    func warned(_ rig: Rig) async throws {
        try await withCluster { mon in
            let monitor = try await MonitorProcess.start(mon.path)
            let script = "\(mon.path)/../own.sh"
            try """
            #!/bin/sh
            #SBATCH --time=1 --signal=B:TERM@58 --output=/dev/null
            #$ -notify -l h_rt=3 -o /dev/null -j y -S /bin/sh
            exec \(Executable.path) exec -d \(mon.path) --name own -- sleep 300
            """.write(toFile: script, atomically: true, encoding: .utf8)
            try await rig.command(rig == .slurm ? "sbatch" : "qsub", script)
            let job = try await mon.wait(for: "own", within: 120, "is over") { $0.last?.cause != nil }
            if rig == .slurm {
                // A job that continues was only told something.
                #expect(job.last?.cause == "signal" && job.last?.signal == 15, "\(job)")
            } else {
                #expect(job.last?.cause == "time_limit", "\(job)")
            }
            try await monitor.killed()
        }
    }
}
