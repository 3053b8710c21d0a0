import Foundation
import JobmonCommands
import JobmonCore
import JobmonLedger
import JobmonTestSupport
import Testing

/// The real executable: its output and exit codes.
@Suite struct ExecutableTests {
    /// A directory with a ledger of three jobs: 1 under `exec`, failed; 2 of a queue, failed; 3 of a queue, waiting.
    private static func withLedger(_ body: (String) async throws -> Void) async throws {
        try await withTestDirectory { directory in
            let ledger = try SQLiteLedger.open(.file(path: "\(directory)/job_monitor.sqlite"), time: .system)
            let one = JobReference.key(queue: "fit", key: "a")
            let other = JobReference.key(queue: "fit", key: "b")
            let fit = JobDescription(name: "fit", runfile: "python", args: ["fit.py"], params: ["year": 1995])
            let failure = Outcome(evidence: Evidence(exitCode: 1), stderr: "KeyError: 'year'\n")
            let events: [Fact] = [
                .submitted(
                    .key("i1"), Submission(description: JobDescription(name: "x", runfile: "x"), executor: "exec")),
                .outcome(.key("i1"), failure),
                .job(one, fit), .submitted(.key("i2"), Submission(job: one, executor: "local")),
                .running(.key("i2"), Start(host: "n7")), .outcome(.key("i2"), failure), .job(other, fit),
            ]
            let recorded = try await ledger.record(events.map { Event(time: Sample.time, fact: $0) })
            #expect(recorded.results.allSatisfy { $0.outcome == .recorded })
            try await ledger.close()
            try await body(directory)
        }
    }

    private static func run(_ arguments: String..., environment: [String: String] = [:]) async throws
        -> Executable.Finished
    {
        try await Executable.run(arguments, environment: environment)
    }

    @Test(.timeLimit(.minutes(20))) func helpAndVersion() async throws {
        let version = try await Self.run("--version")
        #expect(version.status == 0 && version.stdout == "jobmon \(JobmonVersion.current)\n" && version.stderr == "")
        let help = try await Self.run("--help")
        #expect(help.status == 0 && help.stderr == "")
        for command in ["monitor", "exec", "jobs", "show", "errors", "logs", "query", "retry", "cancel", "stop"] {
            #expect(help.stdout.contains("\n  \(command) "), "\(command)")
            let own = try await Self.run("help", command)
            #expect(own.status == 0 && own.stdout.contains("jobmon \(command)"), "\(command)")
        }
        let exec = try await Self.run("help", "exec")
        for option in ["--dir", "--name", "--param", "--timeout", "--instance"] {
            #expect(exec.stdout.contains(option))
        }
    }

    @Test(
        .timeLimit(.minutes(20)),
        arguments: [
            ["nonsense"], ["jobs", "--nonsense"], ["jobs", "--status", "nope"], ["jobs", "--param", "x"],
            ["jobs", "--limit", "0"],
            ["jobs", "--limit", "1", "--all"], ["show"], ["show", "x"], ["logs", "1", "--tail", "0"], ["query"],
            ["query", "--json", "--csv", "select 1"], ["retry"], ["cancel", "x"], ["monitor", "--port", "70000", "x"],
            ["monitor", "a", "-d", "b"],
        ]) func wrongUseIsTwo(_ arguments: [String]) async throws
    {
        let finished = try await Executable.run(arguments)
        #expect(finished.status == 2 && !finished.signalled)
        #expect(finished.stdout == "")
        #expect(finished.stderr.hasPrefix("jobmon: "))
    }

    @Test(.timeLimit(.minutes(20))) func whatIsNoDirectoryIsFourAndStaysSo() async throws {
        try await withTestDirectory { directory in
            for arguments in [
                ["jobs"], ["show", "1"], ["errors"], ["logs", "1"], ["query", "select 1"], ["retry", "1"], ["stop"],
            ] {
                let here = try await Executable.run(arguments, in: directory)
                #expect(here.status == 4, "\(arguments)")
                #expect(here.stdout == "")
                #expect(
                    here.stderr.hasPrefix("jobmon: ") && here.stderr.contains("no jobmon directory in "))
                let gone = try await Executable.run(arguments + ["-d", "\(directory)/none"])
                #expect(gone.status == 4, "\(arguments)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
        }
    }

    /// Facts that `exec` spooled for a monitor that was never started are reported.
    @Test(.timeLimit(.minutes(20))) func factsWithoutALedgerAreSaid() async throws {
        try await withTestDirectory { directory in
            let exec = try await Self.run("exec", "-d", directory, "--", "/bin/sh", "-c", "exit 3")
            #expect(exec.status == 3)
            let jobs = try await Self.run("jobs", "-d", directory)
            #expect(jobs.status == 4)
            #expect(jobs.stderr.contains("has no ledger yet, but 3 facts in its spool"))
            #expect(jobs.stderr.contains("jobmon monitor "))
        }
    }

