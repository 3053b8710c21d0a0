import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonExecutors

/// What a killed queue leaves to the next one.
@Suite struct BatchLeftoversTests {
    @Test("array jobs that ended meanwhile leave nothing once the queue is done; others stay")
    func whatEndedUnseenGoes() async throws {
        try await withTestDirectory("whatEndedUnseenGoes") { path in
            let bench = try BatchBench(path)
            _ = try await bench.executor.submit([BatchBench.order("a"), BatchBench.order("b")])
            _ = try await bench.executor.submit([BatchBench.order("c"), BatchBench.order("d")])
            let next = try BatchBench(path, after: bench)
            for key in ["a", "b", "c"] {
                try next.begin(key)
                next.note(key, outcome: Outcome(evidence: Evidence(exitCode: key == "a" ? 1 : 0)))
            }
            // The outcome of this one is not known yet.
            try next.begin("d")
            next.note("d", outcome: Outcome(status: .unknown, cause: .lost))
            let before = try next.manifests()
            await next.executor.tidy()
            #expect(["a", "b", "c", "d"].filter { next.exists(next.layout.fence($0)) } == ["c", "d"])
            #expect(try next.manifests().count == before.count / 2)
            next.note("d", outcome: Outcome(evidence: Evidence(exitCode: 0)))
            await next.executor.tidy()
            #expect(try next.manifests().isEmpty)
            #expect(!next.exists(next.layout.fence("c")) && !next.exists(next.layout.fence("d")))
        }
    }
}
