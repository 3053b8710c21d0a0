import Foundation
import JobmonTestSupport
import Testing

/// `watch` on the whole terminal: the real executable in a window of a real tmux, over real jobs.
@Suite(.timeLimit(.minutes(20)), .enabled(if: Tmux.program != nil, "tmux is not installed"))
struct WatchScreenTests {
    /// A run with three failures of two causes, two jobs that have ended well, and one that runs until `go` exists.
    private func withRun(
        _ body: (_ directory: String, _ mon: String, _ run: Running) async throws -> Void
    ) async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let monitor = try await MonitorProcess.start(mon)
            let jobs = """
                echo 'ValueError: bad year' >&2; exit 3
                echo 'ValueError: bad year' >&2; exit 3
                echo 'Error: no licence' >&2; exit 4
                true
                true
                echo begun; while [ ! -e '\(directory)/go' ]; do sleep 0.05; done; echo gone on
                """
            try Data("\(jobs)\n".utf8).write(to: URL(fileURLWithPath: "\(directory)/jobs.txt"))
            let run = try Running(
                Executable.path, ["run", "-d", mon, "-f", "\(directory)/jobs.txt", "-j", "4"], stdin: "")
            try await waitUntil("five jobs are over") {
                try await count(mon, "status IN (3, 4)") == 5
            }
            try await body(directory, mon, run)
            _ = FileManager.default.createFile(atPath: "\(directory)/go", contents: nil)
            _ = try await run.finished()
            try await monitor.killed()
        }
    }

    private func sql(_ mon: String, _ statement: String) async throws -> String {
        let asked = try await Executable.run(["query", "-d", mon, "--csv", statement])
        #expect(asked.status == 0, "\(asked.stderr)")
        return asked.stdout
    }

    private func count(_ mon: String, _ condition: String) async throws -> Int {
        let text = try await sql(mon, "SELECT count(*) FROM job WHERE \(condition)")
        return text.split(separator: "\n").last.flatMap { Int($0.filter(\.isNumber)) } ?? -1
    }

    @Test("each key does what the last line says, and the numbers are those of the ledger")
    func keys() async throws {
        try await withRun { directory, mon, run in
            let window = try await Tmux.start(
                [Executable.path, "watch", "-d", mon], in: directory, columns: 100, rows: 30)
            let first = try await window.wait("all lists are there") {
                $0.contains("5 of 6 jobs over") && $0.contains("bad year") && $0.contains("running 1")
                    && $0.contains("recent ends 5")
            }
            #expect(first.contains("2 complete  1 running  3 failed  0 waiting"), "\(first)")
            #expect(first.contains("groups of errors 2") && first.contains("no licence"), "\(first)")

            // A group: its jobs; one of them: why it failed.
            try await window.press("1", "Home", "Enter")
            let group = try await window.wait("the jobs of the group") {
                $0.contains("filter  E") && $0.contains("2 of 6 jobs") && $0.contains("[4] jobs 2")
            }
            #expect(group.contains("0 complete  0 running  2 failed  0 waiting"), "\(group)")
            try await window.press("Enter")
            try await window.wait("the job") { $0.contains("FAILED  attempt 1 of 1") && $0.contains("why") }
            try await window.press("o")
            try await window.wait("its stderr") { $0.contains("stderr of job") && $0.contains("ValueError: bad year") }
            try await window.press("Escape", "Escape", "Escape")
            try await window.wait("all jobs again") { $0.contains("recent ends 5") && !$0.contains("filter  E") }

            // The running job: its output grows on the screen.
            try await window.press("2", "o")
            try await window.wait("what it has written") { $0.contains("stdout of job 6") && $0.contains("begun") }
            try await window.press("Escape")

            // A filter, an unusable one, and a sort.
            try await window.press("/")
            try await window.type("status=nonsense")
            try await window.press("Enter")
            try await window.wait(for: "there is no status \"nonsense\"")
            try await window.press("Escape", "/")
            try await window.type("failed")
            try await window.press("Enter")
            try await window.wait("the failed jobs") { $0.contains("filter  failed") && $0.contains("[4] jobs 3") }
            try await window.press("s", "t")
            try await window.wait("the groups, and the jobs by time") {
                $0.contains("by time, falling") && $0.contains("groups of errors 2")
            }

            // Retry and cancel say a number first.
            try await window.press("1", "Home", "r")
            try await window.wait(for: "Retry 2 jobs of E")
            try await window.press("n")
            #expect(try await count(mon, "status = 3") == 3)
            try await window.press("r")
            try await window.wait(for: "Retry 2 jobs of E")
            try await window.press("y")
            try await window.wait(for: "2 jobs are queued again")
            try await waitUntil("they have failed again") {
                try await sql(mon, "SELECT count(*) AS n FROM job_instance").contains("8")
            }
            try await window.press("m")
            try await window.wait(for: "is muted")
            try await waitUntil("the ledger has it") {
                try await sql(mon, "SELECT count(*) AS n FROM error_group WHERE muted IS NOT NULL").contains("1")
            }
            try await window.press("Escape", "2")
            // With the filter it was there too; without it, it is read again before a key can be about it.
            try await window.wait("the running job, of all") {
                $0.contains("running 1") && $0.contains("  6  echo") && !$0.contains("filter  failed")
            }
            try await window.press("c")
            try await window.wait(for: "Cancel job 6 (echo)?")
            try await window.press("y")
            try await window.wait(for: "1 job is cancelled")
            try await waitUntil("it is cancelled") { try await count(mon, "status = 6") == 1 }

            // Somebody uses it: it stays after the last job.
            _ = try await run.finished()
            try await window.wait(for: "6 of 6 jobs over")
            try await window.press("q")
            try await window.wait(for: "exit 1")
        }
    }

    @Test("it is right after each change of the window's size", arguments: [(60, 15), (200, 60), (40, 10), (80, 24)])
    func sizes(columns: Int, rows: Int) async throws {
        try await withRun { directory, mon, _ in
            let window = try await Tmux.start(
                [Executable.path, "watch", "-d", mon], in: directory, columns: 100, rows: 30)
            try await window.wait(for: "bad year")
            try await window.resize(columns: columns, rows: rows)
            func isRight(_ screen: String) -> Bool {
                let lines = screen.split(separator: "\n", omittingEmptySubsequences: false).dropLast(1)
                return lines.count == rows && lines.allSatisfy { $0.count <= columns }
                    && lines.first?.hasPrefix("jobmon watch") == true && lines.last?.contains("Enter open") == true
                    && screen.contains("5 of 6 jobs over") && screen.contains("E1") && screen.contains("no licence")
                    && (rows < 24) == !screen.contains("recent ends 5")
            }
            try await window.wait("the picture fits", isRight)
            try await window.resize(columns: 100, rows: 30)
            try await window.wait("all lists are there again") {
                $0.contains("recent ends 5") && $0.contains("no licence")
            }
            try await window.resize(columns: columns, rows: rows)
            try await window.wait("the picture fits again", isRight)
            try await window.press("q")
            try await window.wait(for: "exit 130")
        }
    }

    @Test("without a key it ends with the jobs, and its last picture stays on the terminal")
    func endsByItself() async throws {
        try await withRun { directory, mon, _ in
            let window = try await Tmux.start(
                [Executable.path, "watch", "-d", mon], in: directory, columns: 90, rows: 28)
            try await window.wait(for: "recent ends 5")
            _ = FileManager.default.createFile(atPath: "\(directory)/go", contents: nil)
            let last = try await window.wait(for: "exit 1")
            #expect(last.contains("6/6 done (3 failed)") && last.contains("bad year"), "\(last)")
        }
    }

    @Test("a dumb terminal gets plain lines, --inline a small picture")
    func otherTerminals() async throws {
        try await withRun { directory, mon, _ in
            let dumb = try await Tmux.start(
                [Executable.path, "watch", "-d", mon], in: directory, columns: 90, rows: 28,
                environment: ["TERM": "dumb"])
            let lines = try await dumb.wait("lines") { $0.contains("bad year") && $0.contains("5/6 done") }
            #expect(lines.contains("error E1: ") && !lines.contains("Enter open"), "\(lines)")
            try await dumb.press("C-c")
            try await dumb.wait(for: "exit 130")

            try FileManager.default.createDirectory(atPath: "\(directory)/b", withIntermediateDirectories: false)
            let small = try await Tmux.start(
                [Executable.path, "watch", "-d", mon, "--inline"], in: "\(directory)/b", columns: 90, rows: 28)
            try await small.wait("a small picture") { $0.hasPrefix("5/6 done") && $0.contains("bad year") }
            try await small.press("C-c")
            try await small.wait(for: "exit 130")
        }
    }

    @Test("a monitor that goes away and comes back: the screen says so, and continues")
    func monitorAway() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let first = try await MonitorProcess.start(mon)
            let job = try Running(
                Executable.path,
                [
                    "exec", "-d", mon, "--name", "long", "--", "sh", "-c",
                    "while [ ! -e '\(directory)/go' ]; do sleep 0.05; done",
                ])
            try await waitUntil("it runs") { try await count(mon, "status = 2") == 1 }
            let window = try await Tmux.start([Executable.path, "watch", "-d", mon], in: directory)
            try await window.wait(for: "1 running")
            try await first.killed()
            try await window.wait("it says so") {
                $0.contains("monitor") && ($0.contains("went away") || $0.contains("does not answer"))
            }
            let second = try await MonitorProcess.start(mon)
            try await window.wait("it goes on") {
                $0.contains("1 running") && !$0.contains("went away") && !$0.contains("does not answer")
            }
            _ = FileManager.default.createFile(atPath: "\(directory)/go", contents: nil)
            #expect(try await job.finished().status == 0)
            try await window.wait(for: "exit 0")
            try await second.killed()
        }
    }

    @Test("hostile names and errors are text")
    func hostileTexts() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let monitor = try await MonitorProcess.start(mon)
            let name = "\u{1B}]0;owned\u{07}\u{1B}[2Jn\u{202E}eman"
            let failed = try await Executable.run([
                "exec", "-d", mon, "--name", name, "--param", "p=\u{1B}[31mred\u{1B}[0m\u{08}\u{08}", "--", "sh", "-c",
                "printf 'Error: \\033[2J\\033[H\\007bell \\342\\200\\256txet\\n' >&2; exit 3",
            ])
            #expect(failed.status == 3)
            let job = try Running(
                Executable.path,
                ["exec", "-d", mon, "--", "sh", "-c", "while [ ! -e '\(directory)/go' ]; do sleep 0.05; done"])
            let window = try await Tmux.start(
                [Executable.path, "watch", "-d", mon], in: directory, columns: 120, rows: 40)
            let screen = try await window.wait("both are there") {
                $0.contains("running 1") && $0.contains("recent ends 1") && $0.contains("\\x07bell")
            }
            #expect(screen.hasPrefix("jobmon watch") && screen.contains("\\e]0;owned\\x07"), "\(screen)")
            #expect(!screen.unicodeScalars.contains("\u{202E}"))
            try await window.press("q")
            try await window.wait(for: "exit 130")
            _ = FileManager.default.createFile(atPath: "\(directory)/go", contents: nil)
            _ = try await job.finished()
            try await monitor.killed()
        }
    }
}
