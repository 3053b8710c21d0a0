import Foundation
import JobmonTestSupport
import Testing

/// `jobmon errors` by groups of one cause, with a monitor and without.
@Suite(.timeLimit(.minutes(20)))
struct ErrorGroupTests {
    /// Four causes: a missing module, a missing file, a value that is no number, and a signal.
    private static let program = """
        import os, signal, sys
        i = int(sys.argv[1])
        if i % 4 == 0: import nosuchmodule
        if i % 4 == 1: open(f"/nowhere/in.{i}.csv")
        if i % 4 == 2: float(f"x{i}y")
        os.kill(os.getpid(), signal.SIGSEGV)
        """

    private func objects(_ arguments: [String]) async throws -> [[String: Any]] {
        let printed = try await Executable.run(arguments)
        return try #require(
            try JSONSerialization.jsonObject(with: Data(printed.stdout.utf8)) as? [[String: Any]], "\(printed)")
    }

    @Test("secrets in errors are masked in every list; show --secrets prints them")
    func secrets() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let secret = "hunter2-of-the-archive"
            let failed = try await Executable.run([
                "run", "-d", mon, "--", "sh", "-c", "echo 'Error: login failed: password=\(secret)' >&2; exit 3",
            ])
            #expect(failed.status == 1, "\(failed)")
            for command in [
                ["errors"], ["errors", "--each"], ["errors", "--full"], ["errors", "E1"], ["jobs"], ["watch"],
            ] {
                let shown = try await Executable.run([command[0], "-d", mon] + command.dropFirst())
                #expect(shown.stdout.contains("login failed") && !shown.stdout.contains(secret), "\(command): \(shown)")
            }
            #expect(try await Executable.run(["show", "-d", mon, "1", "--secrets"]).stdout.contains(secret))
        }
    }

    @Test("errors of one cause are one group, whatever their values are")
    func groups() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            try Self.program.write(toFile: "\(directory)/fit.py", atomically: true, encoding: .utf8)
            let ran = try await Executable.run([
                "run", "-d", mon, "--each", "i=1..42", "--", "python3", "\(directory)/fit.py", "{i}",
            ])
            #expect(ran.status == 1, "\(ran.stderr)")
            let listed = try await Executable.run(["errors", "-d", mon])
            let lines = listed.stdout.split(separator: "\n").map { String($0) }
            #expect(lines.count == 5, "\(listed.stdout)")
            #expect(lines.contains { $0.contains("ModuleNotFoundError: No module named 'nosuchmodule'") }, "\(lines)")
            #expect(listed.stderr.contains("4 groups of 42 errors"), "\(listed.stderr)")

            let groups = try await objects(["errors", "-d", mon, "--json"])
            #expect(groups.compactMap { $0["job_count"] as? Int } == [11, 11, 10, 10], "\(groups)")
            #expect(groups.allSatisfy { $0["count"] as? Int == $0["job_count"] as? Int })
            let file = try #require(groups.first { ($0["title"] as? String)?.hasPrefix("FileNotFoundError") ?? false })
            let name = try #require(file["id"] as? String)
            #expect(file["jobs"] as? [Int] == Array(stride(from: 1, through: 41, by: 4)))

            // One group, its jobs, and what is done to them.
            let one = try await Executable.run(["errors", "-d", mon, name])
            #expect(one.status == 0 && one.stdout.contains("  jobs     11, with 11 errors\n"), "\(one)")
            let rule = try await Executable.run(["errors", "-d", mon, name, "--rule"])
            #expect(rule.stdout.contains("ended with: exit code 1\n"), "\(rule.stdout)")
            let jobs = try await objects(["jobs", "-d", mon, "--error", name, "--json"])
            #expect(jobs.compactMap { $0["jid"] as? Int } == Array(stride(from: 1, through: 41, by: 4)))
            let some = try await objects(["jobs", "-d", mon, "--error", name, "--param", "i=5", "--json"])
            #expect(some.compactMap { $0["jid"] as? Int } == [5])
            let each = try await objects(["errors", "-d", mon, name, "--each", "--json"])
            #expect(each.count == 11 && each.allSatisfy { $0["group"] as? String == name && $0["why"] != nil })
            let dry = try await Executable.run(["retry", "-d", mon, "--error", name, "--dry-run"])
            #expect((dry.stdout + dry.stderr).contains("11 jobs"), "\(dry)")
            let filtered = try await objects(["errors", "-d", mon, "--json", "--param", "i=4", "--param", "i=4"])
            #expect(filtered.count == 1 && filtered.first?["job_count"] as? Int == 1)

            // A later error of the same cause is in the same group, also by another way.
            _ = try await Executable.run(["exec", "-d", mon, "--", "python3", "\(directory)/fit.py", "401"])
            let monitor = try await MonitorProcess.start(mon)
            try await waitUntil("it is recorded") {
                let groups = try await objects(["errors", "-d", mon, "--json"])
                return groups.contains { $0["id"] as? String == name && $0["job_count"] as? Int == 12 }
            }
            try await monitor.killed()
            // What is forgotten counts no more.
            _ = try await Executable.run(["forget", "-d", mon, "-y", "5", "9"])
            let left = try await objects(["errors", "-d", mon, name, "--json"])
            #expect(left.first?["job_count"] as? Int == 10)
        }
    }

    @Test("a group is new, or gone, since the last run of its queue, with a filter and without")
    func sinceTheLastRun() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            func run(_ values: String, _ queue: String) async throws {
                let script =
                    "test $0 = a && { echo 'Error: bad value' >&2; exit 1; }; "
                    + "test $0 = c && { echo 'Fatal: no license' >&2; exit 2; }; echo 'Error: no data' >&2; exit 3"
                _ = try await Executable.run(
                    ["run", "-d", mon, "--queue", queue, "--each", "v=\(values)", "--", "sh", "-c", script, "{v}"])
            }
            func changes(_ options: [String] = []) async throws -> [String: String] {
                let groups = try await objects(["errors", "-d", mon, "--json"] + options)
                return Dictionary(
                    uniqueKeysWithValues: groups.map {
                        ($0["title"] as? String ?? "", $0["since_last_run"] as? String ?? "null")
                    })
            }
            let first = ["Error: bad value": "null", "Error: no data": "null"]
            try await run("a,b", "q")
            #expect(try await changes() == first)
            #expect(try await !Executable.run(["errors", "-d", mon]).stdout.contains("LAST RUN"))
            // The run of another queue says nothing about this one.
            try await run("e", "another")
            #expect(try await changes() == first)

            try await run("c,d", "q")
            let second = ["Error: bad value": "gone", "Error: no data": "null", "Fatal: no license": "new"]
            #expect(try await changes() == second)
            #expect(try await changes(["--queue", "q"]) == second)
            let table = try await Executable.run(["errors", "-d", mon])
            #expect(table.stdout.contains("LAST RUN") && table.stdout.contains("  new "), "\(table.stdout)")
            let fresh = try await Executable.run(["errors", "-d", mon, "E3"])
            #expect(fresh.stdout.contains("  last run new: "), "\(fresh.stdout)")
        }
    }

    @Test("mistakes")
    func mistakes() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            _ = try await Executable.run(["run", "-d", mon, "--", "false"])
            let none = try await Executable.run(["errors", "-d", mon, "E9"])
            #expect(none.status == 1 && none.stderr.contains("there is no group E9"), "\(none)")
            for (arguments, sentence) in [
                (["errors", "-d", mon, "X9"], "X9"),
                (["errors", "-d", mon, "merg", "E1"], "did you mean errors merge?"),
                (["errors", "-d", mon, "E1", "E2"], "errors shows one group at a time"),
                (["errors", "-d", mon, "--rule"], "--rule needs a group"),
                (["jobs", "-d", mon, "--error", "x"], "there is no group \"x\""),
            ] {
                let wrong = try await Executable.run(arguments)
                #expect(wrong.status == 2 && wrong.stderr.contains(sentence), "\(wrong)")
            }
        }
    }
}
