import Glibc
import JobmonCore
import JobmonReporting
import JobmonRequests
import Synchronization

/// Reports of this program about itself: that a piece of it runs, has failed, is alive. As in the wrapper, each fact is
/// spooled first and sent second, so that nothing is lost while the monitor is away, and the caller does not wait.
final class OwnFacts: Sendable {
    /// The number of facts in one request.
    private static let batch = 500
    /// The maximum number of facts that wait to be sent. Further facts are in the spool only. Further logged errors are
    /// dropped: a program may log errors in a loop while the monitor is away.
    private static let mostWaiting = 10_000

    private struct State {
        var spool: SpoolWriter
        var seq: Int64 = 0
        var waiting: [Event] = []
        var isSending = false
    }

    private let layout: DirectoryLayout
    private let sender: String
    private let time: TimeSource
    private let remote: RemoteConnection
    private let state: Mutex<State>

    private static let all = Mutex<[DirectoryLayout: OwnFacts]>([:])

    /// The instance for a directory.
    static func of(_ layout: DirectoryLayout) -> OwnFacts {
        all.withLock { all in
            if let known = all[layout] { return known }
            let made = OwnFacts(layout: layout)
            all[layout] = made
            return made
        }
    }

    private init(layout: DirectoryLayout, time: TimeSource = .system) {
        self.layout = layout
        self.time = time
        let sender = makeUUID()
        self.sender = sender
        remote = RemoteConnection(layout: layout, patience: 1, timeout: 5)
        state = Mutex(State(spool: SpoolWriter(layout: layout, sender: sender)))
    }

    func now() -> Timestamp { time.now() }

    /// Spools a fact and sends it later. A heartbeat is only sent.
    func say(_ fact: Fact) {
        let begins = state.withLock { state in
            if state.waiting.count >= Self.mostWaiting, case .error = fact { return false }
            state.seq += 1
            let event = Event(
                identity: EventIdentity(sender: sender, seq: state.seq), time: time.now(), fact: fact)
            if case .heartbeat = fact {} else { state.spool.write(event) }
            if state.waiting.count < Self.mostWaiting { state.waiting.append(event) }
            defer { state.isSending = true }
            return !state.isSending
        }
        guard begins else { return }
        Task { await send() }  // allowed: ends when nothing waits; what it can't send lies in the spool
    }

    /// Waits until all facts are acknowledged or left to the spool, at most `seconds`.
    func settle(within seconds: Double) async {
        let deadline = time.steadySeconds() + seconds
        while state.withLock({ $0.isSending }), time.steadySeconds() < deadline {
            guard (try? await Task.sleep(for: .milliseconds(2))) != nil else { return }
        }
    }

    private func send() async {
        while true {
            let events: [Event] = state.withLock { state in
                let events = Array(state.waiting.prefix(Self.batch))
                state.waiting.removeFirst(events.count)
                if events.isEmpty { state.isSending = false }
                return events
            }
            if events.isEmpty { return }
            // Facts without an answer stay in the spool, which a monitor reads every few seconds.
            guard (try? await remote.record(events)) != nil else { continue }
            state.withLock { state in for event in events { event.identity.map { state.spool.remove($0) } } }
        }
    }
}
