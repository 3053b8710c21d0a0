import JobmonCore
import JobmonReporting
import JobmonRequests
import Synchronization

/// The facts of one sender on their way over connections to a monitor. As in a wrapper, each is spooled first and sent
/// second, in their order, and leaves the spool once it is acknowledged. The caller decides when, and over which
/// connection.
final class SpooledConnection: Sendable {
    private struct State {
        var outbox: Outbox
        /// Facts that are spooled and that no monitor has acknowledged, in order.
        var waiting: [Event] = []
    }

    private let state: Mutex<State>

    init(layout: DirectoryLayout, time: TimeSource) {
        state = Mutex(State(outbox: Outbox(layout: layout, time: time)))
    }

    /// The number of facts that wait to be delivered.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// Gives each event without an identity the next one, and a time.
    func stamp(_ events: [Event]) -> [Event] {
        state.withLock { state in
            events.map { $0.identity == nil ? state.outbox.stamp($0.fact, at: $0.time) : $0 }
        }
    }

    /// Spools stamped events, and keeps them for `deliver`.
    /// - Returns: false if one of them cannot be spooled. Then none is kept.
    func keep(_ events: [Event]) -> Bool {
        state.withLock { state in
            guard events.allSatisfy({ state.outbox.spool($0) }) else { return false }
            state.waiting += events
            return true
        }
    }

    /// Spools a fact and keeps it for `deliver`; one that cannot be spooled is delivered all the same. Heartbeats are
    /// not spooled.
    /// - Parameter limit: if this many wait already, the fact is in the spool only.
    func say(_ fact: Fact, limit: Int) {
        state.withLock { state in
            let event = state.outbox.stamp(fact)
            if case .heartbeat = fact {} else { state.outbox.spool(event) }
            if state.waiting.count < limit { state.waiting.append(event) }
        }
    }

    /// Sends the oldest waiting facts. If one has arrived already, its identity makes it a repeat. Only one task at a
    /// time may call this.
    /// - Parameter orLeave: facts that cannot be delivered are left to the spool, from which a monitor reads them.
    /// - Throws: the connection's problem. The facts wait still, unless they are left.
    func deliver(
        over connection: any MonitorConnection, atMost limit: Int, orLeave: Bool = false
    ) async throws(Problem) {
        let events = state.withLock { Array($0.waiting.prefix(limit)) }
        guard !events.isEmpty else { return }
        do throws(Problem) {
            _ = try await connection.record(events)
        } catch {
            if orLeave { state.withLock { $0.waiting.removeFirst(events.count) } }
            throw error
        }
        state.withLock { state in
            state.waiting.removeFirst(events.count)
            for event in events { event.identity.map { state.outbox.acknowledge($0) } }
        }
    }
}
