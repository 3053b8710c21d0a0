import Foundation
import JobmonTestSupport
import Testing

/// The shim as a process, in front of commands that record what they get.
@Suite(.timeLimit(.minutes(20))) struct ShimTests {
    private static let script = "#!/bin/sh\n#SBATCH -n1\n\necho \"in $1\"\ncat <<X\nhere $2\nX\nexit 5\n"

    @Test func aScriptIsHandedOverWithALineMore() async throws {
        try await HookWorld.with { world in
            try world.write("job.sh", Self.script)
            let plain = try await world.shell("sbatch --parsable -J fit job.sh a 'b  c'", stdin: "")
            #expect(world.arguments == ["--parsable", "-J", "fit", "job.sh", "a", "b  c"])
            let hooked = try await world.hooked("sbatch --parsable -J fit job.sh a 'b  c'", stdin: "")
            #expect(hooked.stdout == plain.stdout && hooked.stderr == plain.stderr && hooked.status == plain.status)
            #expect(world.arguments.count == 6 && world.arguments[3].hasSuffix("/job.sh"))
            var arguments = world.arguments
            arguments[3] = "job.sh"
            #expect(arguments == ["--parsable", "-J", "fit", "job.sh", "a", "b  c"])
            let lines = world.recorded("script").split(separator: "\n", omittingEmptySubsequences: false)
            let own = Self.script.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count == own.count && lines[2].contains("__hook begin"))
            #expect(lines[..<2] == own[..<2] && lines[3...] == own[3...])

            // What the scheduler would run.
            let ran = try await world.shell(
                "sh record/script a 'b  c'", environment: ["SLURM_JOB_NAME": "fit", "SLURM_JOB_ID": "42"])
            #expect(ran.stdout == "in a\nhere b  c\n" && ran.status == 5 && ran.stderr.isEmpty)
            let jobs = try await world.jobs(1)
            #expect(
                jobs == [HookWorld.Job(name: "fit", status: "FAILED", code: 5, error: jobs[0].error, executor: "slurm")]
            )
        }
    }

    @Test(
        arguments: HookWorld.shells(
            "/bin/sh", "/bin/bash -eu", "/usr/bin/zsh", "/bin/csh -f", "/bin/tcsh", "/bin/dash -e")
    )
    func everyShellStartsOver(_ shell: String) async throws {
        try await HookWorld.with { world in
            try world.write("job.sh", "#!\(shell)\n# a comment\necho \"$1 `printenv JOBMON_HOOK_RUN`.\"\nexit 6\n")
            _ = try await world.hooked("sbatch job.sh")
            try world.write("job", world.recorded("script"), mode: 0o755)
            let ran = try await world.shell("./job 'a  b'", environment: ["SLURM_JOB_NAME": "it", "SLURM_JOB_ID": "1"])
            #expect(ran.stdout == "a  b .\n" && ran.status == 6 && ran.stderr.isEmpty)
            #expect(try await world.jobs(1).map(\.name) == ["it"])
            // A node without jobmon.
            let elsewhere = world.recorded("script").replacingOccurrences(of: Executable.path, with: "/nowhere/jobmon")
            try world.write("job", elsewhere, mode: 0o755)
            let alone = try await world.shell("./job 'a  b'")
            #expect(alone.stdout == "a  b .\n" && alone.status == 6 && alone.stderr.isEmpty)
            #expect(try await world.listed().count == 1)
        }
    }

    @Test func aScriptOnStdinStaysThere() async throws {
        try await HookWorld.with { world in
            _ = try await world.hooked("sbatch -J x", stdin: Self.script)
            #expect(world.arguments == ["-J", "x"])
            #expect(world.recorded("stdin").contains("__hook begin"))
            #expect(world.recorded("stdin").contains("cat <<X\nhere $2\nX\n"))
            _ = try await world.hooked("qsub -N x - a b", stdin: Self.script)
            #expect(world.arguments == ["-N", "x", "-", "a", "b"])
            #expect(world.recorded("stdin").contains("__hook begin"))
        }
    }

    @Test func aScriptFromAPipeIsReadOnce() async throws {
        try await HookWorld.with { world in
            _ = try await world.hooked("sbatch <(printf '#!/bin/sh\\n\\necho piped\\n')")
            #expect(world.recorded("script").contains("__hook begin"))
            #expect(world.recorded("script").hasSuffix("\necho piped\n"))
            // A script that cannot be changed is passed on unchanged.
            _ = try await world.hooked("sbatch <(printf 'no script\\n')")
            #expect(world.recorded("script") == "no script\n")
        }
    }

    @Test func wrapKeepsItsText() async throws {
        try await HookWorld.with { world in
            _ = try await world.hooked("sbatch --wrap='echo \"a  b\" && false'")
            #expect(world.arguments.count == 1)
            let text = try #require(world.arguments.first)
            #expect(text.hasPrefix("--wrap=test ! -x ") && text.hasSuffix("; echo \"a  b\" && false"))
            let ran = try await world.shell(
                "printf '#!/bin/sh\\n%s\\n' \"$TEXT\" >w; sh w", environment: ["TEXT": String(text.dropFirst(7))])
            #expect(ran.stdout == "a  b\n" && ran.status == 1)
            #expect(try await world.jobs(1)[0].code == 1)
        }
    }

    @Test func commandsRunThroughTheLauncher() async throws {
        try await HookWorld.with { world in
            _ = try await world.hooked("qsub -b y -cwd /bin/sh -c 'exit 4'")
            try #require(world.arguments.count == 7)
            let launcher = world.arguments[3]
            #expect(launcher.hasSuffix("/mon/run/hook/commands/sh"))
            #expect(Array(world.arguments[4...]) == ["/bin/sh", "-c", "exit 4"])
            let ran = try await world.shell(
                "'\(launcher)' /bin/sh -c 'echo \"$0\"; exit 4' x", environment: ["JOB_NAME": "sh"])
            #expect(ran.stdout == "x\n" && ran.status == 4)
            #expect(try await world.jobs(1).map(\.name) == ["sh"])
        }
    }

    @Test func aJobmonThatDoesNotRunIsPassedOver() async throws {
        try await HookWorld.with { world in
            try world.write("broken", "#!/nowhere/interpreter\n", mode: 0o755)
            for folder in ["launch", "interpret"] {
                _ = try await world.shell("jobmon hook -d mon")
                let file = "\(world.directory)/run/hook/\(folder)"
                let text = try String(contentsOfFile: file, encoding: .utf8)
                #expect(text.contains(Executable.path))
                try world.write(
                    "there", text.replacingOccurrences(of: Executable.path, with: "\(world.path)/broken"), mode: 0o755)
                let ran = try await world.shell("./there /bin/sh -c 'exit 4'")
                #expect(ran.status == 4 && ran.stderr.isEmpty)
            }
        }
    }

    @Test func srunGetsAStepThatIsNamed() async throws {
        try await HookWorld.with { world in
            _ = try await world.hooked("srun -n2 sh -c 'echo  hi'")
            let arguments = world.arguments
            #expect(arguments.first == "--job-name=sh" && arguments[1] == "-n2")
            #expect(Array(arguments.suffix(3)) == ["sh", "-c", "echo  hi"])
            var words = arguments[2...].map { "'\($0)'" }
            words[2] = "\"$STEP\""
            let ran = try await world.shell(
                words.joined(separator: " "), environment: ["STEP": arguments[4], "SLURM_JOB_ID": "3"])
            #expect(ran.stdout == "hi\n" && ran.status == 0)
            #expect(try await world.jobs(1).map(\.name) == ["sh"])
            // A step of a job that is monitored as a whole.
            _ = try await world.hooked("srun date", environment: ["JOBMON_INSTANCE": "k", "SLURM_JOB_ID": "3"])
            #expect(world.arguments == ["date"])
        }
    }

    @Test func interpretersThatAreNoShell() async throws {
        try await HookWorld.with("py") { world in
            try world.write("job.py", "#!/usr/bin/env python3\nimport sys\nprint(sys.argv[1:])\nsys.exit(9)\n")
            let run = try await world.hooked("sbatch job.py 'a  b'")
            try #require(!run.stderr.contains("too long"), "the tests' folder has too long a name for a script")
            try world.write("job", world.recorded("script"), mode: 0o755)
            let ran = try await world.shell("./job 'a  b'", environment: ["SLURM_JOB_NAME": "py", "SLURM_JOB_ID": "1"])
            #expect(ran.stdout == "['a  b']\n" && ran.status == 9 && ran.stderr.isEmpty)
            #expect(try await world.jobs(1).map(\.code) == [9])
        }
    }

    @Test func aWrapperMayCloseWhatIsOpen() async throws {
        try await HookWorld.with { world in
            let wrapper =
                "#!/usr/bin/python3\nimport subprocess, sys\n"
                + "sys.exit(subprocess.call(['\(world.path)/behind/sbatch'] + sys.argv[1:]))\n"
            try FileManager.default.createDirectory(atPath: "\(world.path)/behind", withIntermediateDirectories: true)
            try FileManager.default.moveItem(
                atPath: "\(world.path)/real/sbatch", toPath: "\(world.path)/behind/sbatch")
            try world.write("real/sbatch", wrapper, mode: 0o755)
            try world.write("job.sh", Self.script)
            _ = try await world.hooked("sbatch job.sh a")
            #expect(world.recorded("script").contains("__hook begin") && world.arguments[0].hasSuffix("/job.sh"))
            // Old ones are removed.
            let old = try await world.hooked(
                "touch -d '2 days ago' mon/run/hook/scripts/*; sbatch job.sh a; ls mon/run/hook/scripts | grep -c kept")
            #expect(old.stdout.hasSuffix("\n1\n"))
        }
    }

    @Test(arguments: ["exec sbatch \"$@\"", "sbatch \"$@\"; exit $?"])
    func aWrapperThatFindsUsDoesNotGoRound(_ line: String) async throws {
        try await HookWorld.with { world in
            // The real command is a program, as Slurm's is.
            try world.write("wrapped/sbatch", "#!/bin/sh\necho x >>\"$RECORD/rounds\"\n\(line)\n", mode: 0o755)
            try world.write("program/.keep", "")
            try FileManager.default.copyItem(atPath: "/bin/echo", toPath: "\(world.path)/program/sbatch")
            try world.write("job.sh", Self.script)
            let path = "\(world.path)/wrapped:\(world.path)/program:\(world.path)/jobmon-link:/usr/bin:/bin"
            let run = try await world.hooked("sbatch job.sh a", environment: ["PATH": path])
            #expect(run.stdout.hasSuffix("/job.sh a\n") && run.status == 0)
            #expect(world.recorded("rounds").split(separator: "\n").count <= 4)
        }
    }

    @Test func aScriptThatComesSlowlyIsReadToItsEnd() async throws {
        try await HookWorld.with { world in
            let feeder =
                "import os, subprocess, time\nr, w = os.pipe()\nos.set_blocking(r, False)\n"
                + "p = subprocess.Popen(['sbatch'], stdin=r)\n"
                + "for text in (b'#!/bin/sh\\n', b'\\necho b\\n'):\n    time.sleep(0.3)\n    os.write(w, text)\n"
                + "os.close(w)\np.wait()\n"
            try world.write("feed.py", feeder)
            _ = try await world.hooked("python3 feed.py")
            let script = world.recorded("stdin")
            #expect(script.contains("__hook begin") && script.hasSuffix("\necho b\n"))
        }
    }

    @Test func aNameLikeAnOptionIsAName() async throws {
        try await HookWorld.with { world in
            try world.write("job.sh", Self.script)
            _ = try await world.hooked("sbatch job.sh a")
            let ran = try await world.shell(
                "sh record/script a b", environment: ["SLURM_JOB_NAME": "--", "SLURM_JOB_ID": "42"])
            #expect(ran.stdout == "in a\nhere b\n" && ran.status == 5 && ran.stderr.isEmpty)
            #expect(try await world.jobs(1).map(\.name) == ["--"])
        }
    }

    @Test func longArgumentsRunUnmonitored() async throws {
        try await HookWorld.with { world in
            try world.write("job.sh", "#!/bin/sh\n\necho \"${#1}\"\n")
            _ = try await world.hooked("sbatch job.sh a")
            let ran = try await world.shell("sh record/script \"$(head -c 60000 /dev/zero | tr '\\0' ' ')\"")
            #expect(ran.stdout == "60000\n" && ran.status == 0)
            #expect(ran.stderr.contains("too long") && ran.stderr.split(separator: "\n").count == 1)
            let wrap = try await world.hooked("sbatch --wrap=\"$(head -c 131000 /dev/zero | tr '\\0' x)\"")
            #expect(wrap.status == 3 && wrap.stderr.contains("too long"))
            #expect(world.arguments.first?.utf8.count == 131007)
        }
    }

    @Test func theWholeEnvironmentGetsThrough() async throws {
        try await HookWorld.with { world in
            _ = try await world.shell("jobmon hook -d mon")
            let ran = try await world.shell(
                "exec env 'BASH_FUNC_m%%=() {  echo hi; }' a.b=1 mon/run/hook/interpret /usr/bin/env")
            #expect(ran.stdout.contains("BASH_FUNC_m%%=") && ran.stdout.contains("a.b=1"))
        }
    }

    @Test func whatIsNoProgramIsLeft() async throws {
        try await HookWorld.with { world in
            let run = try await world.hooked("qsub -b y 'cd x; ls'")
            #expect(world.arguments == ["-b", "y", "cd x; ls"] && run.stderr.contains("is not a program on PATH"))
            try world.write(".sge_request", "# all\n-b y\n")
            try world.write("job.sh", Self.script)
            let asked = try await world.hooked("qsub job.sh", environment: ["HOME": world.path])
            #expect(world.arguments == ["job.sh"] && asked.stderr.contains(".sge_request"))
        }
    }

    // MARK: Where it fails open

    private static let lines = [
        "sbatch --parsable job.sh a", "sbatch --wrap 'echo a'", "qsub -N x job.sh", "qsub -b y date", "srun -n1 date",
        "qrsh -now no date",
    ]

    private func compare(_ world: HookWorld, _ environment: [String: String] = [:]) async throws -> [String] {
        try world.write("job.sh", Self.script)
        var remarks: [String] = []
        for line in Self.lines {
            world.forget()
            let plain = try await world.shell(line, stdin: "in")
            let recorded = ["arguments", "script", "stdin"].map(world.recorded)
            world.forget()
            let hooked = try await world.hooked(line, environment: environment, stdin: "in")
            #expect(["arguments", "script", "stdin"].map(world.recorded) == recorded)
            #expect(hooked.stdout == plain.stdout && hooked.status == plain.status)
            #expect(hooked.stderr.hasSuffix(plain.stderr))
            remarks.append(String(hooked.stderr.dropLast(plain.stderr.count)))
        }
        return remarks
    }

    @Test func withoutAMonitorNothingChanges() async throws {
        try await HookWorld.with(monitor: false) { world in
            let remarks = try await compare(world)
            #expect(remarks.allSatisfy { $0.isEmpty })
        }
    }

    @Test func turnedOffNothingChanges() async throws {
        try await HookWorld.with { world in
            let remarks = try await compare(world, ["JOBMON_HOOK": "off"])
            #expect(remarks.allSatisfy { $0.isEmpty })
        }
    }

    @Test func aMonitorThatDiedIsSaid() async throws {
        try await HookWorld.with(monitor: false) { world in
            let monitor = try await MonitorProcess.start(world.directory)
            try await monitor.killed()
            for remark in try await compare(world) {
                #expect(remark.hasPrefix("jobmon: this ") && remark.contains("no monitor answers"))
                #expect(remark.split(separator: "\n").count == 1)
            }
        }
    }

    @Test func aMonitorThatHangsHoldsNothingUp() async throws {
        try await HookWorld.with(monitor: false) { world in
            let monitor = try await MonitorProcess.start(world.directory)
            monitor.send(SIGSTOP)
            // Each thread stops when it gets there.
            try await waitUntil("it has stopped") {
                let tasks = "/proc/\(monitor.pid)/task"
                return try FileManager.default.contentsOfDirectory(atPath: tasks).allSatisfy { task in
                    let stat = (try? String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8)) ?? ""
                    return stat.split(separator: ")").last?.first { !$0.isWhitespace } == "T"
                }
            }
            let remarks = try await compare(world)
            #expect(remarks.allSatisfy { $0.contains("no monitor answers") })
            try await monitor.killed()
        }
    }

    @Test func whatIsNotUnderstoodIsLeft() async throws {
        try await HookWorld.with { world in
            let run = try await world.hooked("sbatch --no-such-option=3 job.sh", stdin: "in")
            #expect(world.arguments == ["--no-such-option=3", "job.sh"] && world.recorded("stdin") == "in")
            #expect(run.status == 3)
            #expect(run.stderr.contains("--no-such-option") && run.stderr.hasSuffix("a warning\n"))
            _ = try await world.hooked("sbatch not-there.sh")
            #expect(world.arguments == ["not-there.sh"])
            _ = try await world.hooked("sbatch --test-only job.sh")
            #expect(world.arguments == ["--test-only", "job.sh"])
        }
    }

    @Test func aFaultOfOursIsTheRealCommand() async throws {
        try await HookWorld.with { world in
            _ = try await world.shell("jobmon hook -d mon")
            // A command that does not read: the pipe that is its stdin stays open.
            try world.write(
                "real/sbatch", "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$RECORD/arguments\"\n", mode: 0o755)
            let shim = try Running(
                "\(world.directory)/run/hook/bin/sbatch", ["-J", "x"], in: world.path,
                environment: world.environment.merging(["JOBMON_DIR": world.directory]) { $1 })
            // It is reading its script now: the folder for it was created before.
            try await waitUntil("it waits for its stdin") {
                let text = (try? String(contentsOfFile: "/proc/\(shim.pid)/wchan", encoding: .utf8)) ?? ""
                return text.contains("pipe") || text.contains("read")
            }
            shim.send(SIGILL)
            try await waitUntil("the real one was called") { world.arguments == ["-J", "x"] }
            let end = try await shim.finished()
            #expect(end.status == 0 && !end.signalled)
        }
    }

    // MARK: The shell

    @Test func twiceIsOnce() async throws {
        try await HookWorld.with { world in
            let run = try await world.shell(
                "eval \"$(jobmon hook -d mon)\"; eval \"$(jobmon hook -d mon)\"; echo \"$PATH\"; echo $JOBMON_DIR; "
                    + "eval \"$(jobmon hook --undo)\"; echo \"$PATH\"; echo ${JOBMON_DIR-none}")
            let path = try #require(world.environment["PATH"])
            #expect(
                run.stdout == "\(world.directory)/run/hook/bin:\(path)\n\(world.directory)\n\(path)\nnone\n")
        }
    }

    @Test func aFolderThatIsNoneIsSaid() async throws {
        try await HookWorld.with { world in
            let run = try await world.shell("eval \"$(jobmon hook -d nosuch)\"; echo \"${JOBMON_DIR-none}\"")
            #expect(run.stdout == "none\n")
            #expect(run.stderr.contains("is not a jobmon directory"))
            // Where none is named, one is made, and what it lacks is said.
            let made = try await world.shell(
                "mkdir fresh && cd fresh && eval \"$(jobmon hook)\"; echo \"${JOBMON_DIR-none}\"")
            #expect(made.stdout.hasSuffix("/fresh/.jobmon\n"), "\(made)")
            #expect(made.stderr.contains("jobmon monitor --detach"), "\(made)")
            let inJob = try await world.shell(
                "mkdir bare && cd bare && eval \"$(jobmon hook --in-job)\"; echo \"$?\"; ls -A")
            #expect(inJob.stdout == "0\n", "\(inJob)")
        }
    }

    @Test func whatOthersCanWriteIsNotTrusted() async throws {
        try await HookWorld.with { world in
            let line = "eval \"$(jobmon hook -d mon)\"; command -v sbatch"
            let good = "\(world.directory)/run/hook/bin/sbatch\n"
            #expect(try await world.shell(line).stdout == good)
            try world.write("mon/run/hook/bin/ls", "#!/bin/sh\n", mode: 0o755)
            let foreign = try await world.shell(line)
            #expect(foreign.stdout == "\(world.path)/real/sbatch\n")
            #expect(foreign.stderr.contains("bin/ls was not created by jobmon"))
            _ = try await world.shell("rm mon/run/hook/bin/ls; chmod 777 mon/run/hook/bin")
            let open = try await world.shell(line)
            #expect(open.stdout == "\(world.path)/real/sbatch\n" && open.stderr.contains("can be written by others"))
            _ = try await world.shell("chmod 700 mon/run/hook/bin")
            #expect(try await world.shell(line).stdout == good)
            _ = try await world.shell("cp -r mon c:d")
            let colon = try await world.shell("eval \"$(jobmon hook -d c:d)\"; command -v sbatch")
            #expect(colon.stdout == "\(world.path)/real/sbatch\n" && colon.stderr.contains("colon"))
        }
    }

    @Test(arguments: HookWorld.shells("/usr/bin/fish")) func fishHasItsOwnWords(_ shell: String) async throws {
        try await HookWorld.with { world in
            let run = try await world.shell(
                "jobmon hook -d mon fish | source; command -v sbatch; jobmon hook --undo fish | source; command -v sbatch",
                with: shell, environment: ["HOME": world.path])
            #expect(run.stdout == "\(world.directory)/run/hook/bin/sbatch\n\(world.path)/real/sbatch\n")
        }
    }

    @Test(arguments: HookWorld.shells("/bin/sh", "/usr/bin/zsh", "/bin/dash")) func otherShellsTakeIt(_ shell: String)
        async throws
    {
        try await HookWorld.with { world in
            let run = try await world.shell("eval \"$(jobmon hook -d mon)\"; command -v sbatch", with: shell)
            #expect(run.stdout == "\(world.directory)/run/hook/bin/sbatch\n")
        }
    }
}
