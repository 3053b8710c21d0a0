import Foundation
import JobmonCore
import JobmonTestSupport
import Testing

/// `jobmon exec` as a process, without a monitor: what it spools, and its special behaviour.
@Suite(.timeLimit(.minutes(20))) struct ExecTests {
    /// The spooled events, in order.
    private func events(in directory: String) throws -> [Event] {
        let spool = DirectoryLayout(root: directory).spool
        return try FileManager.default.contentsOfDirectory(atPath: spool).filter { $0.hasSuffix(".json") }
            .map { try Event(JSON(parsing: Array(Data(contentsOf: URL(fileURLWithPath: "\(spool)/\($0)"))))) }
            .sorted { ($0.identity?.seq ?? 0) < ($1.identity?.seq ?? 0) }
    }

    private func outcome(in directory: String) throws -> Outcome {
        let found = try events(in: directory).compactMap { event -> Outcome? in
            if case .outcome(_, let outcome) = event.fact { outcome } else { nil }
        }
        return try #require(found.count == 1 ? found[0] : nil)
    }

    @Test func threeFactsAreSpooled() async throws {
        try await withTestDirectory { path in
            let run = try await Executable.run(
                [
                    "exec", "-d", "\(path)/mon", "--name", "fit", "--param", "year=1995", "--", "/bin/sh", "-c",
                    "echo out; echo oops >&2; exit 3",
                ], in: path)
            #expect(run.status == 3 && run.stdout == "out\n" && run.stderr == "oops\n")
            let events = try events(in: "\(path)/mon")
            #expect(events.map(\.fact.kind) == ["submitted", "running", "failed"])
            guard events.count == 3, case .submitted(.key(let key)?, let submission) = events[0].fact,
                case .running(let reference, let start) = events[1].fact
            else {
                Issue.record("not as expected: \(events)")
                return
            }
            #expect(reference == .key(key))
            #expect(submission.executor == "exec")
            #expect(submission.description?.name == "fit" && submission.description?.params == ["year": "1995"])
            #expect(submission.description?.runfile == "/bin/sh" && submission.description?.cwd == path)
            #expect((start.process?.pid ?? 0) > 0 && (start.process?.started ?? 0) > 0)
            #expect(start.host?.isEmpty == false)
            let outcome = try outcome(in: "\(path)/mon")
            #expect(outcome.evidence.exitCode == 3 && outcome.cause == .exit && outcome.stderr == "oops\n")
            #expect(outcome.usage.wallclock != nil && outcome.usage.cpu != nil && outcome.usage.maxrss != nil)
            #expect(Set(events.compactMap(\.identity?.sender)).count == 1)
        }
    }

    @Test("the peak of the memory of all processes is reported")
    func memoryOfAllProcesses() async throws {
        try await withTestDirectory { path in
            // For three seconds it has 60 MB that both share, and 60 of the child.
            let program = """
                import os, time
                def hold(size):
                    held = bytearray(size << 20)
                    held[::4096] = b"x" * len(held[::4096])
                    return held
                shared = hold(60)
                if os.fork() == 0:
                    own = hold(60)
                    time.sleep(3)
                    os._exit(0)
                os.wait()
                """
            let run = try await Executable.run(
                ["exec", "-d", "\(path)/mon", "--", "python3", "-I", "-S", "-c", program], in: path)
            #expect(run.status == 0, "\(run.stderr)")
            let usage = try outcome(in: "\(path)/mon").usage
            let peak = try #require(usage.memoryPeak, "\(usage)")
            // Where there was no time to count the pages, those that both share count twice, and it says so.
            let most: Int64 = peak.source == .rss && peak.bound == .atMost ? 230 : 170
            #expect(peak.bytes > 110 << 20 && peak.bytes < most << 20, "\(usage)")
        }
    }

    @Test func theEndOfStderrIsKeptFromAFileToo() async throws {
        try await withTestDirectory { path in
            let line =
                "echo before >\(path)/log; \(Executable.path) exec -d \(path)/mon -- sh -c 'echo in >&2; exit 1' "
                + "2>>\(path)/log; echo after >>\(path)/log"
            _ = try await Running("/bin/sh", ["-c", line], stdin: "").finished()
            #expect(try String(contentsOfFile: "\(path)/log", encoding: .utf8) == "before\nin\nafter\n")
            #expect(try outcome(in: "\(path)/mon").stderr == "in\n")
        }
    }

    @Test(
        "the end of stdout is kept where it is a file and stderr gives no reason",
        arguments: [
            ("echo 'Error: no grid'; exit 1", "Error: no grid\n"),
            ("echo 'Error: no grid'; echo 'WARNING: old' >&2; exit 1", "Error: no grid\n"),
            ("echo 'Error: no grid'; echo 'Error: no disk' >&2; exit 1", nil), ("echo 'Error: no grid'", nil),
            ("echo 'Error: no grid'; kill -15 \\$\\$", "Error: no grid\n"),
        ])
    func theEndOfStdoutIsKept(_ line: String, _ kept: String?) async throws {
        try await withTestDirectory { path in
            let line =
                "echo 'Error: of before' >\(path)/log; \(Executable.path) exec -d \(path)/mon -- sh -c \"\(line)\" "
                + "2>\(path)/err >>\(path)/log"
            _ = try await Running("/bin/sh", ["-c", line], stdin: "").finished()
            #expect(
                try String(contentsOfFile: "\(path)/log", encoding: .utf8) == "Error: of before\nError: no grid\n")
            #expect(try outcome(in: "\(path)/mon").stdout == kept)
        }
    }

    @Test("of a pipe nothing is read, and of one file for both streams nothing twice")
    func stdoutThatIsNoFileIsLeft() async throws {
        try await withTestDirectory { path in
            for (name, redirection) in [("pipe", "2>\(path)/err | cat"), ("both", ">\(path)/log 2>&1")] {
                let line =
                    "\(Executable.path) exec -d \(path)/\(name) -- sh -c 'echo step 1; exit 1' \(redirection)"
                let run = try await Running("/bin/sh", ["-c", line], stdin: "").finished()
                #expect(run.stdout == (name == "pipe" ? "step 1\n" : ""))
                let outcome = try outcome(in: "\(path)/\(name)")
                #expect(outcome.stdout == nil)
                #expect(outcome.stderr == (name == "pipe" ? "" : "step 1\n"))
            }
        }
    }

    @Test func aCommandThatIsNotThereIsNamed() async throws {
        try await withTestDirectory { path in
            let run = try await Executable.run(["exec", "-d", path, "--", "no-such-thing", "x"])
            #expect(run.status == 127)
            #expect(run.stderr == "jobmon exec: command not found: no-such-thing\n")
            let events = try events(in: path)
            #expect(events.map(\.fact.kind) == ["submitted", "failed"])
            #expect(try outcome(in: path).cause == .notStarted)
            #expect(try outcome(in: path).evidence.notStarted?.path == "no-such-thing")
        }
    }

    @Test func aTimeLimitReachesThoseWhoLeftTheirParents() async throws {
        try await withTestDirectory { path in
            let line =
                "trap '' TERM; (setsid sh -c 'trap \"\" TERM; echo $$ >\(path)/far; while :; do sleep 0.05; done' &) ; "
                + "while ! test -s \(path)/far; do sleep 0.01; done; while :; do sleep 0.05; done"
            let run = try await Executable.run(
                ["exec", "-d", "\(path)/mon", "--timeout", "1", "--", "/bin/sh", "-c", line])
            #expect(!run.signalled && run.status == 124)
            let outcome = try outcome(in: "\(path)/mon")
            #expect(outcome.evidence.signal == Int(SIGKILL) && outcome.evidence.timedOut && outcome.cause == .timeout)
            let text = try String(contentsOfFile: "\(path)/far", encoding: .utf8)
            let far = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            try await waitUntil("the far one is gone") { kill(far, 0) != 0 }
        }
    }

    @Test func withoutALimitNothingIsKilled() async throws {
        try await withTestDirectory { path in
            // The grandchild holds nothing that the test waits for.
            let code =
                "import os, time; pid = os.fork(); "
                + "(os.closerange(0, 4096), time.sleep(300)) if pid == 0 else print(pid)"
            let run = try await Executable.run(
                ["exec", "-d", "\(path)/mon", "--", "python3", "-I", "-S", "-c", code])
            let pid = try #require(Int32(run.stdout.trimmingCharacters(in: .whitespacesAndNewlines)))
            #expect(kill(pid, 0) == 0)
            kill(pid, SIGKILL)
        }
    }

    @Test func aFencedInstanceDoesNotStart() async throws {
        try await withTestDirectory { path in
            let layout = DirectoryLayout(root: path)
            try FileManager.default.createDirectory(atPath: layout.fences, withIntermediateDirectories: true)
            _ = FileManager.default.createFile(atPath: layout.fence("key-1"), contents: nil)
            let fenced = try await Executable.run(
                ["exec", "-d", path, "--instance", "key-1", "--", "touch", "\(path)/mark"])
            #expect(fenced.status == 75 && fenced.stderr.contains("was started before, or given up"))
            #expect(!FileManager.default.fileExists(atPath: "\(path)/mark"))
            let free = try await Executable.run(["exec", "-d", path, "--instance", "key-2", "--", "true"])
            #expect(free.status == 0)
            let events = try events(in: path)
            #expect(events.map(\.fact.kind) == ["running", "complete"])
            if case .running(let reference, _) = events[0].fact { #expect(reference == .key("key-2")) }
        }
    }

    @Test func aNestedOneIsAJobOfItsOwn() async throws {
        try await withTestDirectory { path in
            let line =
                "echo $JOBMON_INSTANCE; echo ${JOBMON_JID-none}; \(Executable.path) exec -- sh -c 'echo $JOBMON_INSTANCE; echo $JOBMON_DIR'"
            let run = try await Executable.run(
                ["exec", "-d", "mon", "--", "/bin/sh", "-c", line], in: path, environment: ["JOBMON_JID": "7"])
            let lines = run.stdout.split(separator: "\n")
            #expect(lines.count == 4 && lines[0] != lines[2])
            #expect(lines[1] == "none")
            #expect(lines[3] == "\(path)/mon")
            #expect(try events(in: "\(path)/mon").count == 6)
        }
    }

    @Test func directoriesThatNobodyNamedAreNotMade() async throws {
        try await withTestDirectory { path in
            let nowhere = try await Executable.run(["exec", "--", "true"], in: path)
            #expect(nowhere.status == 0)
            #expect(nowhere.stderr.split(separator: "\n").count == 1)
            let gone = try await Executable.run(
                ["exec", "--", "true"], in: path, environment: ["JOBMON_DIR": "\(path)/gone"])
            #expect(gone.status == 0 && gone.stderr.contains("\(path)/gone"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
            let file = try await Executable.run(["exec", "-d", "/dev/null/x", "--", "echo", "ran"], in: path)
            #expect(file.status == 0 && file.stdout == "ran\n" && file.stderr.contains("/dev/null/x"))
        }
    }

    @Test func wrongArgumentsAreRefused() async throws {
        let wrong = try await Executable.run(["exec", "--bogus", "--", "true"])
        #expect(wrong.status == 2 && wrong.stderr.contains("--bogus"))
        let help = try await Executable.run(["exec", "--help"])
        #expect(help.status == 0 && help.stdout.contains("\nUsage: jobmon exec "))
    }
}
