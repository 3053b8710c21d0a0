import Foundation
import JobmonTestSupport
import Testing

/// `jobmon doctor`: each line says that something is well, or what is wrong and what to do.
@Suite(.timeLimit(.minutes(20)))
struct DoctorTests {
    @Test("a host on which jobs run: every line is ok, a job comes back, and nothing is left behind")
    func allIsWell() async throws {
        try await withTestDirectory { directory in
            let result = try await Executable.run(["doctor", "--executor", "local"], in: directory)
            #expect(result.status == 0, "\(result.stdout)\(result.stderr)")
            let lines = result.stdout.split(separator: "\n")
            for subject in ["executable", "directory", "disk", "host", "job"] {
                #expect(lines.contains { $0.contains(" \(subject) ") && !$0.hasPrefix("wrong") }, "\(result.stdout)")
            }
            #expect(result.stdout.contains("/.jobmon does not exist yet; jobmon run creates it"))
            #expect(result.stdout.contains("a job of one second came back after"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
        }
    }

    @Test("a directory that is served by a monitor, in JSON")
    func aServedDirectory() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            _ = try await MonitorProcess.start(mon)
            let result = try await Executable.run(["doctor", "-d", mon, "--executor", "local", "--json"])
            #expect(result.status == 0, "\(result.stdout)\(result.stderr)")
            let rows = try #require(
                try JSONSerialization.jsonObject(with: Data(result.stdout.utf8)) as? [[String: Any]])
            #expect(rows.allSatisfy { Set($0.keys) == ["subject", "verdict", "text", "advice"] })
            let texts = Dictionary(
                rows.map { ($0["subject"] as? String ?? "", $0["text"] as? String ?? "") },
                uniquingKeysWith: { first, _ in first })
            #expect(texts["directory"] == mon)
            #expect(texts["monitor"]?.contains("answers") == true)
            #expect(rows.last?["subject"] as? String == "job" && rows.last?["verdict"] as? String == "ok")
            // The job had a ledger of its own.
            let jobs = try await Executable.run(["jobs", "-d", mon, "--json"])
            #expect(jobs.stdout == "[]\n")
            let left = try FileManager.default.contentsOfDirectory(atPath: mon)
            #expect(!left.contains { $0.hasPrefix(".jobmon-doctor") }, "\(left)")
        }
    }

    @Test("what is wrong is said with what to do, and nothing is tried after that")
    func wrongDirectories() async throws {
        try await withTestDirectory { directory in
            let file = "\(directory)/file"
            try Data("x".utf8).write(to: URL(fileURLWithPath: file))
            let ledger = "\(directory)/mon"
            try FileManager.default.createDirectory(atPath: ledger, withIntermediateDirectories: true)
            try Data(repeating: 65, count: 10000).write(to: URL(fileURLWithPath: "\(ledger)/job_monitor.sqlite"))
            let open = "\(directory)/open"
            try FileManager.default.createDirectory(atPath: open, withIntermediateDirectories: true)
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: open)
            for (place, words) in [(file, "is not a directory"), (file + "/below", "not a directory"), (open, "chmod")]
            {
                let result = try await Executable.run(["doctor", "-d", place, "--executor", "local"])
                #expect(result.status == 1, "\(result.stdout)\(result.stderr)")
                let lines = result.stdout.split(separator: "\n")
                #expect(lines.contains { $0.hasPrefix("wrong") && $0.contains("directory") }, "\(result.stdout)")
                #expect(lines.last?.contains("->") == true && result.stdout.contains(words), "\(result.stdout)")
                #expect(!result.stdout.contains("job of one second"))
            }
            let result = try await Executable.run(["doctor", "-d", ledger, "--executor", "local", "--no-job"])
            #expect(result.status == 1 && result.stdout.contains("job_monitor.sqlite"), "\(result.stdout)")
        }
    }

    @Test("Ctrl-C takes the job back, and leaves nothing behind", arguments: [SIGINT, SIGTERM])
    func interrupted(_ signal: Int32) async throws {
        try await withTestDirectory { directory in
            let run = try Running(Executable.path, ["doctor", "--executor", "local"], in: directory, stdin: "")
            try await waitUntil("its job has a directory") {
                try FileManager.default.contentsOfDirectory(atPath: directory).contains {
                    $0.hasPrefix(".jobmon-doctor")
                }
            }
            run.send(signal)
            let result = try await run.finished()
            #expect(result.status == 130, "\(result.stdout)\(result.stderr)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
        }
    }

    @Test("a scheduler whose commands are not here")
    func noScheduler() async throws {
        try await withTestDirectory { directory in
            for (name, command) in [("slurm", "sbatch"), ("sge", "qsub")] {
                let result = try await Executable.run(
                    ["doctor", "--executor", name], in: directory, environment: ["PATH": directory])
                #expect(result.status == 1, "\(result.stdout)\(result.stderr)")
                let line = result.stdout.split(separator: "\n").first { $0.hasPrefix("wrong") }
                #expect(line?.contains(command) == true && line?.contains("not on PATH") == true, "\(result.stdout)")
                #expect(result.stdout.contains("-> run this where the commands of"))
            }
            // Without being asked for, it is not looked at.
            let all = try await Executable.run(["doctor", "--no-job"], in: directory, environment: ["PATH": directory])
            #expect(all.status == 0 && !all.stdout.contains("PATH"), "\(all.stdout)\(all.stderr)")
        }
    }

    @Test(
        "mistakes on the command line",
        arguments: [
            (["--executor", "slrum"], "there is no executor \"slrum\""), (["--within", "soon"], "--within"),
            (["--within", "2"], "too short"),
        ])
    func mistakes(_ options: [String], _ words: String) async throws {
        try await withTestDirectory { directory in
            let result = try await Executable.run(["doctor"] + options, in: directory)
            #expect(result.status == 2 && result.stderr.contains(words), "\(result.stdout)\(result.stderr)")
            #expect(result.stdout.isEmpty)
        }
    }
}
