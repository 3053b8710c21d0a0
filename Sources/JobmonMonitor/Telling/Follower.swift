import JobmonCore
import NIOCore
import Synchronization

/// One subscriber's way through the changes: what is recorded already from the ledger, then what is published, without
/// a gap and without a repeat. It is pulled by one reader at a time.
final class Follower: Sendable {
    enum Delivery: Sendable {
        case changes([Change])
        case chunks(ArraySlice<Publisher.Chunk>, after: Int64)
        /// The reader was too slow for what is kept; what follows comes from the ledger.
        case lagged(Int64)
        /// Nothing happened for a while.
        case nothing
    }

    private struct State {
        var cursor: Int64
        /// It has had everything once.
        var isLive = false
        var isStopped = false
    }

    private static let page = 1000

    private let publisher: Publisher
    private let ledger: any LedgerReading
    private let state: Mutex<State>
    /// The sequence number after which it starts.
    let start: Int64

    /// Follows from after `sequence`; nil: from now on. A number that the ledger has not reached is another ledger's:
    /// then everything is new.
    init(publisher: Publisher, ledger: any LedgerReading, after sequence: Int64?) {
        self.publisher = publisher
        self.ledger = ledger
        let now = publisher.now
        start = sequence.map { $0 > now ? 0 : $0 } ?? now
        state = Mutex(State(cursor: start))
    }

    /// Makes `next` return nil from now on, also the one that waits.
    func stop() {
        state.withLock { $0.isStopped = true }
        publisher.wakeAll(.changed)
    }

    /// What comes next; nil when the monitor ends, after `stop`, and when the reader is cancelled.
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
                // A page that is not full reached the end, which is not before where the chain starts.
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
