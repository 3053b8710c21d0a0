import Foundation
import JobmonTestSupport
import Testing

/// A script with the one line, `eval "$(jobmon hook --in-job)"`.
@Suite(.timeLimit(.minutes(3))) struct InJobTests {
    private static let line = "eval \"$(jobmon hook --in-job)\""

    private func run(
        _ world: HookWorld, _ shell: String, _ lines: [String], environment: [String: String] = [:]
    ) async throws -> Executable.Finished {
        try world.write("job.sh", "#!\(shell)\n" + lines.joined(separator: "\n") + "\n", mode: 0o755)
        return try await world.shell(
            "./job.sh a 'b c'", environment: environment.merging(["JOBMON_DIR": world.directory]) { one, _ in one })
    }

    @Test(arguments: HookWorld.shells("/bin/bash", "/bin/bash -eu", "/bin/sh", "/bin/dash -eu", "/usr/bin/zsh"))
    func itIsAJobOfItsOwn(_ shell: String) async throws {
        try await HookWorld.with { world in
            let good = try await run(world, shell, [Self.line, "echo \"$1 $2\""])
            #expect(good.stdout == "a b c\n" && good.stderr.isEmpty && good.status == 0)
            let bad = try await run(world, shell, [Self.line, "echo out", "exit 7"])
            #expect(bad.stdout == "out\n" && bad.stderr.isEmpty && bad.status == 7)
            let jobs = try await world.jobs(2)
            #expect(jobs.map(\.name) == ["job.sh", "job.sh"])
            #expect(jobs.map(\.status) == ["COMPLETE", "FAILED"] && jobs[1].code == 7)
        }
    }

    @Test func theFailingLineIsNamed() async throws {
        try await HookWorld.with { world in
            let lines = [
                "set -euo pipefail", Self.line, "deep() {", "  grep -q nothing /etc/hostname | cat", "}", "echo one",
                "deep", "echo two",
            ]
            let run = try await run(world, "/bin/bash", lines)
            #expect(run.stdout == "one\n" && run.status == 1 && run.stderr.isEmpty)
            let job = try await world.jobs(1)[0]
            #expect(job.status == "FAILED" && job.code == 1)
            // bash itself names the last command of a pipeline only.
            let sentence = "job.sh: line 5: exit code 1 from: grep -q nothing /etc/hostname | cat"
            #expect(job.error?.contains(sentence) == true)
        }
    }

    @Test func theUsersTrapStays() async throws {
        try await HookWorld.with { world in
            let run = try await run(
                world, "/bin/bash -e", ["trap 'echo \"cleaned $?\"; rm -f x' EXIT", Self.line, "(exit 4)", "echo no"])
            #expect(run.stdout == "cleaned 4\n" && run.status == 4 && run.stderr.isEmpty)
            #expect(try await world.jobs(1)[0].code == 4)
        }
    }

    @Test func underExecItOnlySaysWhatFailed() async throws {
        try await HookWorld.with { world in
            try world.write("job.sh", "#!/bin/bash\nset -e\n\(Self.line)\nfalse\n", mode: 0o755)
            let run = try await world.shell("jobmon exec -d mon --name outer -- ./job.sh")
            #expect(run.status == 1)
            let jobs = try await world.jobs(1)
            #expect(jobs.map(\.name) == ["outer"])
            #expect(jobs[0].error?.contains("line 4: exit code 1 from: false") == true)
        }
    }

    @Test(arguments: HookWorld.shells("/bin/bash -eu", "/bin/dash -eu")) func withoutAMonitorNothingIsLost(
        _ shell: String
    ) async throws {
        try await HookWorld.with(monitor: false) { world in
            let run = try await run(world, shell, [Self.line, "echo out", "exit 2"])
            #expect(run.stdout == "out\n" && run.stderr.isEmpty && run.status == 2)
            let monitor = try await MonitorProcess.start(world.directory)
            #expect(try await world.jobs(1)[0].code == 2)
            try await monitor.killed()
        }
    }

    @Test func withoutADirectoryOrJobmonItDoesNoHarm() async throws {
        try await HookWorld.with(monitor: false) { world in
            let nowhere = try await run(
                world, "/bin/bash -eu", [Self.line, "echo out"], environment: ["JOBMON_DIR": world.path])
            #expect(nowhere.stdout == "out\n" && nowhere.status == 0)
            #expect(nowhere.stderr.contains("is no jobmon directory"))
            let without = try await run(
                world, "/bin/bash -eu", [Self.line, "echo out"], environment: ["PATH": "/usr/bin:/bin"])
            #expect(without.stdout == "out\n" && without.status == 0)
        }
    }

    @Test func aKilledScriptIsLost() async throws {
        try await HookWorld.with { world in
            let run = try await run(world, "/bin/bash", [Self.line, "kill -9 $$"])
            #expect(run.status == 137 || run.status == 9)
            let job = try await world.jobs(1)[0]
            #expect(job.status == "UNKNOWN")
        }
    }

    /// bash runs its EXIT trap then as well, and says 0.
    @Test func aTerminatedScriptIsNotComplete() async throws {
        try await HookWorld.with { world in
            try FileManager.default.copyItem(atPath: "/bin/cat", toPath: "\(world.path)/fit")
            try world.write("job.sh", "#!/bin/bash\n\(Self.line)\n./fit\n", mode: 0o755)
            let run = try Running(
                "\(world.path)/job.sh", [], in: world.path,
                environment: world.environment.merging(["JOBMON_DIR": world.directory]) { $1 })
            try await waitUntil("it runs its command") {
                let path = "/proc/\(run.pid)/task/\(run.pid)/children"
                let children = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                return children.split(separator: " ").contains { child in
                    (try? String(contentsOfFile: "/proc/\(child)/comm", encoding: .utf8)) == "fit\n"
                }
            }
            run.send(SIGTERM)
            try await waitUntil("it is over") { !run.isRunning }
            #expect(try await world.jobs(1).map(\.status) == ["UNKNOWN"])
        }
    }

    @Test func whatStaysInTheBackgroundIsNoInterruption() async throws {
        try await HookWorld.with { world in
            let lines = [Self.line, "sleep 1 >&- 2>&- & sleep 1 >&- 2>&- &", "sleep 0.01"]
            let run = try await run(world, "/bin/bash", lines)
            #expect(run.status == 0 && run.stderr.isEmpty)
            #expect(try await world.jobs(1).map(\.status) == ["COMPLETE"])
        }
    }

    @Test func bashAsItIsByPOSIX() async throws {
        try await HookWorld.with { world in
            let run = try await run(world, "/bin/bash --posix", ["set -e", Self.line, "(exit 4)"])
            #expect(run.status == 4 && run.stderr.isEmpty)
            #expect(try await world.jobs(1)[0].error?.contains("line 4: exit code 4") == true)
        }
    }

    @Test func aJobOfAMonitoredOneIsItsOwn() async throws {
        try await HookWorld.with { world in
            // As a scheduler passes the submitter's environment on: nobody above is jobmon.
            let run = try await run(
                world, "/bin/bash", [Self.line, "true"], environment: ["JOBMON_INSTANCE": "somebody-elses"])
            #expect(run.status == 0)
            #expect(try await world.jobs(1).map(\.status) == ["COMPLETE"])
        }
    }
}
