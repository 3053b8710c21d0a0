import Foundation
import JobmonTestSupport
import Testing

/// `--expect` and `--fail-on`, as users type them.
@Suite(.timeLimit(.minutes(20)))
struct SuccessTests {
    /// Leaves nothing for 2, an empty file for 3, and an error's line for 4.
    private static let program = """
        case $1 in
        1) echo 1 > out.$1;;
        2) ;;
        3) : > out.$1;;
        4) echo 1 > out.$1; echo "step 4"; echo "FATAL: no data for 4"; echo done;;
        5) echo 1 > out.$1; echo "FATAL: late" >&2;;
        6) echo 1 > out.$1; exit 6;;
        esac
        """

    private func causes(_ mon: String) async throws -> [String] {
        let listed = try await Executable.run(["jobs", "-d", mon, "--json"])
        let jobs = try #require(try JSONSerialization.jsonObject(with: Data(listed.stdout.utf8)) as? [[String: Any]])
        return try jobs.map { job in
            let params = try #require(job["params"] as? [String: Any])
            let last = try #require((job["instances"] as? [[String: Any]])?.last)
            return "\(params["i"] ?? "-") \(job["status"] ?? "-") \(last["cause"] as? String ?? "-")"
        }.sorted()
    }

    private static let expected = [
        "1 COMPLETE -", "2 FAILED missing_output", "3 FAILED missing_output", "4 FAILED reported_error",
        "5 FAILED reported_error", "6 FAILED exit",
    ]

