import Foundation
import JobmonCore
import JobmonExecutors
import JobmonReporting
import JobmonTestSupport
import Synchronization

/// A batch executor as its queue sees it. There, the wrappers' reports arrive through the monitor; here, they are read
/// from the spool, where they are without a monitor.
final class ThroughSpool: Executor {
    let name: String
    private let executor: BatchExecutor
    private let layout: DirectoryLayout
    private let said = Mutex(Said())

    private struct Said {
        var started: Set<String> = []
        var ended: Set<String> = []
    }

    init(_ rig: Rig, directory: String, runner: any CommandRunner) throws {
        let layout = DirectoryLayout(root: directory)
        for folder in layout.folders {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        var configuration = BatchExecutor.Configuration(
            layout: layout, queue: "conforms", executable: Executable.path, host: HostIdentity.host,
            bootID: HostIdentity.bootID, random: { UUID().uuidString.lowercased() })
        configuration.interval = 1
        executor = try BatchExecutor(rig == .slurm ? .slurm : .sge, configuration, runner: runner) { keys in
            Self.known(SpoolReader(layout: layout).events(about: Set(keys)))
        }
        self.layout = layout
        name = executor.name
    }

    private static func known(_ events: [Event]) -> [String: KnownInstance] {
        var known: [String: KnownInstance] = [:]
        for event in events {
            if let key = event.fact.instanceKey { known[key, default: KnownInstance()].take(event.fact) }
        }
        return known
    }

    func submit(_ batch: [InstanceOrder]) async throws(ExecutorError) -> [SubmitAnswer] {
        try await executor.submit(batch)
    }

    func observe(_ keys: [String]) async throws(ExecutorError) -> [String: Observation] {
        try await executor.observe(keys)
    }

    func cancel(_ keys: [String], returningAttempt: Bool) async throws(ExecutorError) {
        try await executor.cancel(keys, returningAttempt: returningAttempt)
    }

    func recall() async { await executor.recall() }

    func stop(ending: Bool) async {
        await executor.stop(ending: ending)
        executor.forget(Array(said.withLock { $0.ended }))
    }

    func reports() -> AsyncStream<[ExecutorReport]> {
        let (stream, continuation) = AsyncStream.makeStream(of: [ExecutorReport].self)
        let reading = Task {
            while !Task.isCancelled {
                let reports = try await waitFor("a fact in the spool", within: 600) {
                    let reports = spooled()
                    return reports.isEmpty ? nil : reports
                }
                continuation.yield(reports)
            }
        }
        let listening = Task {
            for await batch in executor.reports() {
                let reports = batch.flatMap { report in
                    if case .found(let key, .ended(let outcome)) = report { return found(key, outcome) }
                    return [report]
                }
                if !reports.isEmpty { continuation.yield(reports) }
            }
        }
        continuation.onTermination = { _ in
            reading.cancel()
            listening.cancel()
        }
        return stream
    }

    /// Reports of the wrappers that were not passed on yet.
    private func spooled() -> [ExecutorReport] {
        var reports: [ExecutorReport] = []
        for event in SpoolReader(layout: layout).batches().flatMap(\.events) {
            guard let key = event.fact.instanceKey else { continue }
            switch event.fact {
            case .running:
                if said.withLock({ $0.started.insert(key).inserted }) { reports.append(.started(instanceKey: key)) }
            case .outcome(_, let outcome) where outcome.status.isFinal:
                if said.withLock({ $0.ended.insert(key).inserted }) {
                    reports.append(.ended(instanceKey: key, outcome: outcome))
                }
            default: break
            }
        }
        return reports
    }

    /// Converts an end that the executor found. An instance that never started and gives its attempt back counts as
    /// never made.
    private func found(_ key: String, _ outcome: Outcome) -> [ExecutorReport] {
        guard said.withLock({ $0.ended.insert(key).inserted }) else { return [] }
        let hasBegun = said.withLock { $0.started.contains(key) }
        if !hasBegun, outcome.status == .cancelled, outcome.returnsAttempt { return [.returned(instanceKey: key)] }
        return [.ended(instanceKey: key, outcome: outcome)]
    }
}

/// Runs the commands of a fake cluster, in its environment.
struct FakeRunner: CommandRunner {
    let fake: FakeCluster

    func run(
        _ command: [String], within seconds: Double, givingUpAt hopeless: String?
    ) async throws(ExecutorError) -> CommandResult {
        let environment = fake.environment.map { "\($0.key)=\($0.value)" }
        return try await ProcessRunner().run(
            ["env"] + environment + command, within: seconds, givingUpAt: hopeless)
    }
}
