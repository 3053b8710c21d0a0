import Foundation
import JobmonTestSupport
import Testing

/// A script with one line for reporting itself, `eval "$(jobmon hook --in-job)"`.
@Suite(.timeLimit(.minutes(20))) struct InJobTests {
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
            // bash itself names only the last command of a pipeline.
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
            #expect(nowhere.stderr.contains("is not a jobmon directory"))
            let without = try await run(
                world, "/bin/bash -eu", [Self.line, "echo out"], environment: ["PATH": "/usr/bin:/bin"])
            #expect(without.stdout == "out\n" && without.status == 0)
        }
    }

    /// Whether the kernel keeps how a process ended (from Linux 6.15 on).
    private static let kernelTells: Bool = {
        var system = utsname()
        uname(&system)
        let release = withUnsafeBytes(of: system.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let numbers = release.split { !$0.isNumber }.compactMap { Int($0) }
        return numbers.count > 1 && (numbers[0], numbers[1]) >= (6, 15)
    }()

    /// A scheduler sends its warnings to all processes of a job.
    @Test func theProcessBesideTheScriptOutlivesAWarning() async throws {
        try await HookWorld.with { world in
            let warn = """
                for p in /proc/[0-9]*; do
                    if tr '\\0' ' ' 2>/dev/null <$p/cmdline | grep -q "_[_]hook job-start $JOBMON_DIR "; then
                        kill -TERM ${p#/proc/}; kill -INT ${p#/proc/}; kill -USR2 ${p#/proc/}; echo warned
                    fi
                done
                kill -9 $$
                """
            let run = try await run(world, "/bin/bash", [Self.line, warn])
            #expect(run.stdout == "warned\n")
            let job = try await world.jobs(1)[0]
            #expect(job.status == (Self.kernelTells ? "FAILED" : "UNKNOWN"), "\(job)")
        }
    }

    @Test(arguments: [
        ("/bin/bash", "kill -9 $$", "FAILED signal 9"), ("/bin/bash", "exec sh -c 'exit 3'", "FAILED exit code 3"),
        ("/bin/bash", "trap : EXIT", "COMPLETE"), ("/bin/dash", "kill -TERM $$", "FAILED signal 15"),
    ])
    func theEndOfOneThatCanNotTellIsTheKernelsOrLost(shell: String, line: String, end: String) async throws {
        try await HookWorld.with { world in
            _ = try await run(world, shell, [Self.line, line])
            let job = try await world.jobs(1)[0]
            let expected = Self.kernelTells ? end : "UNKNOWN"
            #expect("\(job.status) \(job.error ?? "")".hasPrefix(expected), "\(job)")
        }
    }

    /// bash runs its EXIT trap in this case too, with the exit code of the command before. The signal reaches the shell
    /// between two commands, in a builtin, together with its command, and in a function of a condition.
    @Test(arguments: [
        ["kill -TERM $$", "echo no"], ["kill -USR1 $BASHPID"], ["(exit 3)", "kill -HUP $$"],
        ["set -e", "kill -INT $$"],
        ["{ sleep 0.2; kill -TERM $$; } &", "while :; do :; done"], ["{ sleep 0.2; kill -XCPU $$; } &", "wait"],
        ["{ sleep 0.2; kill -TERM $$; } &", "read x < <(sleep 5)"], ["{ sleep 0.2; kill -TERM 0; } &", "sleep 5"],
        ["{ sleep 0.2; kill -TERM 0; } &", "f() { sleep 5 | cat; }", "if f; then echo no; fi"],
        ["trap '' VTALRM ALRM", "trap 'echo got' USR1", "kill -USR1 $$", "kill -TERM $$"],
    ])
    func aScriptThatASignalEndsIsNotComplete(_ lines: [String]) async throws {
        try await HookWorld.with { world in
            try world.write(
                "job.sh", "#!/bin/bash\n" + ([Self.line] + lines).joined(separator: "\n") + "\n", mode: 0o755)
            let run = try await world.shell("exec setsid -w ./job.sh", environment: ["JOBMON_DIR": world.directory])
            #expect(run.status != 0, "\(run)")
            let job = try await world.jobs(1)[0]
            #expect(job.status == "FAILED" && job.code == nil, "\(job)")
            #expect(job.error?.hasPrefix("ended by a signal, at: ") == true, "\(job)")
        }
    }

    /// How it handles a signal itself is up to the script.
    @Test(arguments: [
        (["trap 'echo got' TERM", "kill -TERM $$"], 0), (["trap '' TERM", "kill -TERM 0"], 0),
        (["trap 'exit 5' TERM", "kill -TERM $$"], 5),
        (["trap 'echo got' VTALRM EXIT ERR DEBUG", "set -ET", "true"], 0),
        (["trap '' VTALRM", "kill -VTALRM $$"], 0), (["{ sleep 0.1; kill -INT $!; } & wait", "exit 4"], 4),
        (["enable -n kill"], 0), (["unset BASHPID; BASHPID=$$"], 0),
        (["eval \"$(jobmon hook --in-job --name again)\"", "exit 3"], 3),
        (["sh -c 'kill -TERM $$'", "true"], 0), (["set -e", "sh -c 'kill -TERM $$'"], 143), (["set -m; (exit 6)"], 6),
    ])
    func aScriptThatEndsOfItselfSaysHow(_ lines: [String], code: Int) async throws {
        try await HookWorld.with { world in
            try world.write(
                "job.sh", "#!/bin/bash\n" + (["trap : EXIT", Self.line] + lines).joined(separator: "\n") + "\n",
                mode: 0o755)
            let run = try await world.shell("exec setsid -w ./job.sh", environment: ["JOBMON_DIR": world.directory])
            #expect(Int(run.status) == code, "\(run)")
            let ends = lines[0].contains(" EXIT ") ? nil : try await world.jobs(1)
            #expect(ends.map { $0.map(\.code) } ?? [code] == [code])
        }
    }

    /// A child that is ended by a signal before its execve also runs bash's EXIT trap.
    @Test func aChildOfTheScriptIsNotTheScript() async throws {
        try await HookWorld.with { world in
            let lines = ["i=0; while ((i++ < 10)); do sleep 10 & kill $!; wait $! || :; done", "sleep 0.1; exit 4"]
            let run = try await run(world, "/bin/bash", [Self.line] + lines)
            #expect(run.status == 4)
            let jobs = try await world.jobs(1)
            #expect(jobs.map(\.status) == ["FAILED"] && jobs[0].code == 4, "\(jobs)")
        }
    }

    /// If the shell cannot be asked, the command that it ran in the foreground is still there.
    @Test func aTerminatedScriptIsNotCompleteEither() async throws {
        try await HookWorld.with { world in
            try FileManager.default.copyItem(atPath: "/bin/cat", toPath: "\(world.path)/fit")
            let lines = ["#!/bin/bash", Self.line, "__jobmon_first=unlike", "./fit", ""]
            try world.write("job.sh", lines.joined(separator: "\n"), mode: 0o755)
            let run = try Running(
                "\(world.path)/job.sh", [], in: world.path,
                environment: world.environment.merging(["JOBMON_DIR": world.directory]) { $1 })
            // A signal that comes between bash's fork and its wait is handled when the command has ended, by any bash
            // with an EXIT trap: so the shell must sleep.
            try await waitUntil("it waits for its command") {
                let path = "/proc/\(run.pid)/task/\(run.pid)/children"
                let children = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                let stat = (try? String(contentsOfFile: "/proc/\(run.pid)/stat", encoding: .utf8)) ?? ""
                guard stat.split(separator: ")").last?.hasPrefix(" S") ?? false else { return false }
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
            let lines = [
                Self.line, "__jobmon_first=unlike", "sleep 1 >&- 2>&- & sleep 1 >&- 2>&- &", "sleep 0.01",
            ]
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
            // The submitter's environment is passed on, as by a scheduler: no process above is jobmon.
            let run = try await run(
                world, "/bin/bash", [Self.line, "true"], environment: ["JOBMON_INSTANCE": "somebody-elses"])
            #expect(run.status == 0)
            #expect(try await world.jobs(1).map(\.status) == ["COMPLETE"])
        }
    }
}
