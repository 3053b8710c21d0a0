import Foundation
import JobmonTestSupport
import Testing

/// One job of the scheduler is one job, however often its script restarts itself. The next start of a requeued job is
/// another attempt at the same job.
@Suite(.timeLimit(.minutes(20))) struct StartAgainTests {
    /// Runs the submitted script, as a node would.
    private func run(
        _ world: HookWorld, _ script: String, _ environment: [String: String], arguments: String = ""
    ) async throws -> Executable.Finished {
        try world.write("job.sh", script)
        _ = try await world.hooked("sbatch \(arguments) job.sh")
        try world.write("spool/slurm_script", world.recorded("script"), mode: 0o755)
        try world.write("steps/srun", "#!/bin/sh\nSLURM_STEP_ID=0 exec \"$@\"\n", mode: 0o755)
        let path = "\(world.path)/nodes:\(world.path)/steps:\(world.environment["PATH"] ?? "")"
        return try await world.shell(
            "spool/slurm_script",
            environment: ["SLURM_JOB_NAME": "fit", "SLURM_JOB_ID": "7", "PATH": path].merging(environment) { $1 })
    }

    @Test(arguments: [
        "if test \"${1-}\" != again; then exec bash \"$0\" again; fi; echo working",
        "if test \"${1-}\" != again; then exec bash -l \"$0\" again; fi; echo working",
        "if test \"${1-}\" != again; then bash \"$0\" again; exit; fi; echo working",
        "if test \"${1-}\" != again; then srun \"$0\" again; exit; fi; echo working",
        "test \"${FLOCKER-}\" = \"$0\" || exec env FLOCKER=\"$0\" flock -en \"$0\" \"$0\"; echo working",
        "if test \"${1-}\" != again; then exec env -i PATH=\"$PATH\" bash \"$0\" again; fi; echo working",
        "if test \"${1-}\" != again; then exec env -u JOBMON_INSTANCE -u SLURM_JOB_NAME bash \"$0\" again; fi; echo working",
        "case ${1-} in 3) echo working; exit;; esac; exec bash \"$0\" $((${1-0} + 1))",
    ])
    func itIsOneJob(_ body: String) async throws {
        try await HookWorld.with("again") { world in
            let ran = try await run(world, "#!/bin/bash\n\n\(body)\n", [:])
            #expect(ran.stdout == "working\n" && ran.status == 0 && ran.stderr.isEmpty, "\(ran)")
            #expect(try await world.jobs(1).map(\.name) == ["fit"])
        }
    }

    @Test func aFurtherExecInItIsAFurtherJobAndAStepIsNot() async throws {
        try await HookWorld.with("inner") { world in
            let body =
                "jobmon exec --name inner -- true; srun true; env -u JOBMON_INSTANCE \(world.directory)/run/hook/bin/srun true"
            _ = try await run(world, "#!/bin/bash\n\n\(body)\n", [:])
            #expect(try await world.jobs(2).map(\.name).sorted() == ["fit", "inner"])
        }
    }

    @Test(arguments: [
        [:], ["SLURM_JOB_SLUID": "s2"], ["SLURM_JOB_START_TIME": "200"], ["SLURM_ARRAY_TASK_ID": "2"],
    ])
    func anIdThatIsGivenAgainIsAnotherJob(_ second: [String: String]) async throws {
        try await HookWorld.with("reused") { world in
            // The first wrapper is killed and cannot report its end.
            let script = "#!/bin/bash\n\ntest -e \(world.path)/second || kill -9 $PPID\n"
            _ = try await run(world, script, ["SLURM_JOB_SLUID": "s1", "SLURM_JOB_START_TIME": "100"])
            try world.write("second", "")
            _ = try await run(world, script, second)
            try await waitUntil("the second is there") { try await world.listed().count == 2 }
            #expect(try await world.listed().contains { $0.status == "COMPLETE" })
        }
    }

    /// Installs a `scontrol` that prints this about the job.
    private func say(_ world: HookWorld, _ text: String) throws {
        try world.write("nodes/scontrol", "#!/bin/sh\necho 'JobId=7 JobName=fit \(text)'\n", mode: 0o755)
    }

    private func instances(_ world: HookWorld) async throws -> [[String]] {
        let listed = try await Executable.run(["jobs", "-d", world.directory, "--json"])
        let rows = try JSONSerialization.jsonObject(with: Data(listed.stdout.utf8)) as? [[String: Any]] ?? []
        return rows.map { row in
            (row["instances"] as? [[String: Any]] ?? []).map { instance in
                let returned = instance["attempt_returned"] as? Bool == true ? " returned" : ""
                return "\(instance["status"] as? String ?? "?") \(instance["cause"] as? String ?? "-")\(returned)"
            }
        }
    }

    @Test(arguments: ["exit 255", "kill -TERM $$", "trap 'exit 0' TERM; kill -TERM $PPID; sleep 5; exit 1"])
    func oneThatIsRequeuedGoesOn(_ end: String) async throws {
        try await HookWorld.with("requeue") { world in
            let script = "#!/bin/bash\n\nif test \"${SLURM_RESTART_COUNT-0}\" = 0; then \(end); fi\n"
            try say(world, "JobState=PENDING Reason=BeginTime Requeue=1 Restarts=1")
            _ = try await run(world, script, [:])
            try await waitUntil("it is given back") { try await world.listed().map(\.status) == ["QUEUED"] }
            #expect(try await instances(world) == [["FAILED requeued returned"]])
            try say(world, "JobState=RUNNING Reason=None Requeue=1 Restarts=1")
            _ = try await run(world, script, ["SLURM_RESTART_COUNT": "1"])
            #expect(try await world.jobs(1).map(\.status) == ["COMPLETE"])
            #expect(try await instances(world) == [["FAILED requeued returned", "COMPLETE -"]])
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(world.directory)/run/starts")
            #expect(left.isEmpty, "\(left)")
        }
    }

    @Test func oneWhoseNodeDiedGoesOn() async throws {
        try await HookWorld.with("node") { world in
            // Not before its start is known: of a wrapper that is killed before it has told, nobody knows.
            let known = "until '\(Executable.path)' jobs -d '\(world.directory)' | grep -q RUNNING; do sleep 0.05; done"
            let script =
                "#!/bin/bash\n\ntest \"${SLURM_RESTART_COUNT-0}\" != 0 || { \(known); kill -9 $PPID; }\n"
            _ = try await run(world, script, [:])
            _ = try await run(world, script, ["SLURM_RESTART_COUNT": "1"])
            #expect(try await world.jobs(1).map(\.status) == ["COMPLETE"])
            let instances = try await instances(world)
            #expect(instances.count == 1 && instances[0].count == 2 && instances[0][1] == "COMPLETE -", "\(instances)")
        }
    }

    @Test func anExecOfOnesOwnGoesOnToo() async throws {
        try await HookWorld.with("exec") { world in
            try say(world, "JobState=COMPLETING Reason=None Restarts=1")
            var environment = ["SLURM_JOB_ID": "9", "JOBMON_DIR": world.directory]
            environment["PATH"] = "\(world.path)/nodes:\(world.environment["PATH"] ?? "")"
            let line = "jobmon exec --name own -- sh -c 'test -n \"$SLURM_RESTART_COUNT\" || kill -TERM $$'"
            _ = try await world.shell(line, environment: environment)
            environment["SLURM_RESTART_COUNT"] = "1"
            _ = try await world.shell(line, environment: environment)
            #expect(try await world.jobs(1).map(\.status) == ["COMPLETE"])
            #expect(try await instances(world) == [["FAILED requeued returned", "COMPLETE -"]])
        }
    }

    @Test func ranksOfOneProgramAreToldApart() async throws {
        try await HookWorld.with("ranks") { world in
            for rank in 0..<2 {
                _ = try await world.shell(
                    "jobmon exec -d mon --name mpi -- true",
                    environment: ["OMPI_COMM_WORLD_RANK": "\(rank)", "OMPI_COMM_WORLD_SIZE": "2"])
            }
            let listed = try await Executable.run(["jobs", "-d", world.directory, "--json"])
            let rows = try JSONSerialization.jsonObject(with: Data(listed.stdout.utf8)) as? [[String: Any]] ?? []
            #expect(rows.compactMap { ($0["params"] as? [String: Any])?["rank"] as? String }.sorted() == ["0", "1"])
        }
    }

    @Test(arguments: [
        ("-J 6f0a3b7e-1111-2222-3333-444455556666 --comment='rule a'", "", "rule a"),
        ("-J 6F0A3B7E111122223333444455556666 --comment='rule a'", "#SBATCH --comment=b\n", "rule a"),
        ("", "#SBATCH --job-name=x --comment=\"rule b\" # why\n#SBATCH -n1\n", "rule b"),
        ("", "", "6f0a3b7e-1111-2222-3333-444455556666"),
    ])
    func aJobWithoutATellingNameIsNamedAfterItsComment(_ arguments: String, _ lines: String, _ name: String)
        async throws
    {
        try await HookWorld.with("uuid") { world in
            let uuid = "6f0a3b7e-1111-2222-3333-444455556666"
            try world.write("job.sh", "#!/bin/bash\n\(lines)\ntrue\n")
            _ = try await world.hooked("sbatch \(arguments) job.sh")
            try world.write("slurm_script", world.recorded("script"), mode: 0o755)
            _ = try await world.shell("./slurm_script", environment: ["SLURM_JOB_NAME": uuid, "SLURM_JOB_ID": "7"])
            #expect(try await world.jobs(1).map(\.name) == [name])
        }
    }
}
