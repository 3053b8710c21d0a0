import JobmonCore
import JobmonReporting
import JobmonRequests
import Synchronization

/// Finds the monitor of a directory for a queue, and follows it from process to process. If a monitor is away for
/// `patience` seconds, this process becomes the monitor.
final class MonitorFinder: Sendable {
    /// Seconds that a monitor may be away before this process becomes the monitor.
    static let patience = 60.0

    /// The same after a monitor that ended in order.
    static let orderlyPatience = 5.0

    private struct State {
        var remote: RemoteConnection?
        var own: DirectoryMonitor?
        /// When the monitor went away, on the monotonic clock; nil while there is one.
        var awaySince: Double?
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

    /// The parameters are those of `MonitorLink`.
    init(
        layout: DirectoryLayout, own: DirectoryMonitor?, time: TimeSource, patience: Double,
        isInPlace: @escaping @Sendable () -> Bool, say: @escaping @Sendable (String) -> Void
    ) {
        self.isInPlace = isInPlace
        self.layout = layout
        self.time = time
        self.patience = patience
        self.say = say
        isGiven = own != nil
        state = Mutex(State(own: own))
        (becoming, become) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The current monitor; nil while it is away, or after it is gone.
    var connection: (any MonitorConnection)? {
        if gone != nil { return nil }
        return state.withLock { state in
            if let own = state.own { return own.connection }
            return state.remote
        }
    }

    /// Why facts that are not recorded by now never will be; usually nil.
    var lost: Problem? { state.withLock { $0.lost } }

    /// The same, if the reason is that the directory is gone: then the spool is gone too.
    var homeless: Problem? { state.withLock { $0.isHomeless ? $0.lost : nil } }

    /// Why there will be no monitor any more; nil while there is one, or may be one again.
    var gone: Problem? {
        state.withLock { state in state.lost ?? (isGiven && (state.own?.hasEnded ?? true) ? Self.givenIsGone : nil) }
    }

    /// Sets the function to call when this process, being the monitor, is asked to stop, and when the queue is over.
    func onStopped(_ act: @escaping @Sendable () -> Void) { state.withLock { $0.stopped = act } }

    /// Sets the address on which the monitor must listen so that the executor's instances reach it.
    /// - Throws: `.unavailable` if a running monitor does not listen there.
    func require(_ address: String) throws(Problem) {
        state.withLock { $0.address = address }
        if let info = MonitorInfo.read(layout), FileLock.isHeld(layout.monitorLock) != false {
            try ClusterReach.check(info, address: address)
        }
    }

    // MARK: Finding a monitor, and becoming it

    /// Finds the directory's monitor, or becomes it.
    /// - Throws: `.unavailable` if the ledger cannot be used, or if a monitor holds the lock and does not answer.
    func find() async throws(Problem) {
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

    /// Runs the monitors that this process becomes, one after the other, until `end`.
    func serve() async throws {
        for await monitor in becoming {
            do throws(Problem) {
                try await monitor.run()
            } catch {
                let isAdopted = state.withLock { $0.own === monitor }
                // A monitor that never came up was only an attempt; `becomeMonitor` reports its error.
                guard isAdopted else { continue }
                if !isInPlace() { loseHome() } else { lose(error) }
                // During the end, the error is the result, unless it follows from a known one.
                guard lost != nil else { throw error }
                return
            }
            let (ending, stopped) = state.withLock { ($0.ending, $0.stopped) }
            guard !ending else { return }
            say("the monitor in this process was asked to stop; stopping the queue in order")
            stopped()
        }
    }

    /// Ends `serve`. A monitor of this process stops in order, unless it was given.
    func end() {
        let own = state.withLock { state in
            state.ending = true
            return state.own
        }
        if !isGiven { own?.stop() }
        become.finish()
    }

    // MARK: Keeping the connection

    /// Maintains the connection: notices when a monitor is away, finds the next one or becomes it. Ends when the queue
    /// is over.
    /// - Parameter connected: called several times a second while there is a monitor.
    func keep(_ connected: () async -> Void) async {
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
                await connected()
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

    /// Handles a failed call. A monitor that answers but cannot write at the moment is not away.
    func noteFailure(_ problem: Problem) async {
        guard problem.code == .unavailable, let remote = state.withLock({ $0.remote }) else { return }
        if await !remote.isAlive(within: 5) { noteAway() }
    }

    // MARK: The end of a queue from outside

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
