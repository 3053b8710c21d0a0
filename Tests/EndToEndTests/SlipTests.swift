import Foundation
import JobmonTestSupport
import Testing

/// Mistakes of new users, and the answers that they expected.
@Suite(.timeLimit(.minutes(20)))
struct SlipTests {
    @Test(
        "a mistake on the command line is answered with the command that was meant",
        arguments: [
            (["jbos"], "there is no subcommand \"jbos\": did you mean jobs?", "jobmon jobs"),
            (["python3", "model.py", "3"], "there is no subcommand \"python3\"", "jobmon run -- python3 model.py 3"),
            (
                ["run", "-j", "4", "python", "model.py", "--year", "3"], "needs -- before it",
                "jobmon run -j 4 -- python model.py --year 3"
            ),
            (
                ["run", "--each", "y=1..3", "--no-progress", "fit", "{y}"], "needs -- before it",
                "jobmon run --each y=1..3 --no-progress -- fit '{y}'"
            ),
            (["jobs", "--stauts", "failed"], "did you mean --status?", "jobmon jobs --status failed"),
            (["jobs", "failed"], "use --status to select by status", "jobmon jobs --status failed"),
            (["jobs", "--retries", "3"], "jobs has no option --retries", "it is an option of run"),
            (["-d", "D", "jobs"], "the options of jobs must come after \"jobs\"", "jobmon jobs -d D"),
            (["run", "-queue", "q", "--", "true"], "did you mean --queue?", "jobmon run --queue q -- true"),
            (["run", "\u{2013}queue", "q", "--", "true"], "long dash", "jobmon run --queue q -- true"),
            (["run", "--executor", "slrum", "--", "true"], "did you mean slurm?", "use local, slurm, sge"),
            (
                ["run", "--each", "year", "1990..2020", "--", "fit", "{year}"], "--each takes one word, NAME=VALUE",
                "jobmon run --each year=1990..2020 -- fit '{year}'"
            ),
            (
                ["run", "--", "python model.py 3"], "the command is one word that contains spaces",
                "remove the quotes around it: -- python model.py 3"
            ),
            (["exec", "--nmae", "x", "--", "true"], "did you mean --name?", ""),
            (["run", "--shell", "/nowhere/bash", "--", "true"], "--shell /nowhere/bash: there is no such program", ""),
        ] as [([String], String, String)])
    func commandLines(_ typed: [String], _ sentence: String, _ hint: String) async throws {
        try await withTestDirectory { directory in
            let result = try await Executable.run(typed, in: directory)
            #expect(result.status == 2, "\(result.stderr)")
            #expect(
                result.stderr.contains(sentence) && (hint.isEmpty || result.stderr.contains(hint)), "\(result.stderr)")
            #expect(result.stdout.isEmpty)
            // Nothing was created.
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
        }
    }

    @Test("a job file without -f")
    func jobFileWithoutOption() async throws {
        try await withTestDirectory { directory in
            try "true\n".write(toFile: "\(directory)/work.txt", atomically: true, encoding: .utf8)
            let result = try await Executable.run(["run", "work.txt"], in: directory)
            #expect(result.status == 2 && result.stderr.contains("jobmon run -f work.txt"), "\(result.stderr)")
        }
    }

    @Test("a param that is misspelled or unused starts nothing")
    func slipsInTemplates() async throws {
        try await withTestDirectory { directory in
            for (command, sentence) in [("{yaer}", "did you mean {year}?"), ("{}", "does not use the param \"year\"")] {
                let result = try await Executable.run(
                    ["run", "-d", "\(directory)/mon", "--each", "year=1990..1992", "--", "echo", command])
                #expect(result.status == 2 && result.stderr.contains(sentence), "\(result.stderr)")
                #expect(!FileManager.default.fileExists(atPath: "\(directory)/mon"))
            }
            let meant = try await Executable.run([
                "run", "-d", "\(directory)/mon", "--each", "i=1..3", "--unused-ok", "--", "true",
            ])
            #expect(meant.status == 0 && meant.stderr.contains("3 jobs: 3 complete"), "\(meant.stderr)")
        }
    }

    @Test("values and tables written by Windows: no mark or carriage return remains, in all files and stdin")
    func windowsFiles() async throws {
        try await withTestDirectory { directory in
            let mark = "\u{FEFF}"
            for (name, text) in [
                ("places.txt", "\(mark)north\r\nsouth\r\n"), ("sheet.csv", "\(mark)place;n\r\nnorth;1\r\nsouth;2\r\n"),
                ("sheet.tsv", "\(mark)place\tn\r\nnorth\t1\r\nsouth\t2\r\n"),
                ("lines.txt", "\(mark)printf %s north > out.1\r\nprintf %s south > out.2\r\n"),
                (
                    "jobs.jsonl",
                    "\(mark){\"command\": \"printf %s north > out.1\"}\r\n{\"command\": \"printf %s south > out.2\"}\r\n"
                ),
                ("jobs.yaml", "\(mark)- command: printf %s north > out.1\r\n- command: printf %s south > out.2\r\n"),
            ] { try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8) }
            let command = ["--", "sh", "-c", "printf %s \"$0\" > out.$1", "{place}", "{jid}"]
            let ways: [([String], String)] = [
                (["--each", "place=@places.txt"] + command, ""), (["-f", "sheet.csv"] + command, ""),
                (["-f", "sheet.tsv"] + command, ""), (["-f", "lines.txt"], ""), (["-f", "jobs.jsonl"], ""),
                (["-f", "jobs.yaml"], ""),
                (["-f", "-"], "\(mark)printf %s north > out.1\r\nprintf %s south > out.2\r\n"),
            ]
            for (index, (way, stdin)) in ways.enumerated() {
                let result = try await Executable.run(
                    ["run", "-d", "mon\(index)", "--no-progress"] + way, in: directory, stdin: stdin)
                #expect(result.status == 0, "\(way): \(result.stderr)")
                for (number, place) in [(1, "north"), (2, "south")] {
                    let path = "\(directory)/out.\(number)"
                    #expect(try String(contentsOfFile: path, encoding: .utf8) == place, "\(way)")
                    try FileManager.default.removeItem(atPath: path)
                }
            }
        }
    }

    @Test("the same jobs in another spelling run nothing again")
    func spellings() async throws {
        try await withTestDirectory { directory in
            try "y\n1\n2\n3\n".write(toFile: "\(directory)/run.csv", atomically: true, encoding: .utf8)
            for way in [["--each", "y=1..3"], ["--each", "y=1,2,3"], ["--each", "y=1,2..3"], ["-f", "run.csv"]] {
                let result = try await Executable.run(
                    ["run", "-d", "mon"] + way + ["--", "sh", "-c", "echo $0 >> marks", "{y}"], in: directory)
                #expect(result.status == 0, "\(result.stderr)")
            }
            let marks = try String(contentsOfFile: "\(directory)/marks", encoding: .utf8)
            #expect(marks.split(separator: "\n").sorted() == ["1", "2", "3"])
        }
    }
}

