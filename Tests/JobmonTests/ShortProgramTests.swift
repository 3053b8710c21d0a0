import Foundation
import JobmonCore
import JobmonTestSupport
import Testing

@testable import Jobmon

/// Programs that are run for a short time: nothing that they do holds up their caller.
@Suite(.timeLimit(.minutes(20)))
struct ShortProgramTests {
    private func shell(
        _ script: String, input: String = "", within seconds: Double = 300
    ) async throws -> ShortProgram.Finished {
        try await ShortProgram.run("/bin/sh", ["-c", script], input: Array(input.utf8), within: seconds)
    }

    /// Whether a process has ended; one that nobody has waited for counts.
    private func isGone(_ pid: Int32) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return true }
        return stat.split(separator: ")").last?.first(where: { $0 != " " }) == "Z"
    }

    @Test("its exit code or signal, and the end of what it wrote")
    func ends() async throws {
        let failed = try await shell("echo out; echo err >&2; exit 3")
        #expect(failed == ShortProgram.Finished(end: .exited(3), said: "out\nerr\n"))
        let killed = try await shell("kill -9 $$")
        #expect(killed.end == .signalled(9))
        let long = try await shell("yes | head -n 100000; echo last")
        #expect(long.end == .exited(0) && long.said.utf8.count <= 4096 && long.said.hasSuffix("y\nlast\n"))
    }

    @Test("what it does not read, and what it reads, may be more than a pipe holds")
    func input() async throws {
        let text = String(repeating: "x", count: 1 << 20)
        #expect(try await shell("exit 0", input: text).end == .exited(0))
        #expect(try await shell("wc -c", input: text).said.contains("1048576"))
        #expect(try await shell("exec 0<&-; exit 4", input: text).end == .exited(4))
    }

    @Test("one that does not end is ended, with what it started, also what ignores TERM")
    func hangs() async throws {
        for script in [
            "trap '' TERM; sleep 300 & echo $!; wait", "(trap '' TERM; exec sleep 300) & echo $!; exec sleep 300",
            "sleep 300 & echo $!; exec sleep 300",
        ] {
            let hanging = try await shell(script, within: 1)
            #expect(hanging.end == .outOfTime)
            let child = try #require(Int32(hanging.said.split(separator: "\n").first ?? ""), "\(hanging)")
            try await waitUntil("\(child) is over") { isGone(child) }
        }
        let endless = try await shell("exec yes", within: 1)
        #expect(endless.end == .outOfTime && endless.said.utf8.count <= 4096)
    }

    @Test("one that goes on in the background is not waited for")
    func background() async throws {
        let ended = try await shell("sleep 300 & echo $!")
        #expect(ended.end == .exited(0))
        if let pid = Int32(ended.said.split(separator: "\n").first ?? "") { kill(pid, SIGKILL) }
    }

    @Test("one that is not there")
    func missing() async throws {
        do {
            _ = try await ShortProgram.run("/nowhere/notify", [], input: [], within: 300)
            Issue.record("it was started")
        } catch {
            #expect(error.message == "/nowhere/notify cannot be started: No such file or directory")
        }
    }
}
