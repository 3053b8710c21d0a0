import Foundation
import JobmonTestSupport
import Testing

/// `retry`, `cancel` and `forget` as a user types them.
@Suite(.timeLimit(.minutes(20)))
struct SelectionTests {
    private func failed(_ directory: String, _ count: Int) async throws {
        let run = try await Executable.run([
            "run", "-d", directory, "--each", "i=1..\(count)", "--no-logs", "--no-progress", "--", "sh", "-c",
            "exit $(({i} % 2))",
        ])
        #expect(run.status == 1, "\(run.stderr)")
    }

    private func count(_ directory: String, _ status: String) async throws -> Int {
        let read = try await Executable.run([
            "query", "-d", directory, "--csv",
            "select count(*) from job j join status s on s.id = j.status where label = '\(status)' and forgotten is null",
        ])
        return Int(read.stdout.split(whereSeparator: \.isNewline).last ?? "") ?? -1
    }

    @Test("all failed jobs in one command, with and without a monitor", arguments: [false, true])
    func allThatFailed(withMonitor: Bool) async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            try await failed(mon, 40)
            if withMonitor { #expect(try await Executable.run(["monitor", mon, "--detach"]).status == 0) }
            let dry = try await Executable.run(["retry", "-d", mon, "--status", "failed", "--dry-run"])
            #expect(dry.stdout.contains("20 jobs") && dry.stdout.contains("and 10 more"), "\(dry.stdout)")
            #expect(try await count(mon, "FAILED") == 20)
            let retried = try await Executable.run(["retry", "-d", mon, "--queue", "run"])
            #expect(retried.status == 0 && retried.stdout == "20 jobs queued for another attempt\n", "\(retried)")
            #expect(try await count(mon, "QUEUED") == 20)
            let range = try await Executable.run(["cancel", "-d", mon, "1-10", "--param", "i=3"])
            #expect(range.stdout == "job 3: cancelled\n", "\(range)")
            let forgotten = try await Executable.run(["forget", "-d", mon, "--status", "queued"])
            #expect(forgotten.stdout == "19 jobs forgotten\n", "\(forgotten)")
            let list = try await Executable.run(["jobs", "-d", mon])
            #expect(list.stderr.contains("21 jobs: 20 COMPLETE, 1 CANCELLED"), "\(list.stderr)")
            if withMonitor { #expect(try await Executable.run(["stop", "-d", mon]).status == 0) }
        }
    }

    @Test("a request that cannot be meant is answered with one sentence, and nothing is done")
    func badSelections() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            try await failed(mon, 2)
            for (arguments, status, words) in [
                (["retry"], 2, "no jobs are selected"),
                (["retry", "5-3"], 2, "ends before it begins"),
                (["retry", "x"], 2, "not a job's number"),
                (["retry", "--queue", "nosuch"], 1, "no job matches"),
                (["retry", "1", "--memory", "1.5x"], 1, "requests no memory"),
                (["retry", "1", "--memory", "much"], 2, "invalid size \"much\" for --memory"),
                (["cancel", "--status", "failed"], 1, "FAILED already"),
                (["forget", "99"], 1, "there is no job 99"),
            ] as [([String], Int32, String)] {
                let said = try await Executable.run(arguments + ["-d", mon])
                #expect(said.status == status, "\(arguments): \(said)")
                #expect((said.stdout + said.stderr).contains(words), "\(arguments): \(said)")
            }
            #expect(try await count(mon, "FAILED") == 1)
        }
    }

    @Test("running jobs and jobs of a running queue are not forgotten")
    func forgetsNothingAlive() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let run = try Running(
                Executable.path,
                [
                    "run", "-d", mon, "--no-progress", "-j", "1", "--each", "i=1..2", "--", "sh", "-c",
                    "touch \(directory)/up; sleep 60; : {i}",
                ])
            try await waitUntil("a job runs") { FileManager.default.fileExists(atPath: "\(directory)/up") }
            let refused = try await Executable.run(["forget", "-d", mon, "1", "2"])
            #expect(refused.status == 1 && refused.stderr.contains("belongs to the queue \"run\""), "\(refused)")
            let range = try await Executable.run(["forget", "-d", mon, "1-1,1-2", "--host", "nosuch"])
            #expect(range.status == 1 && range.stderr.contains("no job matches"), "\(range)")
            run.send(SIGINT)
            _ = try await run.finished()
            let forgotten = try await Executable.run(["forget", "-d", mon, "1-2"])
            #expect(forgotten.status == 0, "\(forgotten)")
            // The same command makes new jobs.
            let again = try await Executable.run(["run", "-d", mon, "--no-progress", "--", "true"])
            #expect(again.status == 0 && !again.stderr.contains("Left:"), "\(again.stderr)")
        }
    }
}