    @Test(.timeLimit(.minutes(20))) func theDirectoryIsGivenInThreeWays() async throws {
        try await Self.withLedger { directory in
            let byOption = try await Self.run("jobs", "-d", directory, environment: ["JOBMON_DIR": "/nowhere"])
            let byVariable = try await Self.run("jobs", environment: ["JOBMON_DIR": directory])
            let byPlace = try await Executable.run(["jobs"], in: directory)
            for finished in [byOption, byVariable, byPlace] {
                #expect(finished.status == 0)
                #expect(finished.stdout == byOption.stdout)
                #expect(finished.stderr == "3 jobs: 2 FAILED, 1 QUEUED\n")
            }
            #expect(byOption.stdout.split(separator: "\n").count == 4)
            #expect(byOption.stdout.contains("exit code 1: KeyError: 'year'"))
            #expect(!byOption.stdout.contains("\u{1B}"))
        }
    }

    @Test(.timeLimit(.minutes(20))) func readsWithoutAMonitor() async throws {
        try await Self.withLedger { directory in
            func stdout(_ arguments: String...) async throws -> String {
                let finished = try await Executable.run(arguments + ["-d", directory])
                #expect(finished.status == 0, "\(arguments): \(finished.stderr)")
                return finished.stdout
            }
            let jobs = try JSON(parsing: try await stdout("jobs", "--json", "--queue", "fit"))
            guard case .array(let items) = jobs, case .object(let first)? = items.first else {
                Issue.record("not an array of objects: \(jobs)")
                return
            }
            #expect(items.count == 2 && first["jid"] == 2 && first["status"] == "FAILED")
            guard case .object(let shown) = try JSON(parsing: try await stdout("show", "2", "--json")) else {
                Issue.record("not an object")
                return
            }
            #expect(shown == first)
            #expect(try await stdout("show", "2").contains("jobmon retry 2 -d "))
            #expect(try await stdout("errors", "--each").split(separator: "\n").count == 3)
            #expect(try await stdout("errors", "--full", "--name", "x").contains("  | KeyError: 'year'\n"))
            #expect(
                try await stdout("query", "--csv", "select jid, name from job where jid > 1")
                    == "jid,name\r\n2,fit\r\n3,fit\r\n")
            let rows = try JSON(parsing: try await stdout("query", "--json", "select count(*) as n from job"))
            #expect(rows == [["n": 3]])
            #expect(try await stdout("logs", "1") == "KeyError: 'year'\n")
            #expect(try await stdout("jobs", "--json", "--status", "complete") == "[]\n")
        }
    }

    @Test(.timeLimit(.minutes(20))) func saysWhatCouldNotBeDone() async throws {
        try await Self.withLedger { directory in
            func expect(_ arguments: [String], _ status: Int32, _ words: String) async throws {
                let finished = try await Executable.run(arguments + ["-d", directory])
                #expect(finished.status == status, "\(arguments)")
                #expect((finished.stdout + finished.stderr).contains(words), "\(arguments): \(finished)")
            }
            try await expect(["show", "99"], 1, "jobmon: there is no job 99")
            try await expect(["logs", "3"], 1, "jobmon: job 3 has no attempt yet: it is QUEUED")
            try await expect(["logs", "2", "--attempt", "2"], 1, "job 2 has no attempt 2: it has 1 attempt")
            try await expect(["query", "delete from job"], 2, "jobmon: ")
            try await expect(["query", "selec"], 2, "jobmon: ")
            try await expect(["query", "select 1; select 2"], 2, "jobmon: ")
            try await expect(["retry", "1"], 1, "refused: job 1 is FAILED")
            try await expect(["stop"], 3, "jobmon: no monitor serves ")
        }
    }

    @Test(.timeLimit(.minutes(20))) func actsWithoutAMonitor() async throws {
        try await Self.withLedger { directory in
            let retried = try await Self.run("retry", "2", "99", "-d", directory)
            #expect(retried.status == 1)
            #expect(
                retried.stdout.hasPrefix(
                    "job 2: queued for another attempt (1 of 2 used)\nrefused: there is no job 99"))
            let cancelled = try await Self.run("cancel", "2", "3", "-d", directory)
            #expect(cancelled.status == 0)
            #expect(cancelled.stdout == "job 2: cancelled\njob 3: cancelled\n")
            let jobs = try await Self.run("jobs", "-d", directory)
            #expect(jobs.stderr == "3 jobs: 1 FAILED, 2 CANCELLED\n")
        }
    }

    /// `| head` ends a long list silently, and a full disk is reported.
    @Test(.timeLimit(.minutes(20))) func aReaderMayGoAway() async throws {
        try await withTestDirectory { directory in
            let ledger = try SQLiteLedger.open(.file(path: "\(directory)/job_monitor.sqlite"), time: .system)
            let description = JobDescription(name: String(repeating: "n", count: 200), runfile: "x")
            let events = (0..<3000).map {
                Event(fact: .submitted(.key("i\($0)"), Submission(description: description, executor: "exec")))
            }
            _ = try await ledger.record(events)
            try await ledger.close()
            let line = "\"$0\" jobs -d \"$1\" | head -1 >/dev/null; echo ${PIPESTATUS[0]}"
            let cut = try await Running("/bin/bash", ["-c", line, Executable.path, directory], stdin: "").finished()
            #expect(cut.stdout == "0\n")
            #expect(cut.stderr == "")
            let full = try await Running(
                "/bin/bash", ["-c", "\"$0\" jobs --json -d \"$1\" >/dev/full", Executable.path, directory], stdin: ""
            ).finished()
            #expect(full.status == 1)
            #expect(full.stderr == "jobmon: the output could not be written: No space left on device\n")
        }
    }

    /// On a terminal, lines fit its width, statuses have colours, and names cannot control it.
    @Test(.timeLimit(.minutes(20))) func onATerminal() async throws {
        try await Self.withLedger { directory in
            let program = """
                import fcntl, os, pty, struct, sys, termios
                pid, fd = pty.fork()
                if pid == 0:
                    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 60, 0, 0))
                    os.environ['TERM'] = 'xterm'
                    os.execv(sys.argv[1], sys.argv[1:])
                while True:
                    try: data = os.read(fd, 65536)
                    except OSError: break
                    if not data: break
                    sys.stdout.buffer.write(data)
                """
            func lines(_ environment: [String: String]) async throws -> [String] {
                let run = try Running(
                    "/usr/bin/env", ["python3", "-c", program, Executable.path, "jobs", "-d", directory],
                    environment: environment, stdin: "")
                return try await run.finished().stdout.split(whereSeparator: \.isNewline).map { String($0) }
            }
            let plain = try await lines(["NO_COLOR": "1"])
            #expect(!plain.joined().contains("\u{1B}"))
            #expect(plain.dropLast().allSatisfy { DisplayWidth.of($0) <= 60 })
            #expect(plain.filter { $0.hasSuffix("exit code 1: KeyError: 'year'") }.count == 2, "\(plain)")
            let coloured = try await lines(["NO_COLOR": ""])
            #expect(coloured.joined().contains("\u{1B}[31mFAILED\u{1B}[0m"))
        }
    }

    @Test(.timeLimit(.minutes(20))) func aMonitorStartsIsReadAndStops() async throws {
        try await withTestDirectory { directory in
            let monitor = try Running(Executable.path, ["monitor", directory])
            do {
                try await waitUntil("ready") { monitor.stdout.contains("\n") || !monitor.isRunning }
                #expect(monitor.stdout.hasPrefix("ready http://127.0.0.1:"))
                let second = try await Self.run("monitor", directory)
                #expect(second.status == 4)
                #expect(second.stderr.contains("is served by process \(monitor.pid) on "))
                let jobs = try await Self.run("jobs", "--json", "-d", directory)
                #expect(jobs.status == 0 && jobs.stdout == "[]\n")
                let stop = try await Self.run("stop", "-d", directory)
                #expect(stop.status == 0)
                #expect(stop.stderr.hasPrefix("the monitor, process \(monitor.pid) on "))
                let finished = try await monitor.finished()
                #expect(finished.status == 0 && !finished.signalled)
                let again = try await Self.run("stop", "-d", directory)
                #expect(again.status == 3)
            } catch {
                try await monitor.killed()
                throw error
            }
        }
    }

    @Test(.timeLimit(.minutes(20)), arguments: [SIGTERM, SIGINT, SIGHUP]) func aSignalEndsTheMonitorInOrder(
        _ signal: Int32
    ) async throws {
        try await withTestDirectory { directory in
            let monitor = try Running(Executable.path, ["monitor", directory])
            do {
                try await waitUntil("ready") { monitor.stdout.contains("\n") || !monitor.isRunning }
                monitor.send(signal)
                let finished = try await monitor.finished()
                #expect(finished.status == 0 && !finished.signalled)
                #expect(!FileManager.default.fileExists(atPath: "\(directory)/monitor_info.json"))
            } catch {
                try await monitor.killed()
                throw error
            }
        }
    }
}
