import Foundation
import JobmonTestSupport
import Testing

/// A requester in bash and curl, written from docs/protocol.md alone: `Examples/requester.sh`.
@Suite(.timeLimit(.minutes(20)))
struct RequesterTests {
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Examples/requester.sh").standardizedFileURL.path

    private func run(
        _ directory: String, _ words: [String], stdin: String = "", environment: [String: String] = [:]
    ) throws -> Running {
        try Running(
            "/usr/bin/env", ["bash", Self.script] + words,
            environment: environment.merging(["JOBMON_DIR": directory]) { $1 }, stdin: stdin)
    }

    private func jobs(_ directory: String) async throws -> [[String: Any]] {
        let text = try await Executable.run(["jobs", "-d", directory, "--json"]).stdout
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    }

    private func last(_ job: [String: Any]) throws -> [String: Any] {
        try #require((job["instances"] as? [[String: Any]])?.last)
    }

    private func spooled(_ directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(directory)/spool").filter { !$0.hasPrefix(".") }
    }

    @Test("it is shorter than 40 lines")
    func isShort() throws {
        let text = try String(contentsOfFile: Self.script, encoding: .utf8)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 40)
    }

    @Test("a command keeps its bytes and exit code, and the ledger has them")
    func runsCommands() async throws {
        try await withTestDirectory { directory in
            let monitor = try await MonitorProcess.start("\(directory)/mon")
            let mon = "\(directory)/mon"
            let good = try await run(mon, ["ok", "cat", "-"], stdin: "hi\n").finished()
            #expect(good.status == 0 && good.stdout == "hi\n", "\(good.stderr)")
            let name = "quote \"x\" \\ é☃😀\nline2"
            let script = "printf 'a\\tb \"q\" \\001 é😀 \\377 \\000 nul\\nValueError: last line é\\n' >&2; exit 3"
            let odd = try await run(mon, [name, "sh", "-c", script, "", "*", "--x=y z"]).finished()
            #expect(odd.status == 3)
            #expect(odd.stderr.hasSuffix("ValueError: last line é\n"))
            #expect(try await run(mon, ["nope", "/does/not/exist"]).finished().status == 127)
            #expect(try await run(mon, ["killed", "bash", "-c", "kill -9 $$"]).finished().status == 137)
            #expect(try await run(mon, ["last", "sh", "-c", "exit 255"]).finished().status == 255)

            let jobs = try await jobs(mon)
            #expect(jobs.map { $0["status"] as? String } == ["COMPLETE", "FAILED", "FAILED", "FAILED", "FAILED"])
            #expect(jobs[0]["runfile"] as? String == "cat" && jobs[0]["args"] as? [String] == ["-"])
            #expect(try last(jobs[0])["executor"] as? String == "bash")
            #expect(try last(jobs[0])["host"] is String)
            #expect(jobs[1]["name"] as? String == name)
            #expect(jobs[1]["args"] as? [String] == ["-c", script, "", "*", "--x=y z"])
            let error = try #require(try last(jobs[1])["error"] as? String)
            #expect(error == "a\tb \"q\" \u{01} é😀   nul\nValueError: last line é\n")
            #expect(try last(jobs[2])["exit_code"] as? Int == 127)
            #expect(try last(jobs[3])["signal"] as? Int == 9)
            #expect(try last(jobs[4])["exit_code"] as? Int == 255)
            #expect(try spooled(mon) == [])
            try await monitor.killed()
        }
    }

    @Test("without a monitor the facts wait in the spool, and a monitor that returns is found again")
    func survivesMonitors() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            #expect(try await run(mon, ["before", "sh", "-c", "exit 7"]).finished().status == 7)
            #expect(try spooled(mon).count == 3)
            let first = try await MonitorProcess.start(mon)
            #expect(try await jobs(mon).map { $0["status"] as? String } == ["FAILED"])
            #expect(try spooled(mon) == [])

            let through = try run(
                mon,
                [
                    "through", "sh", "-c",
                    "touch '\(directory)/began'; while [ ! -e '\(directory)/go' ]; do sleep 0.05; done",
                ])
            try await waitUntil("it runs") { FileManager.default.fileExists(atPath: "\(directory)/began") }
            try await waitUntil("its start is recorded") { try await jobs(mon).last?["status"] as? String == "RUNNING" }
            try await first.killed()
            let second = try await MonitorProcess.start(mon)
            try Data().write(to: URL(fileURLWithPath: "\(directory)/go"))
            #expect(try await through.finished().status == 0)
            #expect(try await jobs(mon).map { $0["status"] as? String } == ["FAILED", "COMPLETE"])
            #expect(try spooled(mon) == [])
            try await second.killed()
        }
    }

    @Test("it prints its usage")
    func saysHowItIsUsed() async throws {
        try await withTestDirectory { directory in
            let run = try await run(directory, ["only-a-name"]).finished()
            #expect(run.status == 2 && run.stderr.contains("usage"))
        }
    }
}
