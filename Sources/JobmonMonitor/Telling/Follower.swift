import JobmonCore
import NIOCore
import Synchronization

/// One subscriber's position in the changes: recorded changes come from the ledger, later ones from the publisher,
/// without a gap or a repeat. For one reader at a time.
final class Follower: Sendable {
    enum Delivery: Sendable {
        case changes([Change])
        case chunks(ArraySlice<Publisher.Chunk>, after: Int64)
        /// The reader was too slow for the changes kept in memory; the next ones come from the ledger.
        case lagged(Int64)
        /// Nothing happened for a while.
        case nothing
    }

    private struct State {
        var cursor: Int64
        /// It has received everything at least once.
        var isLive = false
        var isStopped = false
    }

    private static let page = 1000

    private let publisher: Publisher
    private let ledger: any LedgerReading
    private let state: Mutex<State>
    /// The sequence number after which it starts.
    let start: Int64

    /// Follows the changes after `sequence`; nil: from now on. A number that the ledger has not reached comes from
    /// another ledger; then all changes are new.
    init(publisher: Publisher, ledger: any LedgerReading, after sequence: Int64?) {
        self.publisher = publisher
        self.ledger = ledger
        let now = publisher.now
        start = sequence.map { $0 > now ? 0 : $0 } ?? now
        state = Mutex(State(cursor: start))
    }

    /// Makes `next` return nil from now on, including a call that waits.
    func stop() {
        state.withLock { $0.isStopped = true }
        publisher.wakeAll(.changed)
    }

    /// The next delivery; nil when the monitor stops, after `stop`, and when the reader is cancelled.
    func next() async throws(Problem) -> Delivery? {
        while true {
            let (cursor, isLive, isStopped) = state.withLock { ($0.cursor, $0.isLive, $0.isStopped) }
            if isStopped { return nil }
            switch publisher.look(after: cursor) {
            case .ended: return nil
            case .chunks(let chunks):
                advance(to: chunks.last?.end ?? cursor, live: true)
                return .chunks(chunks, after: cursor)
            case .behind(let start):
                if isLive {
                    advance(to: cursor, live: false)
                    return .lagged(cursor)
                }
                let changes = try await ledger.changes(after: cursor, limit: Self.page)
                // A page that is not full reaches the end of the ledger, which is not before the start of the chain.
                let last = changes.last?.sequence ?? cursor
                advance(to: changes.count < Self.page ? max(last, start) : last, live: false)
                if !changes.isEmpty { return .changes(changes) }
            case .nothing:
                advance(to: cursor, live: true)
                switch await publisher.wait(after: cursor, isStopped: { state.withLock { $0.isStopped } }) {
                case .changed: continue
                case .keepAlive: return .nothing
                case .cancelled: return nil
                }
            }
        }
    }

    /// The next changes; nil at the end.
    func nextChanges() async throws(Problem) -> [Change]? {
        while let delivery = try await next() {
            switch delivery {
            case .changes(let changes): return changes
            case .chunks(let chunks, let cursor):
                return chunks.flatMap { chunk in
                    cursor <= chunk.start ? chunk.changes : chunk.changes.filter { $0.sequence > cursor }
                }
            case .lagged, .nothing: continue
            }
        }
        return nil
    }

    private func advance(to cursor: Int64, live: Bool) {
        state.withLock {
            $0.cursor = cursor
            $0.isLive = live
        }
    }
}
