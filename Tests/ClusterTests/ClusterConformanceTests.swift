import JobmonCore
import JobmonExecutors
import JobmonTestSupport
import Testing

/// The batch executor conforms to the rules for executors with both schedulers: first the real ones, then the fake
/// ones.
@Suite(.serialized) struct ClusterConformanceTests {
    @Test(
        "on a real cluster the batch executor keeps every executor's contract", .timeLimit(.minutes(20)),
        .enabled(if: !Rig.up.isEmpty, Rig.why), arguments: Rig.up, ExecutorConformance.shared)
    func conformsOnReal(_ rig: Rig, _ contract: ExecutorConformance.Contract) async throws {
        try await withCluster { mon in try await conforms(rig, contract, mon, ProcessRunner()) }
    }
}

@Suite(.serialized) struct FakeConformanceTests {
    @Test(
        "on a fake cluster the batch executor keeps every executor's contract", .timeLimit(.minutes(20)),
        .enabled(if: FakeCluster.isThere, "there is no python3"),
        arguments: Rig.allCases, ExecutorConformance.shared)
    func conformsOnFake(_ rig: Rig, _ contract: ExecutorConformance.Contract) async throws {
        try await withCluster { mon in
            let fake = try FakeCluster(in: "\(mon.path)/..")
            try await conforms(rig, contract, mon, FakeRunner(fake: fake))
        }
    }
}

private func conforms(
    _ rig: Rig, _ contract: ExecutorConformance.Contract, _ mon: ClusterDirectory, _ runner: any CommandRunner
) async throws {
    try await contract.check(waiting: ["queue_options": .string(rig.waitingOptions)], within: 60) { _ in
        try ThroughSpool(rig, directory: mon.path, runner: runner)
    }
}
