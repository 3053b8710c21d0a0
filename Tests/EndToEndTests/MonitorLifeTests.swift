import Foundation
import JobmonTestSupport
import Testing

/// Which process is the monitor of a directory, and how it starts and ends.
struct MonitorLifeTests {
    private func info(_ directory: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/monitor_info.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("a second monitor is refused with the first one's pid", .timeLimit(.minutes(20)))
    func secondIsRefused() async throws {
        try await withTestDirectory { directory in
            let first = try await MonitorProcess.start("\(directory)/mon")
            let second = try await Executable.run(["monitor", "\(directory)/mon"])
            #expect(second.status == 4)
            #expect(second.stderr.contains("\(first.pid)"), "\(second.stderr)")
            #expect(second.stdout == "")
            #expect(first.isRunning)
            try await first.killed()
        }
    }

    @Test(
        "a queue knows what an earlier one left in the spool, though the monitor has not taken it in",
        .timeLimit(.minutes(20)))
    func spoolOfAnEarlierQueue() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            // It takes the spool in every few seconds.
            let monitor = try await MonitorProcess.start(mon)
            let first = ["run", "-d", mon, "--no-progress", "--", "sh", "-c", "test {attempt} = 2"]
            #expect(try await Executable.run(first).status == 1)
            #expect(try await Executable.run(["retry", "-d", mon, "1"]).status == 0)
            let fact = """
                {"sender":"s1","seq":0,"time":"2026-11-30T13:50:42.740Z","kind":"submitted","instance_key":"k1","jid":1,\
                "executor":"local"}
                """
            try fact.write(toFile: "\(mon)/spool/s1.0.json", atomically: true, encoding: .utf8)
            let ran = try await Executable.run(["run", "-d", mon, "--queue", "run", "--no-progress"])
            #expect(ran.status == 0, "\(ran.stderr)")
            let sql = "select instance_key as k, status as s from job_instance order by job_instance_id"
            let rows = try await Executable.run(["query", "-d", mon, "--json", sql])
            let instances = try #require(
                try JSONSerialization.jsonObject(with: Data(rows.stdout.utf8)) as? [[String: Any]])
            #expect(instances.count == 2 && instances.last?["k"] as? String == "k1", "\(rows.stdout)")
            #expect(instances.last?["s"] as? Int == 4)
            try await monitor.killed()
        }
    }

    @Test("with --end-with the monitor ends in order when that process is over", .timeLimit(.minutes(20)))
    func endsWithItsProgram() async throws {
        try await withTestDirectory { directory in
            let program = try Running("/bin/sleep", ["1000"])
            let monitor = try await MonitorProcess.start("\(directory)/mon", ["--end-with", "\(program.pid)"])
            #expect(try await Executable.run(["exec", "-d", "\(directory)/mon", "--", "true"]).status == 0)
            program.send(SIGKILL)
            #expect(try await monitor.finished().status == 0)
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/mon/monitor_info.json"))
            let late = try await Executable.run(["monitor", "\(directory)/mon", "--end-with", "\(program.pid)"])
            #expect(late.status == 2)
            #expect(late.stderr.contains("no process \(program.pid)"), "\(late.stderr)")
        }
    }

    @Test("a monitor whose directory was removed ends, and leaves the next one's spool alone", .timeLimit(.minutes(20)))
    func directoryIsRemoved() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let first = try await MonitorProcess.start(mon)
            try FileManager.default.removeItem(atPath: mon)
            // There is no monitor: the fact is in the spool.
            #expect(try await Executable.run(["exec", "-d", mon, "--name", "kept", "--", "true"]).status == 0)
            let ended = try await first.finished()
            #expect(ended.status == 4)
            #expect(ended.stderr.contains("was removed"), "\(ended.stderr)")
            let second = try await MonitorProcess.start(mon)
            let jobs = try await Executable.run(["jobs", "-d", mon])
            #expect(jobs.stdout.contains("COMPLETE  kept"), "\(jobs.stdout)")
            try await second.killed()
        }
    }

    @Test(
        "a stale monitor_info.json is replaced with a message", .timeLimit(.minutes(20)),
        arguments: ["pid", "host", "boot"])
    func staleInfoIsReplaced(kind: String) async throws {
        try await withTestDirectory { directory in
            let first = try await MonitorProcess.start("\(directory)/mon")
            try await first.killed()
            var stale = try info("\(directory)/mon")
            let secret = try #require(stale["secret"] as? String)
            if kind == "host" { stale["host"] = "another-host" }
            if kind == "boot" { stale["host_boot_id"] = "00000000-0000-0000-0000-000000000000" }
            try JSONSerialization.data(withJSONObject: stale).write(
                to: URL(fileURLWithPath: "\(directory)/mon/monitor_info.json"))
            let second = try await MonitorProcess.start("\(directory)/mon")
            #expect(second.stderr.contains("monitor_info.json"), "\(second.stderr)")
            let fresh = try info("\(directory)/mon")
            #expect(fresh["pid"] as? Int == Int(second.pid))
            #expect(fresh["secret"] as? String != secret)
            try await second.killed()
        }
    }

    @Test("a monitor on another host that answers counts, even if locks do not reach it", .timeLimit(.minutes(20)))
    func anotherHostsMonitorCounts() async throws {
        try await withTestDirectory { directory in
            let elsewhere = try await MonitorProcess.start("\(directory)/mon")
            var told = try info("\(directory)/mon")
            told["host"] = "another-host"
            // The same directory, as seen by a host that the lock does not reach.
            let seen = "\(directory)/seen"
            try FileManager.default.createDirectory(atPath: seen, withIntermediateDirectories: true)
            let file = URL(fileURLWithPath: "\(seen)/monitor_info.json")
            try JSONSerialization.data(withJSONObject: told).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            let refused = try await Executable.run(["monitor", seen])
            #expect(refused.status == 4)
            #expect(
                refused.stderr.contains("is served by process \(elsewhere.pid) on another-host"), "\(refused.stderr)")
            try await elsewhere.killed()
        }
    }

    @Test("TERM and INT end it cleanly", .timeLimit(.minutes(20)), arguments: [SIGTERM, SIGINT])
    func signalsEndItCleanly(signal: Int32) async throws {
        try await withTestDirectory { directory in
            let monitor = try await MonitorProcess.start("\(directory)/mon")
            monitor.send(signal)
            let result = try await monitor.finished()
            #expect(!result.signalled && result.status == 0, "\(result.stderr)")
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/mon/monitor_info.json"))
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/mon/job_monitor.sqlite-wal"))
        }
    }

    @Test("stop ends it, and says if there is none", .timeLimit(.minutes(20)))
    func stop() async throws {
        try await withTestDirectory { directory in
            let monitor = try await MonitorProcess.start("\(directory)/mon")
            let stopped = try await Executable.run(["stop", "-d", "\(directory)/mon"])
            #expect(stopped.status == 0, "\(stopped.stderr)")
            #expect(try await monitor.finished().status == 0)
            let again = try await Executable.run(["stop", "-d", "\(directory)/mon"])
            #expect(again.status == 3)
        }
    }

    @Test("the directory and its secrets are private to the owner, whatever the umask", .timeLimit(.minutes(20)))
    func modes() async throws {
        try await withTestDirectory { directory in
            let script = "umask 000; exec \"$0\" monitor \"$1\""
            let monitor = try Running("/bin/sh", ["-c", script, Executable.path, "\(directory)/mon"])
            try await waitUntil("ready") { monitor.stdout.contains("ready ") }
            func mode(_ path: String) throws -> Int {
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                return try #require(attributes[.posixPermissions] as? Int) & 0o777
            }
            #expect(try mode("\(directory)/mon") == 0o700)
            #expect(try mode("\(directory)/mon/monitor_info.json") == 0o600)
            try await monitor.killed()
        }
    }

    @Test("an in-memory monitor leaves no ledger behind", .timeLimit(.minutes(20)))
    func inMemory() async throws {
        try await withTestDirectory { directory in
            let monitor = try await MonitorProcess.start("\(directory)/mon", ["--in-memory"])
            let job = try await Executable.run(["exec", "-d", "\(directory)/mon", "--name", "a", "--", "true"])
            #expect(job.status == 0)
            try await waitUntil("the job is seen") {
                try await Executable.run(["jobs", "-d", "\(directory)/mon", "--status", "complete", "--json"])
                    .stdout.contains("\"a\"")
            }
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/mon/job_monitor.sqlite"))
            try await monitor.killed()
        }
    }

    @Test(
        "the ledger can be read by sqlite3 while the monitor runs", .enabled(if: SQLiteCommand.isThere),
        .timeLimit(.minutes(20)))
    func sqliteReadsAlong() async throws {
        try await withTestDirectory { directory in
            let monitor = try await MonitorProcess.start("\(directory)/mon")
            _ = try await Executable.run([
                "exec", "-d", "\(directory)/mon", "--", "sh", "-c", "echo broken >&2; exit 3",
            ])
            let rows = try await waitFor("the error's row") {
                let rows = try await SQLiteCommand.rows(
                    "\(directory)/mon/job_monitor.sqlite", "select description from error")
                return rows.isEmpty ? nil : rows
            }
            #expect(rows == [["broken"]])
            try await monitor.killed()
        }
    }
}
