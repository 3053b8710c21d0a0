import Foundation
import JobmonTestSupport
import Testing

/// `jobmon usage` and `run --size-from` over real jobs, with a monitor and without.
@Suite(.timeLimit(.minutes(20)))
struct UsageTests {
    private static func objects(_ text: String) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]], "\(text)")
    }

    /// Twelve jobs that worked and one that failed, in the queue `fit`.
    private static func fitted(_ mon: String) async throws {
        let ran = try await Executable.run([
            "run", "-d", mon, "--queue", "fit", "--name", "model", "--memory", "2G", "--slots", "2", "--each",
            "i=1..13", "--", "sh", "-c", "test $1 != 13", "sh", "{i}",
        ])
        #expect(ran.status == 1, "\(ran.stderr)")
    }

    @Test("what was requested and used, the recommendation and its ground; the same with a monitor")
    func answers() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            try await Self.fitted(mon)
            let printed = try await Executable.run(["usage", "-d", mon, "--json"])
            #expect(printed.status == 0, "\(printed)")
            let groups = try Self.objects(printed.stdout)
            #expect(
                groups.map { $0.keys.sorted() } == [
                    ["by", "ended", "finished", "memory", "risk", "running", "saved", "slots", "time"]
                ])
            let group = try #require(groups.first)
            #expect(group["finished"] as? Int == 12 && group["risk"] as? Double == 0.05)
            let time = try #require(group["time"] as? [String: Any])
            #expect(time.keys.sorted() == ["by_default", "recommended", "refused", "requested", "used"])
            let found = try #require(time["recommended"] as? [String: Any], "\(time)")
            #expect(found.keys.sorted() == ["bound", "jobs", "request", "risk"])
            #expect(found["request"] as? Double == 60 && found["jobs"] as? Int == 12)
            #expect(abs((found["risk"] as? Double ?? 0) - 1.0 / 13) < 1e-9)
            let used = try #require(time["used"] as? [String: Any])
            #expect(used.keys.sorted() == ["jobs", "max", "max_is_at_least", "p50", "p95"])
            let memory = try #require(group["memory"] as? [String: Any])
            let requested = try #require(memory["requested"] as? [String: Any])
            #expect(requested["min"] as? Int == 2 << 30 && requested["jobs"] as? Int == 12)
            #expect((group["saved"] as? [String: Any])?.keys.sorted() == ["core_hours", "gibibyte_hours"])

            let table = try await Executable.run(["usage", "-d", mon])
            #expect(table.stdout.hasPrefix("QUEUE  NAME   WHAT "), "\(table)")
            #expect(table.stdout.contains("5% risk needs 19 jobs"), "\(table)")
            let some = try await Executable.run(["usage", "-d", mon, "1-9", "--by", "queue"])
            #expect(some.stdout.contains("only 9 jobs finished; 10 are needed"), "\(some)")
            let lines = try await Executable.run(["usage", "-d", mon, "--format", "sbatch"])
            #expect(lines.status == 0 && lines.stdout.contains("#SBATCH --time=00:01:00\n"), "\(lines)")
            let none = try await Executable.run(["usage", "-d", mon, "1-9", "--format", "jobs"])
            #expect(none.status == 1 && !none.stdout.contains("\n--"), "\(none)")
            #expect(none.stdout.contains("# time: nothing is recommended: only 9 jobs finished"), "\(none)")

            let monitor = try await MonitorProcess.start(mon)
            let asked = try await Executable.run(["usage", "-d", mon, "--json"])
            #expect(asked.stdout == printed.stdout, "\(asked)")
            monitor.send(SIGTERM)
            _ = try await monitor.finished()
        }
    }

    @Test("new jobs request what those of a queue needed, or are refused")
    func sizes() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            try await Self.fitted(mon)
            let sized = try await Executable.run([
                "run", "-d", mon, "--queue", "more", "--name", "model", "--size-from", "fit", "--", "true",
            ])
            #expect(sized.status == 0, "\(sized)")
            #expect(sized.stderr.contains("--runtime 1m (12 jobs, 7.7% risk)"), "\(sized)")
            let jobs = try Self.objects(
                try await Executable.run(["jobs", "-d", mon, "--queue", "more", "--json"]).stdout)
            let resources = try #require(jobs.first?["resources"] as? [String: Any])
            #expect(resources["runtime"] as? Double == 60)
            let refused = try await Executable.run([
                "run", "-d", mon, "--queue", "third", "--size-from", "more", "--", "false",
            ])
            #expect(refused.status == 1 && refused.stderr.contains("only 1 job finished; 10 are needed"), "\(refused)")
            let queue = try await Executable.run(["jobs", "-d", mon, "--queue", "third", "--json"])
            #expect(try Self.objects(queue.stdout).isEmpty)
            let unknown = try await Executable.run([
                "run", "-d", mon, "--size-from", "nothing", "--", "true",
            ])
            #expect(unknown.status == 1 && unknown.stderr.contains("no job of the queue \"nothing\""), "\(unknown)")
        }
    }

    @Test("invalid questions")
    func invalid() async throws {
        try await withTestDirectory { directory in
            for arguments in [
                ["--risk", "0"], ["--risk", "0.9"], ["--by", "colour"], ["--by", "group", "--by", "queue"],
                ["--by", "name", "--by", "name"], ["--format", "sbatch", "--json"], ["x"],
            ] {
                let answer = try await Executable.run(["usage", "-d", directory] + arguments)
                #expect(answer.status == 2, "\(arguments): \(answer)")
            }
        }
    }
}
