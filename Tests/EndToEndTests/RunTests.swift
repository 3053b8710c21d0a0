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

    @Test(
        "a reason that stands on stdout is in the summary, the list, the error and its text", .timeLimit(.minutes(20)))
    func reasonOnStdout() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let program = "echo reading; echo 'ERROR: unreadable message'; echo '0 of 1 messages'; exit 211"
            let ran = try await Executable.run(["run", "-d", mon, "--", "sh", "-c", program])
            #expect(ran.stderr.contains("exit code 211: ERROR: unreadable message"), "\(ran.stderr)")
            let listed = try await Executable.run(["jobs", "-d", mon])
            #expect(listed.stdout.contains("exit code 211: ERROR: unreadable message"), "\(listed.stdout)")
            let errors = try await Executable.run(["errors", "--each", "-d", mon])
            #expect(errors.stdout.contains("ERROR: unreadable message"), "\(errors.stdout)")
            let shown = try await Executable.run(["show", "-d", mon, "1"])
            #expect(shown.stdout.contains("0 of 1 messages"), "\(shown.stdout)")
            let logs = try await Executable.run(["logs", "-d", mon, "1"])
            #expect(
                logs.stdout
                    == "reading\nERROR: unreadable message\n0 of 1 messages\nexit code 211, nothing on stderr\n",
                "\(logs.stdout)")

            let quiet = try await Executable.run(["run", "-d", mon, "--no-logs", "--", "sh", "-c", program + " # 2"])
            #expect(quiet.stderr.contains("exit code 211, nothing on stderr\n"), "\(quiet.stderr)")
            let far = try await Executable.run(["run", "-d", mon, "--", "sh", "-c", "echo step 300; exit 9"])
            #expect(
                far.stderr.contains("exit code 9, nothing on stderr; stdout ends with: step 300"), "\(far.stderr)")
        }
    }

    @Test(
        "a reason that stands in the log of R CMD BATCH is found, but not that of an earlier run",
        .timeLimit(.minutes(20)))
    func reasonInLog() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let program =
                "#!/bin/sh\ntest -f now || exit 1\nprintf 'Error: no data\\nExecution halted\\n' >fit.Rout\nexit 1\n"
            try program.write(toFile: "\(directory)/R", atomically: true, encoding: .utf8)
            chmod("\(directory)/R", 0o755)
            for command in [
                ["\(directory)/R", "CMD", "BATCH", "fit.R"], ["sh", "-c", "./R CMD BATCH --no-save fit.R; exit $?"],
            ] {
                try "Error: of before\nExecution halted\n".write(
                    toFile: "\(directory)/fit.Rout", atomically: true, encoding: .utf8)
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: "\(directory)/fit.Rout")
                try? FileManager.default.removeItem(atPath: "\(directory)/now")
                let arguments = ["run", "-d", mon, "--again", "--no-progress", "--"] + command
                let stale = try await Executable.run(arguments, in: directory)
                #expect(stale.stderr.contains("exit code 1, nothing on stderr\n"), "\(stale.stderr)")
                _ = FileManager.default.createFile(atPath: "\(directory)/now", contents: nil)
                let ran = try await Executable.run(arguments, in: directory)
                #expect(ran.stderr.contains("exit code 1: Error: no data\n"), "\(ran.stderr)")
            }
            let shown = try await Executable.run(["errors", "-d", mon, "--full"])
            #expect(shown.stdout.contains("the end of fit.Rout:"), "\(shown.stdout)")
        }
    }

    @Test(
        "a job that completed in doubt is counted, marked and found, and changes nothing else", .timeLimit(.minutes(20))
    )
    func doubt() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let program = "if test $0 = 2; then no-such-program-here; fi; true"
            let wrapped = try await Executable.run(["exec", "-d", mon, "--", "bash", "-c", program, "2"])
            #expect(wrapped.status == 0, "\(wrapped.stderr)")
            for (option, queue) in [([String](), "a"), (["--no-logs"], "b")] {
                let ran = try await Executable.run(
                    ["run", "-d", mon, "--queue", queue, "--each", "i=1,2,3"] + option
                        + ["--", "bash", "-c", program, "{i}"])
                #expect(ran.status == 0, "\(ran.stderr)")
                #expect(ran.stderr.contains("3 jobs: 3 complete"), "\(ran.stderr)")
                #expect(
                    ran.stderr.contains("1 complete, but in doubt: jobmon jobs -d \(mon) --queue \(queue) --doubtful"),
                    "\(ran.stderr)")
            }
            let listed = try await Executable.run(["jobs", "-d", mon, "--doubtful"])
            let lines = listed.stdout.split(separator: "\n").dropFirst()
            #expect(lines.count == 3, "\(listed.stdout)")
            for line in lines {
                #expect(line.contains(" COMPLETE? "), "\(line)")
                #expect(line.contains("no-such-program-here: command not found"), "\(line)")
            }
            let json = try await Executable.run(["jobs", "-d", mon, "--doubtful", "--queue", "a", "--json"])
            let jobs = try #require(
                try JSONSerialization.jsonObject(with: Data(json.stdout.utf8)) as? [[String: Any]])
            #expect(jobs.map { $0["status"] as? String } == ["COMPLETE"])
            #expect((jobs.first?["doubt"] as? String)?.hasSuffix(": command not found") == true)
            let again = try await Executable.run(
                ["run", "-d", mon, "--queue", "a", "--each", "i=1,2,3", "--", "bash", "-c", program, "{i}"])
            #expect(again.stderr.contains("nothing was left to do"), "\(again.stderr)")
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
