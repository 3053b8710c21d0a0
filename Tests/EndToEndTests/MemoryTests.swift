import Foundation
import JobmonTestSupport
import Testing

/// The memory of all processes of a job, from the job to the ledger.
@Suite(.timeLimit(.minutes(20)))
struct MemoryTests {
    /// A program with two processes, which have 60 MB that they share and 60 MB more, for so many seconds.
    private static func program(seconds: Int) -> [String] {
        let text = """
            import os, time
            def hold(size):
                held = bytearray(size << 20)
                held[::4096] = b"x" * len(held[::4096])
                return held
            shared = hold(60)
            if os.fork() == 0:
                own = hold(60)
                time.sleep(\(seconds))
                os._exit(0)
            os.wait()
            """
        return ["python3", "-I", "-S", "-c", text]
    }

    private func instance(_ mon: String) async throws -> [String: Any] {
        let asked = try await Executable.run([
            "query", "-d", mon, "--json",
            "select cause, maxrss, memory_peak, memory_source, memory_bound from job_instance",
        ])
        let rows = try JSONSerialization.jsonObject(with: Data(asked.stdout.utf8)) as? [[String: Any]]
        return try #require(rows?.first, "\(asked.stdout)\(asked.stderr)")
    }

    @Test("pages that the processes of a job share count once, and those of each are added")
    func peakOfAJob() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let ran = try await Executable.run(["run", "-d", mon, "--no-progress", "--"] + Self.program(seconds: 3))
            #expect(ran.status == 0, "\(ran.stderr)")
            let instance = try await instance(mon)
            let peak = try #require(instance["memory_peak"] as? Int, "\(instance)")
            #expect(peak > 110 << 20 && peak < 170 << 20, "\(instance)")
            #expect(instance["memory_source"] is String && !(instance["memory_bound"] as? String == "at_least"))
            let shown = try await Executable.run(["show", "-d", mon, "1"])
            #expect(shown.stdout.contains(" MiB of memory"), "\(shown.stdout)")
        }
    }

    @Test("an attempt that was ended for its time limit may have needed more")
    func peakOfAnAttemptThatWasEnded() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let ran = try await Executable.run(
                ["run", "-d", mon, "--no-progress", "--timeout", "6s", "--"] + Self.program(seconds: 300))
            #expect(ran.status == 1, "\(ran.stderr)")
            let instance = try await instance(mon)
            #expect(instance["cause"] as? String == "timeout" && instance["memory_bound"] as? String == "at_least")
            let peak = try #require(instance["memory_peak"] as? Int, "\(instance)")
            #expect(peak > 110 << 20 && peak < 170 << 20, "\(instance)")
            let shown = try await Executable.run(["show", "-d", mon, "1"])
            #expect(shown.stdout.contains("at least ") && shown.stdout.contains(" MiB of memory"), "\(shown.stdout)")
        }
    }
}
