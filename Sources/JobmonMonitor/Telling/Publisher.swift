import JobmonCore
import JobmonWire
import NIOCore
import ServiceLifecycle
import Synchronization

/// Publishes every change to all subscribers.
///
/// Changes are collected for a moment and kept in a chain of chunks without a gap, shared by all subscribers. Each
/// subscriber reads with its own cursor, so a slow one costs nothing: when it falls behind the chain, it continues from
/// the ledger.
final class Publisher: Service {
    /// Some changes in order. It continues the chunk before it: every change after `start` is in this chunk or a later
    /// one.
    final class Chunk: Sendable {
        /// The sequence number after which it starts.
        let start: Int64
        let end: Int64
        let changes: [Change]
        private let frames = Mutex<ByteBuffer?>(nil)

        init(start: Int64, changes: [Change]) {
            self.start = start
            self.end = changes.reduce(start) { max($0, $1.sequence) }
            self.changes = changes
        }

        /// The chunk as frames of the stream, encoded once for all subscribers.
        var encoded: ByteBuffer {
            frames.withLock { frames in
                if let frames { return frames }
                let made = Self.encode(changes[...])
                frames = made
                return made
            }
        }

        static func encode(_ changes: ArraySlice<Change>) -> ByteBuffer {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(changes.count * 320)
            for change in changes { EventFrame.change(change).write(to: &bytes) }
            return ByteBuffer(bytes: bytes)
        }
    }

    /// What is available for a subscriber with a given cursor.
    enum Look {
        case chunks(ArraySlice<Chunk>)
        /// The chain starts only after this number: read the ledger up to there.
        case behind(Int64)
        case nothing
        case ended
    }

    /// Why a wait ended.
    enum Wake: Sendable {
        case changed
        case keepAlive
        case cancelled
    }

    private struct State {
        var pending: [Change] = []
        /// Every change up to this number is in the chain, or was before it.
        var published: Int64 = 0
        /// The latest number that is known to be recorded.
        var recorded: Int64 = 0
        var chain: [Chunk] = []
        var kept = 0
        var isEnded = false
        var waiting: [Int: CheckedContinuation<Wake, Never>] = [:]
        var cancelled: Set<Int> = []
        var lastID = 0
    }

    private let configuration: MonitorConfiguration
    private let state = Mutex(State())
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(configuration: MonitorConfiguration) {
        self.configuration = configuration
        (wakeUps, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Starts the chain after the ledger's present content.
    func start(after sequence: Int64) {
        state.withLock {
            $0.published = sequence
            $0.recorded = sequence
        }
    }

    /// Takes the changes of a commit, in the order of the commits.
    func publish(_ changes: [Change]) {
        if changes.isEmpty { return }
        state.withLock { state in
            state.pending += changes
            state.recorded = changes.reduce(state.recorded) { max($0, $1.sequence) }
        }
        wakeUp.yield()
    }

    /// The cursor for a subscriber that starts from now on.
    var now: Int64 { state.withLock { $0.recorded } }

    func look(after cursor: Int64) -> Look {
        state.withLock { state in
            if cursor >= state.published { return state.isEnded ? .ended : .nothing }
            let start = state.chain.first?.start ?? state.published
            if cursor < start { return .behind(start) }
            let first = state.chain.firstIndex { $0.end > cursor } ?? state.chain.endIndex
            return .chunks(state.chain[first...])
        }
    }

    /// Waits until there is a change after `cursor`, a keep-alive sign is due, or `isStopped` is true. The code that
    /// makes it true must call `wakeAll` afterwards.
    func wait(after cursor: Int64, isStopped: @Sendable () -> Bool) async -> Wake {
        let id = state.withLock {
            $0.lastID += 1
            return $0.lastID
        }
        let wake = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Wake, Never>) in
                let ready: Wake? = state.withLock { state in
                    if state.cancelled.contains(id) || isStopped() { return .cancelled }
                    if state.isEnded || state.published > cursor { return .changed }
                    state.waiting[id] = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                state.cancelled.insert(id)
                return state.waiting.removeValue(forKey: id)
            }
            waiting?.resume(returning: .cancelled)
        }
        state.withLock { _ = $0.cancelled.remove(id) }
        return wake
    }

    /// Publishes until it is asked to stop; then every subscriber gets the rest, and its stream ends.
    func run() async throws {
        await withTaskGroup { group in
            group.addTask { [self] in
                for await _ in wakeUps.cancelOnGracefulShutdown() {
                    flush()
                    // Changes within this moment are published together; at the stop nothing waits for it.
                    await cancelWhenGracefulShutdown { [self] in
                        try? await Task.sleep(for: .seconds(configuration.publishSeconds))
                    }
                }
            }
            group.addTask { [self] in
                await cancelWhenGracefulShutdown { [self] in
                    while (try? await Task.sleep(for: .seconds(configuration.keepAliveSeconds))) != nil {
                        wakeAll(.keepAlive)
                    }
                }
            }
        }
        flush()
        state.withLock { $0.isEnded = true }
        wakeAll(.changed)
    }

    private func flush() {
        let isNew = state.withLock { state in
            if state.pending.isEmpty { return false }
            let chunk = Chunk(start: state.published, changes: state.pending)
            state.pending = []
            state.published = chunk.end
            state.chain.append(chunk)
            state.kept += chunk.changes.count
            var dropped = 0
            while state.kept > configuration.keptChanges, dropped < state.chain.count - 1 {
                state.kept -= state.chain[dropped].changes.count
                dropped += 1
            }
            if dropped > 0 { state.chain.removeFirst(dropped) }
            return true
        }
        if isNew { wakeAll(.changed) }
    }

    /// Wakes all waiting subscribers.
    func wakeAll(_ wake: Wake) {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume(returning: wake) }
    }
}
