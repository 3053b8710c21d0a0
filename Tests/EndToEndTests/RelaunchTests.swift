import Foundation
import JobmonTestSupport
import Testing

/// Retry rules as a user types them. `JOBMON_TEST_RELAUNCH_JOBS` sets the number of planted jobs.
@Suite(.timeLimit(.minutes(20)))
struct RelaunchTests {
    /// A way to fail, and what is expected of each job that is planted so.
    private struct Planted {
        /// The job's line, as members of JSON.
        let job: String
        let status: String
        let attempts: Int
        /// What the attempts asked for, in MiB; empty: nothing.
        var memory: [Int] = []
        /// The job's time limit in the end.
        var timeout: Double?
    }

    private static let rules = [
        "exit=75:2", "signal:1", "timeout:1,time=2x", "missing_output:1", "reported_error:1", "not_started:0",
        "exit=77:5,mem=2x",
    ]

    private func shell(_ line: String, _ more: String = "") -> String { "\"command\": \"\(line)\"\(more)" }

    private func causes(_ directory: String) -> [Planted] {
        [
            Planted(job: shell("true"), status: "COMPLETE", attempts: 1),
            Planted(job: shell("echo ValueError: bad >&2; exit 1"), status: "FAILED", attempts: 1),
            Planted(job: shell("test {attempt} = 3 || exit 75"), status: "COMPLETE", attempts: 3),
            Planted(job: shell("kill -SEGV $$"), status: "FAILED", attempts: 2),
            Planted(
                job: shell("test {attempt} = 2 || exec sleep 60", ", \"timeout\": 0.4"), status: "COMPLETE",
                attempts: 2, timeout: 1),
            Planted(
                job: shell(
                    "test {attempt} = 1 || echo x >\(directory)/{jid}.out", ", \"expect\": \"\(directory)/{jid}.out\""),
                status: "COMPLETE", attempts: 2),
            Planted(job: shell("echo FATAL: no rain >&2", ", \"fail_on\": \"^FATAL\""), status: "FAILED", attempts: 2),
            Planted(job: "\"command\": [\"/nowhere/fit\"], \"max_attempts\": 3", status: "FAILED", attempts: 1),
            Planted(
                job: shell("test {attempt} = 3 || exit 77", ", \"memory\": \"1G\""), status: "COMPLETE", attempts: 3,
                memory: [1024, 2048, 4096]),
            Planted(job: shell("exit 3", ", \"retry\": \"exit:2\""), status: "FAILED", attempts: 3),
            Planted(job: shell("kill -KILL $$", ", \"retry\": \"signal:0\""), status: "FAILED", attempts: 1),
            Planted(
                job: shell("echo 'ModuleNotFoundError: No module named x' >&2; exit 1", ", \"max_attempts\": 2"),
                status: "FAILED", attempts: 2),
            Planted(
                job: shell("exit 4", ", \"max_attempts\": 3, \"retry\": [\"exit:0\"]"), status: "FAILED", attempts: 1),
        ]
    }

