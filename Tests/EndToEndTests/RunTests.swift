import Foundation
import JobmonTestSupport
import Testing

/// `jobmon run` as a user types it.
struct RunTests {
    private func labels(_ directory: String) async throws -> [String: Int] {
        let rows = try await SQLiteCommand.rows(
            "\(directory)/job_monitor.sqlite",
            "select s.label, count(*) from job j join status s on s.id = j.status group by 1")
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], Int($0[1]) ?? -1) })
    }

    @Test(
        "each value of each list is a job; the same command again runs nothing", .enabled(if: SQLiteCommand.isThere),
        .timeLimit(.minutes(20)))
    func eachAndAgain() async throws {
        try await withTestDirectory { directory in
            let arguments = [
                "run", "-d", "\(directory)/mon", "--each", "year=1990..1992", "--each", "loc=a,b", "-j", "2", "--",
                "sh", "-c",
                "echo $0 $1 >> \(directory)/marks", "{year}", "{loc}",
            ]
            let first = try await Executable.run(arguments)
            #expect(first.status == 0, "\(first.stderr)")
            let again = try await Executable.run(arguments)
            #expect(again.status == 0, "\(again.stderr)")
            let marks = try String(contentsOfFile: "\(directory)/marks", encoding: .utf8).split(separator: "\n")
                .sorted()
            #expect(marks == ["1990 a", "1990 b", "1991 a", "1991 b", "1992 a", "1992 b"])
            #expect(try await labels("\(directory)/mon") == ["COMPLETE": 6])
        }
    }

    @Test(
        "a failed job is tried again up to --retries times, and run exits 1", .enabled(if: SQLiteCommand.isThere),
        .timeLimit(.minutes(20)))
    func retries() async throws {
        try await withTestDirectory { directory in
            let command = "echo x >> \(directory)/tries; test $(wc -l < \(directory)/tries) -ge 3"
            let twice = try await Executable.run([
                "run", "-d", "\(directory)/mon", "--retries", "1", "--", "sh", "-c", command,
            ])
            #expect(twice.status == 1, "\(twice.stderr)")
            let more = try await Executable.run([
                "run", "-d", "\(directory)/mon", "--retries", "2", "--", "sh", "-c", command,
            ])
            #expect(more.status == 0, "\(more.stderr)")
            #expect(try String(contentsOfFile: "\(directory)/tries", encoding: .utf8).split(separator: "\n").count == 3)
            #expect(try await labels("\(directory)/mon") == ["COMPLETE": 1])
        }
    }

    @Test("an invalid line in a job file: file and line are named, and nothing is queued", .timeLimit(.minutes(20)))
    func badLine() async throws {
        try await withTestDirectory { directory in
            try """
            {"command": ["true"]}
            {"command": 7}
            """.write(toFile: "\(directory)/jobs.jsonl", atomically: true, encoding: .utf8)
            let result = try await Executable.run(["run", "-d", "\(directory)/mon", "-f", "\(directory)/jobs.jsonl"])
            #expect(result.status == 2)
            #expect(result.stderr.contains("jobs.jsonl, line 2"), "\(result.stderr)")
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/mon/job_monitor.sqlite"))
        }
    }

    @Test(
        "a signal stops in order, gives the attempts back, and the same command continues",
        .enabled(if: SQLiteCommand.isThere), .timeLimit(.minutes(20)), arguments: [SIGINT, SIGTERM, SIGHUP])
    func stopAndGoOn(signal: Int32) async throws {
        try await withTestDirectory { directory in
            let ledger = "\(directory)/mon/job_monitor.sqlite"
            try (0..<6).map { "test -e \(directory)/go || exec sleep 60; echo \($0) >> \(directory)/marks" }
                .joined(separator: "\n").write(toFile: "\(directory)/jobs.txt", atomically: true, encoding: .utf8)
            let arguments = ["run", "-d", "\(directory)/mon", "-f", "\(directory)/jobs.txt", "-j", "2"]
            let first = try Running(Executable.path, arguments, stdin: "")
            try await waitUntil("two jobs run") {
                guard FileManager.default.fileExists(atPath: ledger) else { return false }
                let running = try? await SQLiteCommand.number(ledger, "select count(*) from job where status = 2")
                return running == 2
            }
            let start = Date()
            first.send(signal)
            let stopped = try await first.finished()
            #expect(stopped.status == 130, "\(stopped.stderr)")
            #expect(Date().timeIntervalSince(start) < 12)
            #expect(try await labels("\(directory)/mon") == ["QUEUED": 6])
            let ended = "select count(*) from job_instance where status = 6 and started_date is not null"
            #expect(try await SQLiteCommand.number(ledger, ended) == 2)

            try Data().write(to: URL(fileURLWithPath: "\(directory)/go"))
            let second = try await Executable.run(arguments)
            #expect(second.status == 0, "\(second.stderr)")
            #expect(try await labels("\(directory)/mon") == ["COMPLETE": 6])
            #expect(try String(contentsOfFile: "\(directory)/marks", encoding: .utf8).split(separator: "\n").count == 6)
        }
    }

    @Test(
        "two queues run side by side; the same name twice is refused; so is a monitor",
        .enabled(if: SQLiteCommand.isThere), .timeLimit(.minutes(20)))
    func twoQueues() async throws {
        try await withTestDirectory { directory in
            let ledger = "\(directory)/mon/job_monitor.sqlite"
            let waiting = "until test -e \(directory)/go; do sleep 0.05; done"
            let one = try Running(
                Executable.path, ["run", "-d", "\(directory)/mon", "--queue", "one", "--", "sh", "-c", waiting],
                stdin: "")
            try await waitUntil("one runs") {
                (try? await SQLiteCommand.number(ledger, "select count(*) from job where status = 2")) == 1
            }
            let two = try Running(
                Executable.path, ["run", "-d", "\(directory)/mon", "--queue", "two", "--", "sh", "-c", waiting],
                stdin: "")
            try await waitUntil("two runs") {
                (try? await SQLiteCommand.number(ledger, "select count(*) from job where status = 2")) == 2
            }
            let same = try await Executable.run(["run", "-d", "\(directory)/mon", "--queue", "one", "--", "true"])
            #expect(same.status == 4, "\(same.stderr)")
            #expect(same.stderr.contains("\(one.pid)"), "\(same.stderr)")
            let monitor = try await Executable.run(["monitor", "\(directory)/mon"])
            #expect(monitor.status == 4)
            #expect(monitor.stderr.contains("\(one.pid)"), "\(monitor.stderr)")
            try Data().write(to: URL(fileURLWithPath: "\(directory)/go"))
            #expect(try await one.finished().status == 0)
            #expect(try await two.finished().status == 0)
            #expect(try await labels("\(directory)/mon") == ["COMPLETE": 2])
        }
    }

    @Test("cancel and retry reach a running queue", .enabled(if: SQLiteCommand.isThere), .timeLimit(.minutes(20)))
    func cancelAndRetry() async throws {
        try await withTestDirectory { directory in
            let ledger = "\(directory)/mon/job_monitor.sqlite"
            try """
            sleep 60
            test -e \(directory)/mended
            until test -e \(directory)/go; do sleep 0.05; done
            sleep 60
            """.write(toFile: "\(directory)/jobs.txt", atomically: true, encoding: .utf8)
            let run = try Running(
                Executable.path, ["run", "-d", "\(directory)/mon", "-f", "\(directory)/jobs.txt", "-j", "3"], stdin: "")
            try await waitUntil("the second job failed and the fourth runs") {
                (try? await SQLiteCommand.number(
                    ledger, "select count(*) from job where (jid = 2 and status = 3) or (jid = 4 and status = 2)")) == 2
            }
            let cancel = try await Executable.run(["cancel", "-d", "\(directory)/mon", "1", "4"])
            #expect(cancel.status == 0, "\(cancel.stderr)")
            try Data().write(to: URL(fileURLWithPath: "\(directory)/mended"))
            let retry = try await Executable.run(["retry", "-d", "\(directory)/mon", "2"])
            #expect(retry.status == 0, "\(retry.stderr)")
            try Data().write(to: URL(fileURLWithPath: "\(directory)/go"))
            let finished = try await run.finished()
            #expect(try await labels("\(directory)/mon") == ["CANCELLED": 2, "COMPLETE": 2], "\(finished.stderr)")
        }
    }

    @Test(
        "a time limit ends a job that ignores TERM, with all its processes", .enabled(if: SQLiteCommand.isThere),
        .timeLimit(.minutes(20)))
    func timeLimit() async throws {
        try await withTestDirectory { directory in
            let command = "trap '' TERM; sleep 61.7 & sleep 61.7"
            let run = try await Executable.run([
                "run", "-d", "\(directory)/mon", "--timeout", "1s", "--", "bash", "-c", command,
            ])
            #expect(run.status == 1, "\(run.stderr)")
            let rows = try await SQLiteCommand.rows(
                "\(directory)/mon/job_monitor.sqlite", "select cause from job_instance")
            #expect(rows == [["timeout"]])
            let left = try await Running("/usr/bin/env", ["pgrep", "-f", "sleep 61.7"], stdin: "").finished()
            #expect(left.stdout == "")
        }
    }

    /// Ignores all signals with a direct system call (the C library reserves 32 and 33), then executes its arguments.
    private static let ignoringAll = """
        import ctypes, os, platform, struct, sys
        call = {"x86_64": 13, "aarch64": 134}[platform.machine()]
        for number in set(range(1, 65)) - {9, 17, 19}:
            ctypes.CDLL(None).syscall(call, number, struct.pack("QQQQ", 1, 0, 0, 0), None, 8)
        os.execv(sys.argv[1], sys.argv[1:])
        """

    @Test("a queue's command ignores no signals, whatever the queue was started with", .timeLimit(.minutes(20)))
    func nothingIsIgnored() async throws {
        try await withTestDirectory { directory in
            let started = try Running(
                "/usr/bin/env",
                [
                    "python3", "-c", Self.ignoringAll, Executable.path, "run", "-d", "\(directory)/mon",
                    "--no-progress",
                    "--", "sh", "-c", "grep -E 'Sig(Ign|Blk)' /proc/self/status > \(directory)/signals",
                ], stdin: "")
            let finished = try await started.finished()
            #expect(finished.status == 0, "\(finished.stderr)")
            let text = try String(contentsOfFile: "\(directory)/signals", encoding: .utf8)
            #expect(text == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n")
        }
    }
}
