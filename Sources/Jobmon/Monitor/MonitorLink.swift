import JobmonCore
import JobmonExecutors
import JobmonQueue
import JobmonReporting
import Synchronization

/// The connection from a queue to the current monitor of its directory: another process, or this one.
///
/// The queue need not know which. By the time `record` returns, its facts are acknowledged by a monitor or in the
/// spool. Published changes arrive without a gap. `MonitorFinder` knows where the monitor is, `SpooledConnection` which
/// facts it does not have yet.
final class MonitorLink: Sendable {
    private let layout: DirectoryLayout
    private let time: TimeSource
    private let finder: MonitorFinder
    private let facts: SpooledConnection
    /// The ledger's sequence number when the queue attached: changes are followed from there.
    private let start = Mutex<Int64>(0)
    private let say: @Sendable (String) -> Void

    /// - Parameters:
    ///   - own: the monitor that this process is already; nil: find one, or become it if there is none.
    ///   - patience: the number of seconds that a monitor may be away before this process becomes it.
    ///   - isInPlace: whether the directory is still the one that the queue started with; if not, the queue is over.
    ///   - say: shows a message to the user, one sentence per call.
    init(
        layout: DirectoryLayout, own: DirectoryMonitor? = nil, time: TimeSource = .system,
        patience: Double = MonitorFinder.patience, isInPlace: @escaping @Sendable () -> Bool = { true },
        say: @escaping @Sendable (String) -> Void
    ) {
        self.layout = layout
        self.time = time
        self.say = say
        finder = MonitorFinder(
            layout: layout, own: own, time: time, patience: patience, isInPlace: isInPlace, say: say)
        facts = SpooledConnection(layout: layout, time: time)
    }

    /// Determines the address on which the monitor must listen so that the executor's instances reach it.
    /// - Throws: `.unavailable` if a running monitor does not listen there.
    func reachable(from executor: QueueExecutor) async throws(Problem) {
        try finder.require(try await executor.address())
    }

    // MARK: Start and end

