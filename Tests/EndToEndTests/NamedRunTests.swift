import Foundation
import JobmonTestSupport
import Testing

/// A run with given jobs runs those and no others.
@Suite(.timeLimit(.minutes(20)))
struct NamedRunTests {
    @Test("another command after a failed one: the exit code is its own")
    func ownExitCode() async throws {
        try await withTestDirectory { directory in
            let first = try await Executable.run(["run", "--no-progress", "--", "false"], in: directory)
            #expect(first.status == 1, "\(first.stderr)")
            let second = try await Executable.run(["run", "--no-progress", "--", "true"], in: directory)
            #expect(second.status == 0 && second.stderr.contains("1 job: 1 complete"), "\(second.stderr)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [".jobmon"])
        }
    }

    @Test("the rest of an interrupted sweep is left, reported in one line, and can be continued")
    func leavesTheRest() async throws {
        try await withTestDirectory { directory in
            let sweep = [
                "run", "-d", "mon", "-j", "1", "--no-progress", "--each", "i=1..4", "--", "sh", "-c",
                "echo {i} >> ran; test -e go || sleep 60",
            ]
            let run = try Running(Executable.path, sweep, in: directory)
            try await waitUntil("the first runs") { FileManager.default.fileExists(atPath: "\(directory)/ran") }
            run.send(SIGINT)
            #expect(try await run.finished().status == 130)
            let other = try await Executable.run(
                ["run", "-d", "mon", "--no-progress", "--", "echo", "hello"], in: directory)
            #expect(other.status == 0, "\(other.stderr)")
            #expect(other.stderr.contains("Left:   4 other jobs of queue run (4 queued)"), "\(other.stderr)")
            _ = FileManager.default.createFile(atPath: "\(directory)/go", contents: nil)
            let rest = try await Executable.run(["run", "-d", "mon", "--no-progress", "--queue", "run"], in: directory)
            #expect(rest.status == 0, "\(rest.stderr)")
            let ran = try String(contentsOfFile: "\(directory)/ran", encoding: .utf8).split(separator: "\n").sorted()
            #expect(ran == ["1", "1", "2", "3", "4"])
        }
    }

    @Test("a command that a killed queue left keeps running and is recorded, beside another run")
    func followsWhatIsAlive() async throws {
        try await withTestDirectory { directory in
            let first = try Running(
                Executable.path,
                [
                    "run", "-d", "mon", "--no-progress", "--", "sh", "-c",
                    "touch up; while ! test -e go; do sleep 0.05; done; echo done > left",
                ],
                in: directory)
            try await waitUntil("it runs") { FileManager.default.fileExists(atPath: "\(directory)/up") }
            try await first.killed()
            let other = try await Executable.run(["run", "-d", "mon", "--no-progress", "--", "true"], in: directory)
            #expect(other.status == 0 && other.stderr.contains("(1 running)"), "\(other.stderr)")
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/left"))
            _ = FileManager.default.createFile(atPath: "\(directory)/go", contents: nil)
            try await waitUntil("it ended") { FileManager.default.fileExists(atPath: "\(directory)/left") }
            let all = try await Executable.run(["run", "-d", "mon", "--no-progress", "--queue", "run"], in: directory)
            #expect(all.status == 0 && all.stderr.contains("2 jobs: 2 complete"), "\(all.stderr)")
        }
    }

    @Test("a new round of a command is not a new round of another one")
    func rounds() async throws {
        try await withTestDirectory { directory in
            func run(_ words: String...) async throws {
                let finished = try await Executable.run(["run", "-d", "mon", "--no-progress"] + words, in: directory)
                #expect(finished.status == 0, "\(finished.stderr)")
            }
            try await run("--", "sh", "-c", "echo a >> ran")
            try await run("--", "sh", "-c", "echo b >> ran")
            try await run("--again", "--", "sh", "-c", "echo b >> ran")
            try await run("--", "sh", "-c", "echo a >> ran")
            try await run("--", "sh", "-c", "echo b >> ran")
            let ran = try String(contentsOfFile: "\(directory)/ran", encoding: .utf8).split(separator: "\n")
            #expect(ran == ["a", "b", "b"])
        }
    }
}