/// Shell lines in job files.
@Suite(.timeLimit(.minutes(20)), .enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash")))
struct ShellLineTests {
    private func run(_ lines: String, _ options: [String] = [], in directory: String) async throws
        -> Executable.Finished
    {
        try lines.write(toFile: "\(directory)/lines.txt", atomically: true, encoding: .utf8)
        return try await Executable.run(
            ["run", "-d", "mon", "-f", "lines.txt", "--no-progress"] + options, in: directory,
            environment: ["BASH_FUNC_module%%": "() { echo module $1; }"])
    }

    @Test("functions that bash exports and bash's own syntax work")
    func isBash() async throws {
        try await withTestDirectory { directory in
            let result = try await run("module load > a && [[ a == a ]] && echo {1..3} > b\n", in: directory)
            #expect(result.status == 0, "\(result.stderr)")
            #expect(try String(contentsOfFile: "\(directory)/a", encoding: .utf8) == "module load\n")
            #expect(try String(contentsOfFile: "\(directory)/b", encoding: .utf8) == "1 2 3\n")
        }
    }

    @Test("--shell selects another shell, which show names")
    func otherShell() async throws {
        try await withTestDirectory { directory in
            let result = try await run("echo \"$0\" > a\n", ["--shell", "/bin/sh"], in: directory)
            #expect(result.status == 0, "\(result.stderr)")
            #expect(try String(contentsOfFile: "\(directory)/a", encoding: .utf8) == "/bin/sh\n")
            let shown = try await Executable.run(["show", "-d", "mon", "1"], in: directory)
            #expect(shown.stdout.contains("(a shell line, run by /bin/sh)"), "\(shown.stdout)")
            // It is no part of the key.
            let again = try await run("echo \"$0\" > a\n", in: directory)
            #expect(again.stderr.contains("nothing was left to do"), "\(again.stderr)")
        }
    }

    @Test("a line that is too long for an argument runs all the same, and leaves no file behind")
    func longLine() async throws {
        try await withTestDirectory { directory in
            let line = "printf %s " + String(repeating: "x", count: 1 << 20) + " | wc -c > a; exit 3\n"
            let result = try await run(line, in: directory)
            #expect(result.status == 1 && result.stderr.contains("exit code 3"), "\(result.stderr)")
            let count = try String(contentsOfFile: "\(directory)/a", encoding: .utf8)
            #expect(count.trimmingCharacters(in: .whitespacesAndNewlines) == "1048576")
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(directory)/mon/run")
            #expect(!left.contains { $0.hasSuffix(".sh") }, "\(left)")
        }
    }
}