    @Test("of thousands of jobs with twelve causes, those are tried again that the rules say, with the right sizes")
    func planted() async throws {
        try await withTestDirectory { directory in
            let causes = causes(directory)
            let count = ProcessInfo.processInfo.environment["JOBMON_TEST_RELAUNCH_JOBS"].flatMap { Int($0) } ?? 260
            let lines = (0..<count).map { index in
                let cause = index % causes.count
                return "{\"name\": \"c\(cause)\", \"params\": {\"i\": \(index)}, \(causes[cause].job)}"
            }
            try lines.joined(separator: "\n").write(
                toFile: "\(directory)/jobs.jsonl", atomically: true, encoding: .utf8)
            let mon = "\(directory)/mon"
            let run = try await Executable.run(
                [
                    "run", "-d", mon, "-f", "\(directory)/jobs.jsonl", "-j", "16", "--backoff", "0", "--no-progress",
                    "--no-logs", "--total-memory", "64G",
                ] + Self.rules.flatMap { ["--retry", $0] })
            #expect(run.status == 1, "\(run.stderr)")
            let rows = try await query(
                mon,
                """
                select j.name as name, s.label as status, j.attempts as attempts, count(*) as instances,
                    coalesce(group_concat(i.requested_memory / 1048576, ' '), '') as memory, j.timeout as timeout
                from job j join status s on s.id = j.status
                    join (select * from job_instance order by retry_number) i using (jid)
                group by j.jid
                """)
            #expect(rows.count == count)
            var seen: [String: Int] = [:]
            for row in rows {
                let name = row["name"] as? String ?? ""
                let cause = causes[Int(name.dropFirst()) ?? 0]
                seen[name, default: 0] += 1
                #expect(row["status"] as? String == cause.status, "\(row)")
                #expect(row["attempts"] as? Int == cause.attempts, "\(row)")
                #expect(row["instances"] as? Int == cause.attempts, "\(row)")
                let memory = cause.memory.map { "\($0)" }.joined(separator: " ")
                #expect(row["memory"] as? String == memory, "\(row)")
                if let timeout = cause.timeout { #expect(row["timeout"] as? Double == timeout, "\(row)") }
            }
            #expect(seen.count == min(count, causes.count))
        }
    }

    private func query(_ directory: String, _ sql: String) async throws -> [[String: Any]] {
        let read = try await Executable.run(["query", "-d", directory, "--json", sql])
        return try #require(try JSONSerialization.jsonObject(with: Data(read.stdout.utf8)) as? [[String: Any]])
    }

    @Test("a group decides, while others wait for nothing; show and explain say what was changed and why")
    func group() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let run = try await Executable.run([
                "run", "-d", mon, "--retry", "E1:2,mem=1.5x", "--memory", "1G", "--backoff", "0", "--no-progress", "--",
                "sh", "-c", "test {attempt} = 3 || { echo no rain >&2; exit 1; }",
            ])
            #expect(run.status == 0, "\(run.stderr)")
            let show = try await Executable.run(["show", "-d", mon, "1"])
            #expect(
                show.stdout.contains("another attempt with 1.5 GiB of memory instead of 1.0 GiB (rule E1:2,mem=1.5x)"),
                "\(show.stdout)")
            #expect(show.stdout.contains("requested    2.3 GiB of memory"), "\(show.stdout)")
            let failing = try await Executable.run([
                "run", "-d", mon, "--queue", "other", "--retry", "exit:0", "--retries", "3", "--no-progress", "--",
                "false",
            ])
            #expect(failing.status == 1, "\(failing.stderr)")
            let explain = try await Executable.run(["explain", "-d", mon, "2"])
            #expect(explain.stdout.contains("no other attempt (rule exit:0)"), "\(explain.stdout)")
        }
    }

    @Test(
        "what is no rule is refused in one sentence, and nothing is queued",
        arguments: [
            (["--retry", "oomm:1"], "did you mean \"oom\"?"), (["--retry", "oom:1,mem=0.9x"], "is below 1"),
            (["--retry", "oom"], "is no retry rule"), (["--max-memory", "lots"], "invalid size \"lots\""),
            (["--max-runtime", "soon"], "--max-runtime"),
            (["--retry", "exit:1", "--retry", "exit:2"], "two retry rules"),
        ])
    func refused(_ options: [String], _ words: String) async throws {
        try await withTestDirectory { directory in
            let run = try await Executable.run(["run", "-d", "\(directory)/mon"] + options + ["--", "true"])
            #expect(run.status == 2 && run.stderr.contains(words), "\(run)")
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/mon/jobmon.sqlite"))
        }
    }

    @Test("jobmon set changes a queue that runs: more at once, a rule, a limit of failures")
    func set() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            // Each job waits for a file; with -j 1 only one can.
            let run = try Running(
                Executable.path,
                [
                    "run", "-d", mon, "-j", "1", "--each", "i=1..3", "--backoff", "0", "--no-progress", "--", "sh",
                    "-c",
                    "echo >\(directory)/{i}.{attempt}; while ! test -e \(directory)/go; do sleep 0.02; done; "
                        + "test {attempt} = 2",
                ], stdin: "")
            func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(directory)/\(name)") }
            try await waitUntil("the first runs") { exists("1.1") }
            #expect(!exists("2.1"))
            let set = try await Executable.run(["set", "-d", mon, "-j", "3", "--retry", "exit:1"])
            #expect(
                set.status == 0 && set.stderr.contains("queue run: at most 3 jobs at once, retry rules exit:1"),
                "\(set)")
            try await waitUntil("all run") { exists("2.1") && exists("3.1") }
            _ = FileManager.default.createFile(atPath: "\(directory)/go", contents: nil)
            let ended = try await run.finished()
            #expect(ended.status == 0, "\(ended.stderr)")
            #expect((1...3).allSatisfy { exists("\($0).2") })
            let over = try await Executable.run(["set", "-d", mon, "-j", "3"])
            #expect(over.status == 1 && over.stderr.contains("no queue is run now"), "\(over)")
            let named = try await Executable.run(["set", "-d", mon, "--queue", "run", "-j", "3"])
            #expect(named.status == 1 && named.stderr.contains("the queue \"run\" is not run now"), "\(named)")
            let nothing = try await Executable.run(["set", "-d", mon])
            #expect(nothing.status == 2 && nothing.stderr.contains("nothing to change"), "\(nothing)")
        }
    }
}
