import Foundation
import JobmonTestSupport
import Testing

/// `jobmon watch` where many jobs fail of few causes: it shows groups of errors, not single failures.
@Suite(.timeLimit(.minutes(20)))
struct WatchGroupTests {
    /// Runs a command on a terminal of 60 columns and 12 lines; prints what the terminal gets, with its exit code.
    private static let terminalProgram = """
        import fcntl, os, pty, struct, sys, termios
        pid, terminal = pty.fork()
        if pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 60, 0, 0))
            os.execv(sys.argv[1], sys.argv[1:])
        while True:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            os.write(1, data)
        sys.exit(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
        """

    /// Runs 60 jobs in queue `many`, which fail in twelve ways, and one in queue `one`.
    private func fail(in mon: String) async throws {
        let many = try await Executable.run([
            "run", "-d", mon, "--queue", "many", "--each", "i=1..60", "--",
            "sh", "-c", "exit $(($1 % 12 + 1))", "sh", "{i}",
        ])
        #expect(many.status == 1, "\(many.stderr)")
        let one = try await Executable.run([
            "run", "-d", mon, "--queue", "one", "--", "sh", "-c", "echo 'Error: no licence' >&2; exit 1",
        ])
        #expect(one.status == 1, "\(one.stderr)")
    }

    private func lines(_ text: String, _ start: String = "error ") -> [String] {
        text.split(separator: "\n").map { String($0) }.filter { $0.hasPrefix(start) }
    }

    @Test("into a file: a line per group with its counts, of the queue that is watched, without muted ones")
    func plain() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            try await fail(in: mon)
            let all = try await Executable.run(["watch", "-d", mon])
            #expect(all.status == 1 && lines(all.stdout).count == 13, "\(all)")
            #expect(all.stdout.hasSuffix("61/61 done (61 failed), 0 running, 0 queued\n"), "\(all.stdout)")
            #expect(lines(all.stdout).filter { $0.contains(": 5 jobs (such as job ") }.count == 12, "\(all.stdout)")

            let one = try await Executable.run(["watch", "-d", mon, "--queue", "one"])
            #expect(lines(one.stdout).count == 1 && one.stdout.contains(": 1 job (job 61): "), "\(one.stdout)")
            #expect(one.stdout.contains("Error: no licence\none: 1/1 done (1 failed)"), "\(one.stdout)")

            guard SQLiteCommand.isThere else { return }
            let muting = try await Running(
                "/usr/bin/env",
                [
                    "sqlite3", "\(mon)/job_monitor.sqlite",
                    "UPDATE error_group SET muted = '2026-01-31T09:30:00.000Z' WHERE id IN (1, 2)",
                ],
                stdin: ""
            ).finished()
            #expect(muting.status == 0, "\(muting.stderr)")
            let many = try await Executable.run(["watch", "-d", mon, "--queue", "many"])
            #expect(lines(many.stdout).count == 10 && lines(many.stdout, "error E1:").isEmpty, "\(many.stdout)")
            #expect(
                many.stdout.contains("\n2 muted groups of 10 errors: jobmon errors -d \(mon) --queue many\n"),
                "\(many.stdout)")
        }
    }

    @Test("on a terminal: those of most jobs that fit, and how many there are besides")
    func onATerminal() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            try await fail(in: mon)
            let watched = try await Running(
                "/usr/bin/env", ["python3", "-c", Self.terminalProgram, Executable.path, "watch", "-d", mon],
                environment: ["NO_COLOR": "1", "TERM": "xterm"], stdin: ""
            ).finished()
            #expect(watched.status == 1, "\(watched)")
            // The last picture that was drawn.
            let picture = try #require(watched.stdout.components(separatedBy: "\u{1B}[J").last)
            let text = String(decoding: picture.utf8.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
            let lines = text.split(separator: "\n").map { String($0) }
            #expect(lines.count == 11 && lines.allSatisfy { $0.count <= 60 }, "\(lines)")
            #expect(lines.first?.hasPrefix("61/61 done (61 failed)") == true, "\(lines)")
            try #require(lines.count == 11)
            #expect(lines[2].hasPrefix("GROUP  JOBS  "), "\(lines)")
            #expect(lines[3...8].allSatisfy { $0.hasPrefix("E") && $0.contains("   5  ") }, "\(lines)")
            // The newest cause has one job, and is shown all the same.
            #expect(lines[9].contains("newest: job 61: Error: no licence"), "\(lines)")
            #expect(lines[10].hasPrefix("     and 6 more groups"), "\(lines)")
        }
    }

    @Test("while jobs run: a group when it appears, and its counts as they grow")
    func growing() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let monitor = try await MonitorProcess.start(mon)
            func waiting(_ name: String) -> String { "while [ ! -e '\(directory)/\(name)' ]; do sleep 0.05; done" }
            let failing = "echo 'Error: no licence' >&2; exit 3"
            try Data("\(failing)\n\(waiting("first")); \(failing)\n\(waiting("second"))\n".utf8)
                .write(to: URL(fileURLWithPath: "\(directory)/jobs.txt"))
            let run = try Running(
                Executable.path, ["run", "-d", mon, "-f", "\(directory)/jobs.txt", "-j", "3"], stdin: "")
            let watch = try Running(Executable.path, ["watch", "-d", mon, "--queue", "jobs"])
            try await waitUntil("the first error is named") {
                lines(watch.stdout, "error E1: 1 job (job ").count == 1
            }
            _ = FileManager.default.createFile(atPath: "\(directory)/first", contents: nil)
            try await waitUntil("the second one is counted") {
                lines(watch.stdout, "error E1: 2 jobs (such as job ").count == 1
            }
            _ = FileManager.default.createFile(atPath: "\(directory)/second", contents: nil)
            let watched = try await watch.finished()
            #expect(watched.status == 1 && lines(watched.stdout).count == 2, "\(watched.stdout)")
            #expect(watched.stdout.hasSuffix("jobs: 3/3 done (2 failed), 0 running, 0 queued\n"), "\(watched.stdout)")
            #expect(try await run.finished().status == 1)
            try await monitor.killed()
        }
    }
}
