import Glibc
import JobmonCore
import JobmonQueue
import Synchronization

/// Connects the signals with the queue of a `run`: the first signal stops the queue in order, a second one ends the
/// process at once.
final class RunControl: Sendable {
    private let screen: RunScreen
    /// Whether instances in a cluster continue there.
    private let leavesRunning: Bool
    private let runner = Mutex<QueueRunner?>(nil)

    init(screen: RunScreen, leavesRunning: Bool) {
        self.screen = screen
        self.leavesRunning = leavesRunning
    }

    /// Runs the queue and shows its progress.
    /// - Parameter whenQueued: called once all jobs are in the ledger.
    func run(
        _ runner: QueueRunner, _ jobs: JobsToQueue, again: Bool, whenQueued: @escaping @Sendable () -> Void
    ) async throws(Problem) -> QueueSummary {
        try await run(runner) { () async throws(Problem) in
            try await runner.run(jobs, again: again, whenQueued: whenQueued)
        }
    }

    /// Shows the queue's progress while `body` runs it.
    func run(
        _ runner: QueueRunner, _ body: @escaping @Sendable () async throws(Problem) -> QueueSummary
    ) async throws(Problem) -> QueueSummary {
        self.runner.withLock { $0 = runner }
        return try await withWork(body, beside: { await self.screen.follow { runner.counts } })
    }

    /// Runs `body` while handling signals.
    func guarded(
        _ body: @escaping @Sendable () async throws(Problem) -> QueueSummary
    ) async throws -> QueueSummary {
        let signals = Signals.received(keepingAll: true)
        return try await withThrowingTaskGroup(of: QueueSummary?.self) { group in
            group.addTask {
                var count = 0
                for await number in signals {
                    count += 1
                    self.heed(number, first: count == 1)
                }
                return nil
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let finished = try await group.next() {
                if let finished { return finished }
            }
            throw Problem(.internalError, "the queue did not run")
        }
    }

    /// Runs `body` after the end of the queue. A signal ends the process at once.
    func finishing(_ body: @escaping @Sendable () async -> Void) async {
        let signals = Signals.received(keepingAll: true)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await number in signals { self.heed(number, first: false) }
                return false
            }
            group.addTask {
                await body()
                return true
            }
            while let isOver = await group.next(), !isOver {}
            group.cancelAll()
        }
    }

    private func heed(_ signal: Int32, first: Bool) {
        let name = SignalName.name(Int(signal))
        guard first, let runner = runner.withLock({ $0 }) else {
            // Nothing was started yet, or the user does not want to wait: all facts are in the ledger or in the spool.
            screen.end()
            screen.say("\(name): ended at once")
            exit(ExitStatus.interrupted.rawValue)
        }
        if leavesRunning {
            screen.say("\(name): jobs in the cluster continue; run the same command again to follow them")
            return runner.requestStop()
        }
        screen.say("\(name): ending the running jobs and recording their end; a second signal ends jobmon at once")
        runner.requestStop()
    }
}