    @Test("exit code 0 without the output, or with the error's line, is FAILED, and the line says why")
    func run() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let ran = try await Executable.run(
                [
                    "run", "-d", mon, "--each", "i=1..6", "--expect", "out.{i}", "--fail-on", "^FATAL", "--", "sh",
                    "-c", Self.program, "sh", "{i}",
                ], in: directory)
            #expect(ran.status == 1, "\(ran.stderr)")
            #expect(try await causes(mon) == Self.expected)
            let errors = try await Executable.run(["errors", "--each", "-d", mon])
            for line in [
                "the expected output out.2 is missing", "the expected output out.3 is empty", "FATAL: no data for 4",
                "FATAL: late",
            ] { #expect(errors.stdout.contains(line), "\(errors.stdout)") }
            let shown = try await Executable.run(["show", "2", "-d", mon])
            #expect(shown.stdout.contains("expects      out.2"), "\(shown.stdout)")
            #expect(shown.stdout.contains("fails on     ^FATAL"), "\(shown.stdout)")
        }
    }

    @Test("the same in a job file, where a job's own word comes first")
    func jobFile() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            var lines = (1...6).map { number in
                #"{"params": {"i": \#(number)}, "command": ["sh", "prog.sh", "{i}"], "#
                    + #""expect": "out.{i}", "fail_on": ["^FATAL", "never"]}"#
            }
            lines.append(#"{"params": {"i": 7}, "command": ["true"], "expect": []}"#)
            lines.append(#"{"params": {"i": 8}, "command": ["true"]}"#)
            try Self.program.write(toFile: "\(directory)/prog.sh", atomically: true, encoding: .utf8)
            try lines.joined(separator: "\n").write(
                toFile: "\(directory)/jobs.jsonl", atomically: true, encoding: .utf8)
            let ran = try await Executable.run(
                ["run", "-d", mon, "-f", "jobs.jsonl", "--expect", "none.{i}.{jid}.{attempt}"], in: directory)
            #expect(ran.status == 1, "\(ran.stderr)")
            #expect(try await causes(mon) == Self.expected + ["7 COMPLETE -", "8 FAILED missing_output"])
            let errors = try await Executable.run(["errors", "--each", "-d", mon])
            #expect(errors.stdout.contains("the expected output none.8.8.1 is missing"), "\(errors.stdout)")
        }
    }

    @Test("exec records the same, and ends with 1 where the command ended with 0")
    func exec() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let monitor = try await MonitorProcess.start(mon)
            var statuses: [Int32] = []
            for number in 1...6 {
                let output = "\(directory)/stdout.\(number)"
                let ran = try await Running(
                    "/bin/sh",
                    [
                        "-c", "exec \"$0\" \"$@\" > \(output)", Executable.path, "exec", "-d", mon, "--param",
                        "i=\(number)", "--expect", "out.{i}", "--fail-on=^FATAL", "--", "sh", "-c", Self.program, "sh",
                        "\(number)",
                    ], in: directory, stdin: ""
                ).finished()
                statuses.append(ran.status)
                if number == 2 {
                    #expect(ran.stderr == "jobmon exec: the expected output out.2 is missing\n", "\(ran.stderr)")
                }
            }
            #expect(statuses == [0, 1, 1, 1, 1, 6])
            try await waitUntil("all are recorded") { try await causes(mon) == Self.expected }
            try await monitor.killed()
        }
    }

    @Test("a stream that nobody can look at is named")
    func unseen() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let ran = try await Executable.run(["exec", "-d", mon, "--fail-on", "FATAL", "--", "true"])
            #expect(ran.status == 0)
            #expect(
                ran.stderr == "jobmon exec: --fail-on cannot look at stdout: redirect it into a file\n",
                "\(ran.stderr)")
            let without = try await Executable.run(["exec", "-d", mon, "--", "true"])
            #expect(without.stderr.isEmpty, "\(without.stderr)")
            let queued = try await Executable.run(
                ["run", "-d", mon, "--no-logs", "--fail-on", "FATAL", "--", "sh", "-c", "echo FATAL >&2"])
            #expect(queued.status == 1)
            #expect(queued.stderr.contains("--fail-on searches only the last 64 KiB of stderr"), "\(queued.stderr)")
        }
    }

    @Test("an output that is as it was before the start is doubt")
    func untouched() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            try "old".write(toFile: "\(directory)/out", atomically: true, encoding: .utf8)
            let ran = try await Executable.run(["run", "-d", mon, "--expect", "out", "--", "true"], in: directory)
            #expect(ran.status == 0 && ran.stderr.contains("1 complete, but in doubt"), "\(ran.stderr)")
            let listed = try await Executable.run(["jobs", "-d", mon, "--doubtful"])
            #expect(
                listed.stdout.contains("the expected output out is as it was before the start"), "\(listed.stdout)")
        }
    }

    @Test(
        "a mistake starts nothing",
        arguments: [
            (["run", "--fail-on", "(x", "--", "true"], "--fail-on: the regular expression \"(x\" is invalid"),
            (["run", "--fail-on", "", "--", "true"], "--fail-on: the regular expression is empty"),
            (["run", "--fail-on", ".*", "--", "true"], "matches an empty line"),
            (["run", "--expect", "", "--", "true"], "--expect is empty"),
            (
                ["run", "--each", "year=1,2", "--expect", "out/{loc}", "--", "echo", "{year}"],
                "the expected output out/{loc} names {loc}, which is not a param"
            ),
            (["run", "--each", "year=1,2", "--expect", "{yaer}", "--", "echo", "{year}"], "did you mean {year}?"),
            (["run", "--expect", "{year}", "--", "true"], "declare it with --each year=VALUES"),
            (["exec", "--fail-on", "(x", "--", "true"], "--fail-on: the regular expression \"(x\" is invalid"),
            (["exec", "--expect", "{i}", "--", "true"], "there is no --param i=VALUE"),
            (["exec", "--expect", "--", "true"], "--expect needs a value"),
            (["run", "-f", "a.jsonl"], "\"fail_on\" is invalid: the regular expression \"[\" is invalid"),
            (["run", "-f", "b.jsonl"], "\"expect[0]\" must be a string"),
        ] as [([String], String)])
    func mistakes(_ typed: [String], _ sentence: String) async throws {
        try await withTestDirectory { directory in
            try #"{"command": ["true"], "fail_on": "["}"#.write(
                toFile: "\(directory)/a.jsonl", atomically: true, encoding: .utf8)
            try #"{"command": ["true"], "expect": [1]}"#.write(
                toFile: "\(directory)/b.jsonl", atomically: true, encoding: .utf8)
            let result = try await Executable.run(typed, in: directory)
            #expect(result.status == 2 && result.stderr.contains(sentence), "\(result.stderr)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == ["a.jsonl", "b.jsonl"])
        }
    }
}
