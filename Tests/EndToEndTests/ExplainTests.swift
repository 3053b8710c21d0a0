import Foundation
import JobmonTestSupport
import Testing

/// `jobmon explain`, with a monitor and without.
@Suite(.timeLimit(.minutes(20)))
struct ExplainTests {
    @Test("what sets failed jobs apart is named with its numbers")
    func differences() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let ran = try await Executable.run([
                "run", "-d", mon, "--each", "site=a,it's b,c,d", "--each", "i=1..20", "--", "sh", "-c",
                "case $1 in it*) echo \"Error: no station for $1\" >&2; exit 3;; esac; test $2 != 7", "sh", "{site}",
                "{i}",
            ])
            #expect(ran.status == 1, "\(ran.stderr)")
            // 21 to 40 are those of the second site.
            let explained = try await Executable.run(["explain", "-d", mon, "22", "1"])
            #expect(explained.status == 0, "\(explained.stderr)")
            let text = explained.stdout
            #expect(text.contains("job 22  echo  FAILED  attempt 1\n"), "\(text)")
            #expect(text.contains("  why       Error: no station for it's b\n"), "\(text)")
            #expect(text.contains("  sure      certain\n"), "\(text)")
            #expect(text.contains("  evidence  the command ended with exit code 3\n"), "\(text)")
            // The three with i=7 failed otherwise, and are on neither side.
            let sentence = "site=it's b: 20 of the 20 jobs that failed so, 0 of 57 that worked (by chance: 7e-19)\n"
            #expect(text.contains("  apart     \(sentence)"), "\(text)")
            #expect(!text.contains("i=2:"), "\(text)")
            #expect(text.contains("one more attempt: jobmon retry 22 -d \(mon)\n"), "\(text)")
            #expect(text.contains("  why       it is complete: exit code 0\n"), "\(text)")

            let json = try await Executable.run(["explain", "-d", mon, "22", "--json"])
            let all = try #require(
                try JSONSerialization.jsonObject(with: Data(json.stdout.utf8)) as? [[String: Any]])
            #expect(
                Set(try #require(all.first).keys) == [
                    "jid", "name", "status", "cause", "why", "certainty", "evidence", "differences", "next",
                ])
            let differences = try #require(all.first?["differences"] as? [[String: Any]])
            #expect(
                Set(try #require(differences.first).keys) == [
                    "property", "failed_with", "failed", "worked_with", "worked", "chance",
                ])
            #expect(differences.first?["failed_with"] as? Int == 20 && differences.first?["failed"] as? Int == 20)
            #expect(differences.first?["worked_with"] as? Int == 0 && differences.first?["worked"] as? Int == 57)

            // The same of the whole group. Those of most jobs are listed first.
            func groups(_ arguments: [String]) async throws -> [[String: Any]] {
                let printed = try await Executable.run(["errors", "-d", mon, "--json"] + arguments)
                return try #require(
                    try JSONSerialization.jsonObject(with: Data(printed.stdout.utf8)) as? [[String: Any]], "\(printed)")
            }
            let listed = try await groups([])
            #expect(listed.count == 2 && listed.allSatisfy { $0["differences"] is NSNull }, "\(listed)")
            let name = try #require(listed.first?["id"] as? String)
            let group = try await Executable.run(["errors", "-d", mon, name])
            #expect(group.stdout.contains("  apart    \(sentence)"), "\(group)")
            let one = try await groups([name])
            #expect((one.first?["differences"] as? [[String: Any]])?.count == differences.count, "\(one)")
            let some = try await groups([name, "--param", "i=2"])
            #expect(some.count == 1 && some.first?["differences"] is NSNull, "\(some)")

            let monitor = try await MonitorProcess.start(mon)
            let served = try await Executable.run(["explain", "-d", mon, "22", "1"])
            #expect(served.stdout == text, "\(served.stdout)")
            try await monitor.killed()
        }
    }

    @Test("a program that gets no more memory within ulimit -v is explained by that limit")
    func addressSpace() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let monitor = try await MonitorProcess.start(mon)
            let line =
                "ulimit -v 4194304; exec '\(Executable.path)' exec -d '\(mon)' --name fit -- "
                + "python3 -c 'bytearray(8 << 30)'"
            let ran = try await Running("/bin/sh", ["-c", line], stdin: "").finished()
            #expect(ran.status == 1, "\(ran.stderr)")
            let text = try await waitFor("its end is recorded") {
                let explained = try await Executable.run(["explain", "-d", mon, "1"])
                return explained.stdout.contains("FAILED") ? explained.stdout : nil
            }
            #expect(text.contains("  why       it got no more memory: MemoryError\n"), "\(text)")
            #expect(text.contains("  sure      likely"), "\(text)")
            #expect(text.contains("  evidence  the command ended with exit code 1\n"), "\(text)")
            #expect(text.contains("each of its processes was limited to 4.0 GiB (ulimit -v)\n"), "\(text)")
            try await monitor.killed()
        }
    }

    @Test("a job that is not there")
    func missing() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            _ = try await Executable.run(["run", "-d", mon, "--", "true"])
            let none = try await Executable.run(["explain", "-d", mon, "2"])
            #expect(none.status == 1 && none.stdout.isEmpty, "\(none.stderr)")
            let some = try await Executable.run(["explain", "-d", mon, "2", "1"])
            #expect(some.status == 1 && some.stdout.contains("job 1  "), "\(some.stderr)")
        }
    }

    @Test("why a job waits")
    func waiting() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let running = try Running(
                Executable.path,
                [
                    "run", "-d", mon, "-j", "1", "--queue", "q", "--each", "i=1..3", "--", "sh", "-c",
                    "echo $1 >> \(directory)/begun; while ! test -e \(directory)/go; do sleep 0.05; done", "sh", "{i}",
                ])
            try await waitUntil("a job runs") { FileManager.default.fileExists(atPath: "\(directory)/begun") }
            try await waitUntil("the ledger knows it") {
                let listed = try await Executable.run(["jobs", "-d", mon, "--status", "running"])
                return listed.stdout.contains(" RUNNING ")
            }
            let explained = try await Executable.run(["explain", "-d", mon, "3"])
            #expect(explained.stdout.contains("it waits until there is room for it"), "\(explained.stdout)")
            running.send(SIGKILL)
            _ = try await running.finished()
            _ = FileManager.default.createFile(atPath: "\(directory)/go", contents: nil)
            try await waitUntil("nobody runs the queue") {
                let explained = try await Executable.run(["explain", "-d", mon, "3"])
                return explained.stdout.contains("nobody runs its queue q now")
            }
            let explained2 = try await Executable.run(["explain", "-d", mon, "3"])
            #expect(
                explained2.stdout.contains("starts when its queue is run: jobmon run -d \(mon) --queue q"),
                "\(explained2.stdout)")
        }
    }
}