    /// Finds the directory's monitor, or becomes it; then runs `body`. At the end, everything that `body` recorded is
    /// acknowledged, unless the task is cancelled. A monitor of this process then stops in order.
    ///
    /// - Parameter patience: the number of seconds that the end may take, given the result of `body`; nil: wait until
    ///   everything is acknowledged.
    /// - Throws: `.unavailable` if the ledger cannot be used, or if a monitor holds the lock and does not answer.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable (MonitorLink) async throws(Problem) -> Result,
        endingWithin patience: @escaping @Sendable (Result) -> Double?
    ) async throws(Problem) -> Result {
        let outcome: Swift.Result<Result, Problem>
        do {
            outcome = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.finder.serve() }
                group.addTask { await self.finder.keep { await self.deliver() } }
                let result: Swift.Result<Result, Problem>
                do throws(Problem) {
                    try await attach()
                    let value = try await body(self)
                    await flush(within: patience(value))
                    result = .success(value)
                } catch {
                    result = .failure(error)
                }
                finder.end()
                group.cancelAll()
                // An error from the monitor's end matters only if the body succeeded.
                if case .success = result { try await group.waitForAll() }
                return result
            }
        } catch let problem as Problem {
            throw problem
        } catch is CancellationError {
            throw Problem(.unavailable, "the queue was ended")
        } catch {
            throw Problem(.internalError, "the monitor ended with an unexpected error: \(error)")
        }
        return try outcome.get()
    }

    private func attach() async throws(Problem) {
        try await finder.find()
        try await takeInSpool()
        let sequence = try await LinkReading(link: self).summary(queue: nil).sequence
        start.withLock { $0 = sequence }
    }

    /// Delivers what is in the spool now, before the queue reads the ledger: an earlier queue may have spooled the creation
    /// of an instance and handed it to its supervisor just before it died. A monitor takes new files in only every few
    /// seconds.
    private func takeInSpool() async throws(Problem) {
        while true {
            let monitor = try await writing()
            do throws(Problem) {
                for batch in SpoolReader(layout: layout).batches() {
                    if !batch.events.isEmpty { _ = try await monitor.record(batch.events) }
                    // What can't be read is for the monitor to report.
                    if batch.unreadable.isEmpty { batch.acknowledge() }
                }
                return
            } catch {
                // What this monitor will never take stays there, for it to report.
                guard error.code == .unavailable else { return say("the spool could not be delivered: \(error)") }
                await finder.noteFailure(error)
                guard await pause(0.2) else { throw error }
            }
        }
    }

    /// Waits until all of this queue's spooled facts are acknowledged, at most `seconds`.
    private func flush(within seconds: Double?) async {
        let deadline = time.steadySeconds() + (seconds ?? .infinity)
        while facts.waiting > 0, gone == nil, time.steadySeconds() < deadline {
            guard await pause(0.01) else { return }
        }
    }

    /// Delivers what was spooled while the monitor was away.
    private func deliver() async {
        guard let connection else { return }
        do throws(Problem) {
            try await facts.deliver(over: connection, atMost: 1000)
        } catch {
            await finder.noteFailure(error)
        }
    }

    // MARK: Interface for the queue

    /// Why facts that are not recorded by now never will be; usually nil.
    var lost: Problem? { finder.lost }

    /// Why there will be no monitor any more; nil while there is one, or may be one again.
    var gone: Problem? { finder.gone }

    var connection: (any MonitorConnection)? { finder.connection }

    /// Sets the function to call when this process, being the monitor, is asked to stop.
    func onStopped(_ act: @escaping @Sendable () -> Void) { finder.onStopped(act) }

    /// Records facts in order. Returns once each is acknowledged or spooled. A new job needs a monitor: a call with a
    /// `job` fact waits for one. If the task is cancelled meanwhile, the answers are `.failed`.
    func record(_ events: [Event]) async -> [SinkAnswer] {
        let stamped = facts.stamp(events)
        let needsMonitor = stamped.contains {
            if case .job = $0.fact { true } else { false }
        }
        var told = false
        while true {
            if let homeless = finder.homeless { return stamped.map { _ in .failed(homeless) } }
            // Spooled facts go first: facts of one sender must arrive in order.
            if facts.waiting == 0, let connection {
                do throws(Problem) {
                    return try await connection.record(stamped).map { .acknowledged($0) }
                } catch {
                    guard error.code == .unavailable else { return stamped.map { _ in .failed(error) } }
                    await finder.noteFailure(error)
                    if needsMonitor, !told {
                        told = true
                        say("\(error)")
                    }
                }
            }
            if !needsMonitor, facts.keep(stamped) { return stamped.map { _ in .spooled } }
            if let gone { return stamped.map { _ in .failed(gone) } }
            guard await pause(0.2) else {
                return stamped.map { _ in .failed(Problem(.unavailable, "interrupted while waiting for the monitor")) }
            }
        }
    }

    /// Queues jobs; waits for a monitor if there is none.
    /// - Throws: why they could not be queued.
    func enqueue(_ events: [Event]) async throws(Problem) -> [EventResult] {
        var results: [EventResult] = []
        for answer in await record(events) {
            switch answer {
            case .acknowledged(let result): results.append(result)
            case .failed(let problem): throw problem
            case .spooled: throw Problem(.internalError, "a new job was spooled, though it needs a monitor")
            }
        }
        return results
    }

    /// The current monitor; waits for one if there is none.
    /// - Throws: `.unavailable` if the task is cancelled meanwhile, or why there will be no monitor.
    func reading() async throws(Problem) -> any LedgerReading { try await writing() }

    /// The same.
    private func writing() async throws(Problem) -> any MonitorConnection {
        while true {
            if let connection { return connection }
            if let gone { throw gone }
            guard await pause(0.1) else { throw Problem(.unavailable, "interrupted while waiting for the monitor") }
        }
    }

    /// The published changes of a queue since this link attached, without a gap, across monitors. Ends when its reader
    /// is cancelled.
    func changes(queue: String) -> AsyncStream<[Change]> {
        let follower = ChangeFollower(after: start.withLock { $0 }) { self.connection }
        return AsyncStream {
            while let news = await follower.next() {
                guard case .changes(let changes) = news else { continue }
                let ours = changes.filter { $0.queue == queue }
                if !ours.isEmpty { return ours }
            }
            return nil
        }
    }

    /// What is recorded of instances, in the spool and in the ledger. The spool is read first, since a fact leaves it
    /// only after it is in the ledger.
    func known(_ keys: [String]) async throws(Problem) -> [String: KnownInstance] {
        let spooled = SpoolReader(layout: layout).events(about: Set(keys))
        let reading = LinkReading(link: self)
        var known: [String: KnownInstance] = [:]
        for key in keys {
            if let record = try await reading.instance(key: key) { known[key] = KnownInstance(record) }
        }
        for event in spooled {
            guard let key = event.fact.instanceKey else { continue }
            known[key, default: KnownInstance()].take(event.fact)
        }
        return known
    }

    /// Waits; returns false if the task is cancelled.
    func pause(_ seconds: Double) async -> Bool { await finder.pause(seconds) }
}
