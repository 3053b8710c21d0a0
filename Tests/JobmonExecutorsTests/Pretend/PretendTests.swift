import Foundation
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonExecutors

/// The engine runs jobs on a scheduler of which it has nothing but a dialect: what is particular to a scheduler is there.
struct PretendTests {
    private static func executor(_ path: String, _ cluster: PretendCluster, _ clock: SteppedClock) throws
        -> BatchExecutor
    {
        let layout = DirectoryLayout(root: path)
        for folder in layout.folders {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        var configuration = BatchExecutor.Configuration(
            layout: layout, queue: "q", executable: "/nowhere/jobmon", host: "here", bootID: "boot",
            random: { UUID().uuidString.lowercased() })
        configuration.time = clock.time
        configuration.listening = { clock.listening }
        return try BatchExecutor(.pretend, configuration, runner: cluster) { keys in
            // What wrappers reported of their starts.
            let begun = keys.filter { FileManager.default.fileExists(atPath: layout.fence($0)) }
            return Dictionary(
                uniqueKeysWithValues: begun.map { ($0, KnownInstance(started: true, host: "elsewhere", process: nil)) })
        }
    }

    @Test("submitted in arrays of its size, listed, accounted for, cancelled, and named as the scheduler names them")
    func runs() async throws {
        try await withTestDirectory { directory in
            let cluster = PretendCluster()
            let clock = SteppedClock()
            let executor = try Self.executor(directory, cluster, clock)
            #expect(executor.name == "pretend")
            #expect(try await executor.nodes() == ["here"])
            let keys = ["a", "b", "c", "d"]
            let answers = try await executor.submit(keys.map { BatchBench.order($0) })
            // No more than 3 in one array job.
            #expect(cluster.calls.filter { $0[0] == "psub" }.map { $0[4] } == ["3", "1"])
            #expect(answers.count == 4)
            let waiting = try await executor.observe(keys)
            #expect(keys.allSatisfy { key in if case .waiting? = waiting[key] { true } else { false } })

            for key in ["a", "b", "c"] {
                try Data("1\n".utf8).write(to: URL(fileURLWithPath: DirectoryLayout(root: directory).fence(key)))
            }
            // One ends well, one fails, one runs: the accounting tells of those that are not listed.
            cluster.change { state in
                state.tasks[10] = [3: "runs"]
                state.ended[10] = [1: 0, 2: 4]
            }
            // Twice: what is missing once may be on its way.
            clock.wait(200)
            _ = try await executor.observe(keys)
            clock.wait(200)
            let found = try await executor.observe(keys)
            guard case .ended(let well)? = found["a"], case .ended(let failed)? = found["b"] else {
                Issue.record("\(found)")
                return
            }
            #expect(well.status == .complete)
            #expect(failed.resolvedCause == .exit && failed.evidence.exitCode == 4)
            try await executor.cancel(["d"], returningAttempt: false)
            #expect(cluster.calls.contains { $0[0] == "pkill" && $0[1] == "11" })
        }
    }

    @Test("what it can't give is refused in its own words, before it is asked")
    func refuses() async throws {
        try await withTestDirectory { directory in
            let cluster = PretendCluster()
            let executor = try Self.executor(directory, cluster, SteppedClock())
            let answers = try await executor.submit([BatchBench.order("a", ["gpus": 1])])
            #expect("\(answers)".contains("Pretend has no GPUs"))
            #expect(!cluster.calls.contains { $0[0] == "psub" })
        }
    }
}
