import Foundation
import JobmonTestSupport
import Testing

/// The members of all `--json` outputs: scripts read them, so removing or renaming one is a breaking change.
@Suite(.timeLimit(.minutes(20)))
struct JSONKeysTests {
    private static let instance = [
        "allocated", "attempt_returned", "boot_id", "cause", "cpu", "doubt", "error", "executor", "executor_id",
        "exit_code",
        "finished_date", "headline", "host", "instance_key", "io_read", "io_written", "jid", "job_instance_id",
        "last_seen",
        "late_since", "maxrss", "maxrss_at_most", "memory_bound", "memory_peak", "memory_source", "pid", "pid_started",
        "relaunch", "requested_memory", "requested_runtime", "requested_slots", "retry_number", "scheduler_queue",
        "signal",
        "started_date", "status", "stderr_path", "stdout_path", "submitted_date", "wallclock",
    ]
    private static let job = [
        "args", "attempts", "blocked_by", "cancel_requested", "cwd", "doubt", "env", "forgotten",
        "instances", "jid", "job_key", "max_attempts", "name", "params", "queue", "resources", "runfile",
        "shell", "status", "submitted_date", "timeout", "waits_for", "why",
    ]
    private static let error = [
        "cause", "description", "error_time", "exit_code", "group", "headline", "host", "id", "jid",
        "job_instance_id", "name", "retry_number", "signal", "traceback", "why",
    ]
    private static let run = [
        "cancelled", "complete", "doubtful", "ending", "errors", "failed", "queue", "queued", "running", "seconds",
        "total",
        "unclear",
    ]
    private static let failure = ["attempts", "cause", "description", "exit_code", "jid", "name", "signal"]

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func objects(_ text: String) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    }

    @Test func areKnown() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let ran = try await Executable.run([
                "run", "-d", mon, "--json", "--no-progress", "--", "sh", "-c",
                "printf '1%%\\r2%%\\rbad luck\\n' >&2; exit 3",
            ])
            let summary = try object(ran.stdout)
            #expect(Set(summary.keys).isSuperset(of: Self.run), "\(summary.keys.sorted())")
            let failures = try #require(summary["errors"] as? [[String: Any]])
            #expect(failures.map { $0.keys.sorted() } == [Self.failure])
            #expect(failures[0]["description"] as? String == "bad luck")

            let jobs = try objects(try await Executable.run(["jobs", "-d", mon, "--json"]).stdout)
            #expect(jobs.map { $0.keys.sorted() } == [Self.job])
            #expect(jobs[0]["why"] as? String == "exit code 3: bad luck")
            let instances = try #require(jobs[0]["instances"] as? [[String: Any]])
            #expect(instances.map { $0.keys.sorted() } == [Self.instance])
            // Times are in UTC.
            #expect((jobs[0]["submitted_date"] as? String)?.hasSuffix("Z") == true)

            let shown = try object(try await Executable.run(["show", "-d", mon, "1", "--json"]).stdout)
            #expect(shown.keys.sorted() == Self.job)
            let several = try await Executable.run(["show", "-d", mon, "1-2", "--json"])
            #expect(several.status == 1 && several.stderr.contains("there is no job 2"), "\(several.stderr)")
            #expect(try objects(several.stdout).map { $0.keys.sorted() } == [Self.job])

            let errors = try objects(try await Executable.run(["errors", "-d", mon, "--each", "--json"]).stdout)
            #expect(errors.map { $0.keys.sorted() } == [Self.error])
            #expect(errors[0]["why"] as? String == "exit code 3: bad luck")

            let rows = try objects(
                try await Executable.run(["query", "-d", mon, "--json", "select jid from job"]).stdout)
            #expect(rows.map { $0.keys.sorted() } == [["jid"]])

            let reports = try objects(
                try await Executable.run(["report", "-d", mon, "--json", "--to", "\(directory)/reports"]).stdout)
            #expect(reports.map { $0.keys.sorted() } == [["path", "rows"], ["path", "rows"]])
            let pages = try objects(
                try await Executable.run(
                    ["report", "-d", mon, "--html", "--md", "--json", "--to", "\(directory)/reports"]
                ).stdout)
            #expect(pages.map { $0.keys.sorted() } == [["bytes", "path"], ["bytes", "path"]])
        }
    }

    @Test("logs and show accept several jobs; a missing one does not hide the others")
    func severalJobs() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            _ = try await Executable.run(["run", "-d", mon, "--each", "n=1..3", "--", "echo", "out {n}"])
            let logs = try await Executable.run(["logs", "-d", mon, "1-2", "3", "9", "--stdout"])
            #expect(logs.stdout.split(separator: "\n").sorted() == ["out 1", "out 2", "out 3"])
            #expect(logs.status == 1 && logs.stderr.contains("==> stdout of job 2") && logs.stderr.contains("no job 9"))
            let shown = try await Executable.run(["show", "-d", mon, "3", "1"])
            let heads = shown.stdout.split(separator: "\n").filter { $0.hasPrefix("job ") }
            #expect(shown.status == 0 && heads.map { $0.prefix(5) } == ["job 3", "job 1"])
            let followed = try await Executable.run(["logs", "-d", mon, "-f", "1", "2"])
            #expect(followed.status == 2)
            let sorted = try await Executable.run(["jobs", "-d", mon, "--sort", "-jid", "--json"])
            #expect(try objects(sorted.stdout).compactMap { $0["jid"] as? Int } == [3, 2, 1])
            let wrong = try await Executable.run(["jobs", "-d", mon, "--sort", "tiem"])
            #expect(wrong.status == 2 && wrong.stderr.contains("did you mean time?"), "\(wrong.stderr)")
        }
    }
}
