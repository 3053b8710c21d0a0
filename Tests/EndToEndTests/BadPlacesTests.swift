import Foundation
import JobmonTestSupport
import Testing

/// Places where a monitor cannot run: one clear sentence with a hint, exit code 4, and existing files unchanged.
struct BadPlacesTests {
    private static let isRoot = geteuid() == 0

    private func refuses(
        _ directory: String, _ words: [String], _ arguments: [String] = [], location: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await Executable.run(["monitor", directory] + arguments)
        #expect(result.status == 4, "\(result.stderr)", sourceLocation: location)
        #expect(result.stdout == "", sourceLocation: location)
        for word in words {
            #expect(result.stderr.contains(word), "\(result.stderr)", sourceLocation: location)
        }
        #expect(!result.stderr.contains("Fatal"), "\(result.stderr)", sourceLocation: location)
    }

    /// The content of the ledger's files.
    private func contents(_ directory: String) throws -> [String: Data] {
        var all: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) where name.hasPrefix("job_monitor") {
            all[name] = FileManager.default.contents(atPath: "\(directory)/\(name)")
        }
        return all
    }

    @Test("a file that is not a ledger", .timeLimit(.minutes(20)))
    func notALedger() async throws {
        try await withTestDirectory { directory in
            try Data(repeating: 65, count: 10000).write(to: URL(fileURLWithPath: "\(directory)/job_monitor.sqlite"))
            let before = try contents(directory)
            try await refuses(directory, ["job_monitor.sqlite"])
            #expect(try contents(directory) == before)
        }
    }

    /// Whether the monitor belongs to the queue itself or is another process.
    @Test(
        "a queue whose directory is removed says so and ends, with its commands", .timeLimit(.minutes(20)),
        arguments: [true, false])
    func removedUnderTheQueue(_ isOwn: Bool) async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            if !isOwn { _ = try await MonitorProcess.start(mon) }
            let line = "echo $$ > \(directory)/pid; exec sleep 1000"
            let run = try Running(
                Executable.path,
                ["run", "-d", mon, "-j", "1", "--no-progress", "--unused-ok", "--each", "i=1..3"]
                    + ["--", "sh", "-c", line], stdin: "")
            let pid = try await waitFor("the command") {
                (try? String(contentsOfFile: "\(directory)/pid", encoding: .utf8)).flatMap {
                    Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
                }
            }
            try FileManager.default.removeItem(atPath: mon)
            try await waitUntil("the end of the queue", within: 60) { !run.isRunning }
            let ended = try await run.finished()
            #expect(ended.status == 4, "\(ended.stderr)")
            #expect(ended.stderr.contains("was removed"), "\(ended.stderr)")
            try await waitUntil("the end of its command") { kill(pid, 0) != 0 }
        }
    }

    @Test("a queue on a file that is not a ledger leaves no supervisor behind", .timeLimit(.minutes(20)))
    func queueOnNotALedger() async throws {
        try await withTestDirectory { directory in
            try Data(repeating: 65, count: 10000).write(to: URL(fileURLWithPath: "\(directory)/job_monitor.sqlite"))
            let before = try contents(directory)
            let result = try await Executable.run(["run", "-d", directory, "--", "true"])
            #expect(result.status == 4, "\(result.stderr)")
            #expect(result.stderr.contains("job_monitor.sqlite"), "\(result.stderr)")
            #expect(try contents(directory) == before)
            // It has started, and ends as soon as it notices that its queue is gone.
            let lock = open("\(directory)/run/supervisor.run.lock", O_RDONLY)
            #expect(lock >= 0)
            defer { close(lock) }
            try await waitUntil("the end of the supervisor") { flock(lock, LOCK_EX | LOCK_NB) == 0 }
        }
    }

    @Test(
        "a queue that cannot run leaves the running commands of an earlier one's supervisor alone",
        .enabled(if: SQLiteCommand.isThere), .timeLimit(.minutes(20)))
    func queueBesideAnEarlierSupervisor() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let line = "echo $$ > \(directory)/pid; exec sleep 1000"
            let queue = try Running(
                Executable.path, ["run", "-d", mon, "--no-progress", "--", "sh", "-c", line], stdin: "")
            let pid = try await waitFor("the command") {
                (try? String(contentsOfFile: "\(directory)/pid", encoding: .utf8)).flatMap {
                    Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
                }
            }
            try await queue.killed()
            defer { kill(pid, SIGKILL) }
            _ = try await Running(
                "/usr/bin/env",
                ["sqlite3", "\(mon)/job_monitor.sqlite", "insert into grdb_migrations values ('v99 of the future')"],
                stdin: ""
            ).finished()
            let refused = try await Executable.run(["run", "-d", mon, "--no-progress", "--", "true"])
            #expect(refused.status == 4 && refused.stderr.contains("newer"), "\(refused.stderr)")
            #expect(kill(pid, 0) == 0, "the command runs on")
        }
    }

    @Test("another program's database", .enabled(if: SQLiteCommand.isThere), .timeLimit(.minutes(20)))
    func anothersDatabase() async throws {
        try await withTestDirectory { directory in
            _ = try await Running(
                "/usr/bin/env",
                ["sqlite3", "\(directory)/job_monitor.sqlite", "create table mine (a); insert into mine values (1)"],
                stdin: ""
            ).finished()
            let before = try contents(directory)
            try await refuses(directory, ["job_monitor.sqlite"])
            #expect(try contents(directory) == before)
        }
    }

    @Test("an address of another host", .timeLimit(.minutes(20)))
    func wrongAddress() async throws {
        try await withTestDirectory { directory in
            // 203.0.113.0/24 is reserved for documentation: no host has such an address.
            try await refuses(
                directory, ["203.0.113.77", "this host has no such address", "--listen"], ["--listen", "203.0.113.77"])
            try await refuses(
                directory, ["no-such-host.invalid", "neither an address nor a host name"],
                ["--listen", "no-such-host.invalid"])
        }
    }

    @Test("a damaged ledger", .enabled(if: SQLiteCommand.isThere), .timeLimit(.minutes(20)))
    func damaged() async throws {
        try await withTestDirectory { directory in
            let file = "\(directory)/job_monitor.sqlite"
            let monitor = try await MonitorProcess.start(directory)
            monitor.send(SIGTERM)
            _ = try await monitor.finished()
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
            try handle.seek(toOffset: 4096)
            try handle.write(contentsOf: Data(repeating: 0xFF, count: 8192))
            try handle.close()
            let before = try contents(directory)
            try await refuses(directory, ["damaged"])
            #expect(try contents(directory) == before)
        }
    }

    @Test("a ledger of a newer version", .enabled(if: SQLiteCommand.isThere), .timeLimit(.minutes(20)))
    func newer() async throws {
        try await withTestDirectory { directory in
            let monitor = try await MonitorProcess.start(directory)
            monitor.send(SIGTERM)
            _ = try await monitor.finished()
            _ = try await Running(
                "/usr/bin/env",
                [
                    "sqlite3", "\(directory)/job_monitor.sqlite",
                    "insert into grdb_migrations values ('v99 of the future')",
                ],
                stdin: ""
            ).finished()
            let before = try contents(directory)
            try await refuses(directory, ["newer"])
            #expect(try contents(directory) == before)
        }
    }

    @Test("a port that is taken", .timeLimit(.minutes(20)))
    func portTaken() async throws {
        try await withTestDirectory { directory in
            let first = try await MonitorProcess.start("\(directory)/one")
            let url = try #require(first.stdout.split(separator: " ").last)
            let port = try #require(url.split(separator: ":").last).prefix { $0.isNumber }
            try await refuses("\(directory)/two", [String(port)], ["--port", String(port)])
            try await first.killed()
        }
    }

    @Test("a directory that cannot be created", .timeLimit(.minutes(20)))
    func notADirectory() async throws {
        try await withTestDirectory { directory in
            try Data().write(to: URL(fileURLWithPath: "\(directory)/file"))
            try await refuses("\(directory)/file/mon", ["\(directory)/file"])
            try await refuses("\(directory)/file", ["\(directory)/file"])
        }
    }

    @Test(
        "a directory on a read-only file system",
        .enabled(if: isRoot, "a file system is mounted for it, which only root may"),
        .timeLimit(.minutes(20)))
    func readOnly() async throws {
        try await withTestDirectory { directory in
            let script = """
                mount -t tmpfs -o size=1m tmpfs "$1" && mount -o remount,ro "$1" && "$0" monitor "$1/mon"
                """
            let result = try await Running(
                "/usr/bin/env", ["unshare", "-m", "sh", "-c", script, Executable.path, directory], stdin: ""
            ).finished()
            #expect(result.status == 4, "\(result.stderr)")
            #expect(result.stderr.lowercased().contains("read-only"), "\(result.stderr)")
        }
    }

    @Test(
        "a full disk at the start", .enabled(if: isRoot, "a file system is mounted for it, which only root may"),
        .timeLimit(.minutes(20)))
    func fullAtStart() async throws {
        try await withTestDirectory { directory in
            let script = """
                mount -t tmpfs -o size=64k tmpfs "$1" && mkdir "$1/mon" && cat /dev/zero >"$1/fill" 2>/dev/null
                "$0" monitor "$1/mon"
                """
            let result = try await Running(
                "/usr/bin/env", ["unshare", "-m", "sh", "-c", script, Executable.path, directory], stdin: ""
            ).finished()
            #expect(result.status == 4, "\(result.stderr)")
            #expect(result.stderr.contains("full") || result.stderr.contains("space"), "\(result.stderr)")
        }
    }
}
