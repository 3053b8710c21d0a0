import Glibc
import JobmonCore
import JobmonReporting
import JobmonRequests
import Synchronization

/// What this program says of itself: that a piece of it runs, failed, is alive. Each fact is spooled first and sent
/// second, as by the wrapper, so that nothing is lost while the monitor is away; and whoever says it does not wait.
final class OwnFacts: Sendable {
    /// Facts sent together.
    private static let batch = 500
    /// Facts that may wait. What is more lies in the spool alone; and a program that logs errors in a loop while the
    /// monitor is away is heard up to here.
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

    /// The one of a directory.
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

    /// Spools a fact (a heartbeat is only sent), and sees to it that it is sent.
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

    /// Waits until everything is acknowledged or left to the spool, at most for so long.
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
            // What nobody answers for stays in the spool, which a monitor looks through every few seconds.
            guard (try? await remote.record(events)) != nil else { continue }
            state.withLock { state in for event in events { event.identity.map { state.spool.remove($0) } } }
        }
    }
}
