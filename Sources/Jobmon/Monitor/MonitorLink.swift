import JobmonCore
import JobmonExecutors
import JobmonQueue
import JobmonReporting
import JobmonRequests
import Synchronization

/// The connection from a queue to the current monitor of its directory: another process, or this one.
///
/// The queue need not know which. By the time `record` returns, its facts are acknowledged by a monitor or in the
/// spool. Published changes arrive without a gap. If a monitor is away for `patience` seconds, this process becomes the
/// monitor.
final class MonitorLink: Sendable {
    /// Seconds that a monitor may be away before this process becomes the monitor.
    static let patience = 60.0

    /// The same after a monitor that ended in order.
    static let orderlyPatience = 5.0

    private struct State {
        var remote: RemoteConnection?
        var own: DirectoryMonitor?
        /// When the monitor went away, on the monotonic clock; nil while there is one.
        var awaySince: Double?
        /// Spooled facts that no monitor has acknowledged, in order.
        var unacknowledged: [Event] = []
        var spool: SpoolWriter
        var seq: Int64 = 0
        /// The ledger's sequence number when the queue attached: changes are followed from there.
        var start: Int64 = 0
        var ending = false
        var stopped: @Sendable () -> Void = {}
        /// Why the queue is over; nil while it runs.
        var lost: Problem?
        /// The queue is over because its directory is gone: later facts cannot be recorded anywhere.
        var isHomeless = false
        /// The address on which this process listens if it becomes the monitor, and on which another monitor must
        /// listen.
        var address = "127.0.0.1"
    }

    private let layout: DirectoryLayout
    private let time: TimeSource
    private let sender: String
    private let patience: Double
    private let state: Mutex<State>
    /// Monitors that this process becomes, for the loop that runs them.
    private let becoming: AsyncStream<DirectoryMonitor>
    private let become: AsyncStream<DirectoryMonitor>.Continuation
    private let say: @Sendable (String) -> Void
    /// The monitor was given by another part of this process, which also ends it.
    private let isGiven: Bool
    /// Whether the directory is still the one that the queue started with.
    private let isInPlace: @Sendable () -> Bool

