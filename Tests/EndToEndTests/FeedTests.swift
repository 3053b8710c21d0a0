import Foundation
import JobmonTestSupport
import Testing

/// `jobmon run --feed`: the queue for a program in another language.
@Suite(.timeLimit(.minutes(20)))
struct FeedTests {
    private func answers(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    private func feed(_ directory: String, _ requests: [String], options: [String] = []) throws -> Running {
        try Running(
            Executable.path, ["run", "--feed", "-d", directory, "--queue", "q", "-j", "2", "--no-progress"] + options,
            stdin: requests.joined(separator: "\n") + "\n")
    }

    @Test("jobs are accepted, answered, awaited and named")
    func takesJobs() async throws {
        try await withTestDirectory { directory in
            let run = try await feed(
                directory,
                [
                    "what",
                    #"{"id":1,"job":{"key":"a","name":"good","command":["true"]}}"#,
                    #"{"id":2,"job":{"key":"b","name":"bad","command":["sh","-c","echo why >&2; exit 3"]}}"#,
                    #"{"id":3,"job":{"key":"c","command":["true"],"memory":"much"}}"#,
                    #"{"id":4,"job":{"command":["true"]}}"#, #"{"id":5}"#, "",
                    #"{"id":6,"wait":true}"#, #"{"id":7,"end":true}"#,
                ]
            ).finished()
            #expect(run.status == 1, "\(run.stderr)")
            let answers = try answers(run.stdout)
            #expect(answers.first?["ready"] as? Bool == true)
            func answer(_ id: Int) -> [String: Any]? { answers.first { $0["id"] as? Int == id } }
            #expect([1, 2].compactMap { answer($0)?["jid"] as? Int }.sorted() == [1, 2])
            for (id, word) in [(3, "memory"), (4, "key"), (5, "job, wait")] {
                let problem = try #require(answer(id)?["problem"] as? [String: Any])
                #expect((problem["message"] as? String)?.contains(word) == true, "\(problem)")
            }
            let unread = answers.first { $0["id"] is NSNull }?["problem"] as? [String: Any]
            #expect((unread?["message"] as? String)?.contains("request is not JSON") == true, "\(answers)")
            let summary = try #require(answer(6)?["summary"] as? [String: Any])
            #expect((summary["counts"] as? [String: Int])?["complete"] == 1)
            let failures = try #require(summary["failures"] as? [[String: Any]])
            #expect(failures.map { $0["name"] as? String } == ["bad"])
            #expect(failures.first?["description"] as? String == "why")
            #expect(answer(7) != nil)
        }
    }

    @Test("a program that disappears: running jobs end and are recorded, the rest is left to the next run")
    func programGoes() async throws {
        try await withTestDirectory { directory in
            let run = try feed(
                directory,
                (1...4).map {
                    "{\"id\":\($0),\"job\":{\"key\":\"\($0)\",\"command\":[\"sh\",\"-c\","
                        + "\"touch began.\($0); while [ ! -e go ]; do sleep 0.05; done; echo x >> ran.\($0)\"],"
                        + "\"cwd\":\"\(directory)\"}}"
                } + [#"{"id":9,"counts":true}"#])
            // Jobs that had started continue; whether none, one or two had is chance.
            let ended = try await run.finished()
            #expect(ended.status == 130, "\(ended.stderr)")
            #expect(ended.stderr.contains("the program that fed the queue has ended"), "\(ended.stderr)")
            try Data().write(to: URL(fileURLWithPath: "\(directory)/go"))
            let rest = try await Executable.run(["run", "-d", directory, "--queue", "q", "--no-progress"])
            #expect(rest.status == 0, "\(rest.stderr)")
            let queued = try answers(ended.stdout).filter { $0["jid"] != nil }.count
            let ran = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasPrefix("ran.") }
            #expect(ran.count >= queued)
            for name in ran {
                #expect(try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8) == "x\n", "\(name)")
            }
        }
    }

    @Test("stopped by a signal, it records the ends of its jobs even if the program is gone")
    func isStoppedAndLeft() async throws {
        try await withTestDirectory { directory in
            let pipe = "\(directory)/requests"
            try #require(mkfifo(pipe, 0o600) == 0)
            let words = [Executable.path, "run", "--feed", "-d", directory, "--queue", "q", "--no-progress"]
            let run = try Running("/bin/sh", ["-c", "exec \"$@\" < \"$0\"", pipe] + words)
            let requests = try #require(FileHandle(forWritingAtPath: pipe))
            let job = "echo began; trap 'sleep 1; exit 0' TERM; while :; do sleep 0.1; done"
            try requests.write(
                contentsOf: Data("{\"id\":1,\"job\":{\"key\":\"a\",\"command\":\"\(job)\"}}\n".utf8))
            try await waitUntil("it runs") {
                try await Executable.run(["logs", "-d", directory, "1"]).stdout.contains("began")
            }
            run.send(SIGINT)
            try await waitUntil("it is being stopped") { run.stderr.contains("SIGINT") }
            try requests.close()
            #expect(try await run.finished().status == 130)
            let jobs = try await Executable.run(["jobs", "-d", directory, "--json"]).stdout
            #expect(jobs.contains("\"status\":\"QUEUED\"") && jobs.contains("\"status\":\"CANCELLED\""), "\(jobs)")
        }
    }

    @Test("options that select other jobs are refused")
    func refusesOtherJobs() async throws {
        try await withTestDirectory { directory in
            let run = try await Executable.run(["run", "--feed", "-d", directory, "--", "true"])
            #expect(run.status == 2)
            #expect(run.stderr.contains("stdin"), "\(run.stderr)")
        }
    }
}
