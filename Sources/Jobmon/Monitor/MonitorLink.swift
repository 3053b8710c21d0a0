import JobmonCore
import JobmonExecutors
import JobmonQueue
import JobmonReporting
import JobmonRequests
import Synchronization

/// The way from a queue to the monitor of its directory, whoever that is at the moment: another process, or this one.
///
/// A queue must not care: its facts are acknowledged by a monitor, or lie in the spool, by the time `record` returns,
/// and what the monitor publishes comes without a gap. When a monitor that was there is away for `patience` seconds,
/// this process becomes the monitor itself.
final class MonitorLink: Sendable {
    /// How long a monitor may be away before this process becomes it, in seconds (DESIGN §9).
    static let patience = 60.0

    /// The same for a monitor that ended in order.
    static let orderlyPatience = 5.0

    private struct State {
        var remote: RemoteConnection?
        var own: DirectoryMonitor?
        /// When the monitor was last seen going away, on the steady clock; nil while there is one.
        var awaySince: Double?
        /// Facts that are spooled and that no monitor has acknowledged, in order.
        var unacknowledged: [Event] = []
        var spool: SpoolWriter
        var seq: Int64 = 0
        /// The ledger's sequence number when we came: what is published from then on is followed.
        var start: Int64 = 0
        var ending = false
        var stopped: @Sendable () -> Void = {}
        /// Why the queue is over; nil while it goes on.
        var lost: Problem?
        /// It is, since its directory is gone: what is said now belongs nowhere.
        var isHomeless = false
        /// Where a monitor that this process becomes listens, and where one that is there must.
        var address = "127.0.0.1"
    }

    private let layout: DirectoryLayout
    private let time: TimeSource
    private let sender: String
    private let patience: Double
    private let state: Mutex<State>
    /// Monitors that this process is to be, handed to the loop that runs them.
    private let becoming: AsyncStream<DirectoryMonitor>
    private let become: AsyncStream<DirectoryMonitor>.Continuation
    private let say: @Sendable (String) -> Void
    /// The monitor is somebody else's of this process, who ends it.
    private let isGiven: Bool
    /// Whether the directory is the one that we came to.
    private let isInPlace: @Sendable () -> Bool

    /// - Parameters:
    ///   - own: the monitor that this process is already; nil: it is looked for, and become where there is none.
    ///   - isInPlace: whether the directory is the one that the queue came to; where it is not, the queue is over.
    ///   - say: tells the user a sentence.
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

    /// Finds out where the monitor must listen for the executor's instances to reach it; one that is there, and does not,
    /// is refused.
    func reachable(from executor: QueueExecutor) async throws(Problem) {
        let address = try await executor.address()
        state.withLock { $0.address = address }
        if let info = MonitorInfo.read(layout), FileLock.isHeld(layout.monitorLock) != false {
            try ClusterReach.check(info, address: address)
        }
    }

    // MARK: Beginning and ending

    /// Finds the directory's monitor, or becomes it; then runs `body`. At the end everything that `body` recorded is
    /// acknowledged, unless the task is cancelled; a monitor of our own has ended in order.
    ///
    /// - Parameter patience: how many seconds the end may take, by what `body` came to; nil: until all is acknowledged.
    /// - Throws: `.unavailable` when the ledger can't be used, or a monitor that holds the lock does not answer.
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
                // What the monitor's end throws matters only where the body itself went well.
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
                // One that never came up is only a try that failed, and whoever tried says so.
                guard isAdopted else { continue }
                if !isInPlace() { loseHome() } else { lose(error) }
                // At our own end it is the end's result, if it is no consequence of what is known.
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

    /// Becomes the monitor, if nobody is; returns once it answers.
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

    /// Waits until nothing is left in our part of the spool, or for so long.
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

    /// The queue is over: who waits for the monitor is told why.
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

    /// Looks several times before it says so: a file system may be away for a moment, or under another name.
    private func hasLostHome() async -> Bool {
        for look in 0..<3 {
            if isInPlace() { return false }
            if look < 2, await !pause(0.5) { return false }
        }
        return true
    }

    // MARK: Keeping

    /// Looks after the connection: notices when a monitor is away, finds the next one, becomes it when none comes, and
    /// hands over what was spooled meanwhile.
    private func keep() async {
        var nextLook = time.steadySeconds() + 1
        var nextLookAtHome = nextLook
        while await pause(0.1) {
            if gone != nil {
                // A given monitor may have seen it first.
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

    /// How long to wait for the next monitor. One that ended in order took its file with it: it is not coming back soon,
    /// and nobody should wait a minute for it at the end of a queue.
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

    /// Hands spooled facts over again; their identity makes what has arrived already a repeat.
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

    /// What a failed call says of the monitor: one that answers, but can't write just now, is not away.
    private func noteFailure(_ problem: Problem) async {
        guard problem.code == .unavailable, let remote = state.withLock({ $0.remote }) else { return }
        if await !remote.isAlive(within: 5) { noteAway() }
    }

    // MARK: What a queue uses

    /// Why what was not recorded by then never will be; nil mostly.
    var lost: Problem? { state.withLock { $0.lost } }

    /// Why there will be no monitor any more; nil while there is one, or may be one again.
    var gone: Problem? {
        state.withLock { state in state.lost ?? (isGiven && (state.own?.hasEnded ?? true) ? Self.givenIsGone : nil) }
    }

    private static func removed(_ layout: DirectoryLayout) -> Problem {
        // Not one that passes: nobody is to try again.
        Problem(
            .contradiction, "the directory \(layout.root) was removed while this queue used it: the queue ends",
            hint:
                "its records are lost; tasks in a cluster continue (end them with scancel or qdel). Start again, and "
                + "do not remove the directory")
    }

    /// The monitor of this program, which it was given, has ended.
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

    /// How many of the queue's own facts lie in the spool, acknowledged by nobody.
    var unacknowledgedCount: Int { state.withLock { $0.unacknowledged.count } }

    /// Records facts, in order. Returns once each is acknowledged or spooled. New jobs need a monitor: while there is
    /// none, a call that holds one waits.
    func record(_ events: [Event]) async -> [SinkAnswer] {
        let stamped = stamp(events)
        let needsMonitor = stamped.contains {
            if case .job = $0.fact { true } else { false }
        }
        var told = false
        while true {
            let homeless = state.withLock { $0.isHomeless ? $0.lost : nil }
            if let homeless { return stamped.map { _ in .failed(homeless) } }
            // What is spooled already comes first: facts of one sender arrive in their order.
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

    /// Queues jobs; waits for a monitor while there is none.
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

    /// Says what is to happen when this process, being the monitor, is asked to stop.
    func onStopped(_ act: @escaping @Sendable () -> Void) { state.withLock { $0.stopped = act } }

    /// The monitor that answers at the moment; waits for one while there is none.
    func reading() async throws(Problem) -> any LedgerReading {
        while true {
            if let connection { return connection }
            if let gone { throw gone }
            guard await pause(0.1) else { throw Problem(.unavailable, "interrupted while waiting for the monitor") }
        }
    }

    /// What the monitor publishes of a queue since this process came, without a gap, whoever is the monitor. Ends when
    /// nobody reads it any more.
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

    /// What is on record of instances: in the spool, and in the ledger. The spool is read first, since a fact leaves it
    /// only once it is in the ledger.
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

    /// Lets time pass; false when the task is cancelled.
    func pause(_ seconds: Double) async -> Bool {
        do {
            try await Task.sleep(for: .seconds(seconds))
            return true
        } catch {
            return false
        }
    }
}