    /// - Parameters:
    ///   - own: the monitor that this process is already; nil: find one, or become it if there is none.
    ///   - isInPlace: whether the directory is still the one that the queue started with; if not, the queue is over.
    ///   - say: shows a message to the user, one sentence per call.
    init(
        layout: DirectoryLayout, own: DirectoryMonitor? = nil, time: TimeSource = .system,
        patience: Double = MonitorLink.patience, isInPlace: @escaping @Sendable () -> Bool = { true },
        say: @escaping @Sendable (String) -> Void
    ) {
        self.isInPlace = isInPlace
        self.layout = layout
        self.time = time
        self.patience = patience
        self.say = say
        let sender = makeUUID()
        self.sender = sender
        isGiven = own != nil
        state = Mutex(State(own: own, spool: SpoolWriter(layout: layout, sender: sender)))
        (becoming, become) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Determines the address on which the monitor must listen so that the executor's instances reach it.
    /// - Throws: `.unavailable` if a running monitor does not listen there.
    func reachable(from executor: QueueExecutor) async throws(Problem) {
        let address = try await executor.address()
        state.withLock { $0.address = address }
        if let info = MonitorInfo.read(layout), FileLock.isHeld(layout.monitorLock) != false {
            try ClusterReach.check(info, address: address)
        }
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
                group.addTask { try await self.serve() }
                group.addTask { await self.keep() }
                let result: Swift.Result<Result, Problem>
                do throws(Problem) {
                    try await attach()
                    let value = try await body(self)
                    await flush(within: patience(value))
                    result = .success(value)
                } catch {
                    result = .failure(error)
                }
                await end()
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

    /// Runs the monitors that this process becomes, one after the other.
    private func serve() async throws {
        for await monitor in becoming {
            do throws(Problem) {
                try await monitor.run()
            } catch {
                let isAdopted = state.withLock { $0.own === monitor }
                // A monitor that never came up was only an attempt; `becomeMonitor` reports its error.
                guard isAdopted else { continue }
                if !isInPlace() { loseHome() } else { lose(error) }
                // During the end of this link, the error is the result, unless it follows from a known one.
                guard lost != nil else { throw error }
                return
            }
            let (ending, stopped) = state.withLock { ($0.ending, $0.stopped) }
            guard !ending else { return }
            say("the monitor in this process was asked to stop; stopping the queue in order")
            stopped()
        }
    }

    private func attach() async throws(Problem) {
        var told = false
        let start = time.steadySeconds()
        while !isGiven {
            if await findRemote() { break }
            if try await becomeMonitor() { break }
            guard time.steadySeconds() - start < patience else { throw MonitorLock.refusal(layout) }
            if !told, time.steadySeconds() - start > 2 {
                told = true
                say("the monitor of \(layout.root) does not answer yet; waiting for it")
            }
            guard await pause(0.1) else { throw Problem(.unavailable, "interrupted while waiting for the monitor") }
        }
        let sequence = try await LinkReading(link: self).summary(queue: nil).sequence
        state.withLock { $0.start = sequence }
    }

    private func findRemote() async -> Bool {
        guard MonitorInfo.read(layout) != nil, FileLock.isHeld(layout.monitorLock) != false else { return false }
        let remote = RemoteConnection(layout: layout, patience: 1, timeout: 10)
        guard await remote.isAlive(within: 2) else {
            return false
        }
        state.withLock {
            $0.remote = remote
            $0.awaySince = nil
        }
        return true
    }

    /// Becomes the monitor if there is none, and returns once it answers.
    /// - Returns: false if another process is the monitor.
    private func becomeMonitor() async throws(Problem) -> Bool {
        guard
            let monitor = try await DirectoryMonitor.prepare(
                .init(layout: layout, address: state.withLock { $0.address }, time: time, say: say))
        else {
            return false
        }
        become.yield(monitor)
        try await monitor.ready()
        let isUp = state.withLock { state in
            guard !monitor.hasEnded else { return false }
            state.own = monitor
            state.awaySince = nil
            return true
        }
        guard isUp else { throw Problem(.unavailable, "the monitor ended right after its start") }
        return true
    }

    /// Waits until all of this queue's spooled facts are acknowledged, at most `seconds`.
    private func flush(within seconds: Double?) async {
        let deadline = time.steadySeconds() + (seconds ?? .infinity)
        while unacknowledgedCount > 0, gone == nil, time.steadySeconds() < deadline {
            guard await pause(0.01) else { return }
        }
    }

    private func end() async {
        let own = state.withLock { state in
            state.ending = true
            return state.own
        }
        if !isGiven { own?.stop() }
        become.finish()
    }

    /// Declares the queue to be over, and tells the queue.
    private func lose(_ problem: Problem, isHomeless: Bool = false) {
        let stopped: (@Sendable () -> Void)? = state.withLock { state in
            guard state.lost == nil, !state.ending else { return nil }
            state.lost = problem
            state.isHomeless = isHomeless
            return state.stopped
        }
        stopped?()
    }

    private func loseHome() { lose(Self.removed(layout), isHomeless: true) }

    /// Checks several times: a file system may be away for a moment, or mounted under another name.
    private func hasLostHome() async -> Bool {
        for look in 0..<3 {
            if isInPlace() { return false }
            if look < 2, await !pause(0.5) { return false }
        }
        return true
    }

    // MARK: Keeping the connection

    /// Maintains the connection: notices when a monitor is away, finds the next one or becomes it, and delivers what
    /// was spooled meanwhile.
    private func keep() async {
        var nextLook = time.steadySeconds() + 1
        var nextLookAtHome = nextLook
        while await pause(0.1) {
            if gone != nil {
                // The given monitor may have noticed it first.
                if lost == nil, await hasLostHome() { loseHome() }
                return
            }
            if time.steadySeconds() >= nextLookAtHome {
                nextLookAtHome = time.steadySeconds() + 1
                if await hasLostHome() { return loseHome() }
            }
            let (hasRemote, isOwn, awaySince) = state.withLock { ($0.remote != nil, $0.own != nil, $0.awaySince) }
            if let awaySince {
                guard time.steadySeconds() >= nextLook else { continue }
                nextLook = time.steadySeconds() + 0.25
                if await findRemote() {
                    say("a monitor is back")
                } else if time.steadySeconds() - awaySince > awayPatience {
                    await takeOver()
                }
            } else if hasRemote || isOwn {
                await deliver()
                if hasRemote, time.steadySeconds() >= nextLook {
                    nextLook = time.steadySeconds() + 2
                    let remote = state.withLock { $0.remote }
                    if let remote, await !remote.isAlive(within: 5) { noteAway() }
                }
            }
        }
    }

    /// Seconds to wait for the next monitor. A monitor that ended in order has removed its file and will not return
    /// soon; then the end of a queue need not wait a minute.
    private var awayPatience: Double {
        MonitorInfo.read(layout) == nil ? min(patience, Self.orderlyPatience) : patience
    }

    private func takeOver() async {
        do throws(Problem) {
            if try await becomeMonitor() { say("no monitor came back; this process is the monitor now") }
        } catch {
            say("\(error)")
        }
    }

    private func noteAway() {
        let isNews = state.withLock { state in
            guard state.own == nil, state.awaySince == nil, state.remote != nil else { return false }
            state.awaySince = time.steadySeconds()
            state.remote = nil
            return true
        }
        if isNews { say("the monitor does not answer; the spool keeps all reports, and local jobs continue") }
    }

    /// Delivers spooled facts again. If one has arrived already, its identity makes it a repeat.
    private func deliver() async {
        let waiting = state.withLock { Array($0.unacknowledged.prefix(1000)) }
        guard !waiting.isEmpty, let connection else { return }
        do throws(Problem) {
            _ = try await connection.record(waiting)
            state.withLock { state in
                state.unacknowledged.removeFirst(min(waiting.count, state.unacknowledged.count))
                for event in waiting { event.identity.map { state.spool.remove($0) } }
            }
        } catch {
            await noteFailure(error)
        }
    }

    /// Handles a failed call. A monitor that answers but cannot write at the moment is not away.
    private func noteFailure(_ problem: Problem) async {
        guard problem.code == .unavailable, let remote = state.withLock({ $0.remote }) else { return }
        if await !remote.isAlive(within: 5) { noteAway() }
    }

    // MARK: Interface for the queue

    /// Why facts that are not recorded by now never will be; usually nil.
    var lost: Problem? { state.withLock { $0.lost } }

    /// Why there will be no monitor any more; nil while there is one, or may be one again.
    var gone: Problem? {
        state.withLock { state in state.lost ?? (isGiven && (state.own?.hasEnded ?? true) ? Self.givenIsGone : nil) }
    }

    private static func removed(_ layout: DirectoryLayout) -> Problem {
        // A code that does not pass: nothing should try again.
        Problem(
            .contradiction, "the directory \(layout.root) was removed while this queue used it: the queue ends",
            hint:
                "its records are lost; tasks in a cluster continue (end them with scancel or qdel). Start again, and "
                + "do not remove the directory")
    }

    /// The monitor of this program, on which the queue was opened, has ended.
    static let givenIsGone = Problem(
        .contradiction, "the monitor of this program has ended, and its queues with it",
        hint: "create another monitor, and open the queue on it")

    var connection: (any MonitorConnection)? {
        if gone != nil { return nil }
        return state.withLock { state in
            if let own = state.own { return own.connection }
            return state.remote
        }
    }

    /// The number of the queue's facts that are spooled and not acknowledged.
    var unacknowledgedCount: Int { state.withLock { $0.unacknowledged.count } }

    /// Records facts in order. Returns once each is acknowledged or spooled. A new job needs a monitor: a call with a
    /// `job` fact waits for one. If the task is cancelled meanwhile, the answers are `.failed`.
    func record(_ events: [Event]) async -> [SinkAnswer] {
        let stamped = stamp(events)
        let needsMonitor = stamped.contains {
            if case .job = $0.fact { true } else { false }
        }
        var told = false
        while true {
            let homeless = state.withLock { $0.isHomeless ? $0.lost : nil }
            if let homeless { return stamped.map { _ in .failed(homeless) } }
            // Spooled facts go first: facts of one sender must arrive in order.
            if unacknowledgedCount == 0, let connection {
                do throws(Problem) {
                    return try await connection.record(stamped).map { .acknowledged($0) }
                } catch {
                    guard error.code == .unavailable else { return stamped.map { _ in .failed(error) } }
                    await noteFailure(error)
                    if needsMonitor, !told {
                        told = true
                        say("\(error)")
                    }
                }
            }
            if !needsMonitor, spool(stamped) { return stamped.map { _ in .spooled } }
            if let gone { return stamped.map { _ in .failed(gone) } }
            guard await pause(0.2) else {
                return stamped.map { _ in .failed(Problem(.unavailable, "interrupted while waiting for the monitor")) }
            }
        }
    }

    private func stamp(_ events: [Event]) -> [Event] {
        state.withLock { state in
            events.map { event in
                guard event.identity == nil else { return event }
                var stamped = event
                state.seq += 1
                stamped.identity = EventIdentity(sender: sender, seq: state.seq)
                if stamped.time == nil { stamped.time = time.now() }
                return stamped
            }
        }
    }

    private func spool(_ events: [Event]) -> Bool {
        state.withLock { state in
            guard events.allSatisfy({ state.spool.write($0) }) else { return false }
            state.unacknowledged += events
            return true
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

    /// Sets the function to call when this process, being the monitor, is asked to stop.
    func onStopped(_ act: @escaping @Sendable () -> Void) { state.withLock { $0.stopped = act } }

    /// The current monitor; waits for one if there is none.
    /// - Throws: `.unavailable` if the task is cancelled meanwhile, or why there will be no monitor.
    func reading() async throws(Problem) -> any LedgerReading {
        while true {
            if let connection { return connection }
            if let gone { throw gone }
            guard await pause(0.1) else { throw Problem(.unavailable, "interrupted while waiting for the monitor") }
        }
    }

    /// The published changes of a queue since this link attached, without a gap, across monitors. Ends when its reader
    /// is cancelled.
    func changes(queue: String) -> AsyncStream<[Change]> {
        let follower = ChangeFollower(after: state.withLock { $0.start }) { self.connection }
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
    func pause(_ seconds: Double) async -> Bool {
        do {
            try await Task.sleep(for: .seconds(seconds))
            return true
        } catch {
            return false
        }
    }
}
