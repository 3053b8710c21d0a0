import JobmonCore
import Logging
import ServiceLifecycle
import Synchronization

/// The only path into the ledger. It collects what many senders send at the same time, and commits it together.
///
/// `record` returns once the events are durable. The size of a commit follows the load: everything that arrives during
/// one commit goes into the next, with what `CommitGathering` expects right after it.
final class EventWriter: Service {
    private struct Item {
        var events: [Event]
        var bytes: Int
        /// All its events go into one transaction, however large that is.
        var isWhole = false
        var continuation: CheckedContinuation<Result<[EventResult], Problem>, Never>
    }

    private struct State {
        var pending: [Item] = []
        /// Counts pending events and those being committed.
        var waitingEvents = 0
        var waitingBytes = 0
        var isClosed = false
        var statistics = EventWriterStatistics()
        var ends = EndFigures()
        weak var wrappers: WrapperWatch?
        var gathering = CommitGathering()
        /// The writer, while it waits for further requests; and how often it has waited.
        var gatherer: CheckedContinuation<Void, Never>?
        var gatherings = 0
    }

    private let ledger: any Ledger
    private let publisher: Publisher
    private let configuration: MonitorConfiguration
    private let time: TimeSource
    private let logger: Logger
    private let state = Mutex(State())
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(
        ledger: any Ledger, publisher: Publisher, configuration: MonitorConfiguration, time: TimeSource, logger: Logger
    ) {
        self.ledger = ledger
        self.time = time
        self.publisher = publisher
        self.configuration = configuration
        self.logger = logger
        (wakeUps, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Hands events to the next commit, and returns once they are durable, with a result for each, in order. Cancelling
    /// the caller does not withdraw them; it still gets its results.
    ///
    /// - Parameter bytes: the size of the text that contained them, for the limit of waiting bytes.
    /// - Parameter isWhole: record all of them in one transaction.
    /// - Throws: `.unavailable` if too much is waiting or the monitor is stopping (then nothing is recorded), or if the
    ///   ledger cannot be written. Then some events of a request that is larger than a commit may be recorded; sent
    ///   again, they are repeats.
    func record(_ events: [Event], bytes: Int = 0, isWhole: Bool = false) async throws(Problem) -> [EventResult] {
        if events.isEmpty { return [] }
        let result = await withCheckedContinuation { continuation in
            let item = Item(events: events, bytes: bytes, isWhole: isWhole, continuation: continuation)
            let (refusal, next) = state.withLock { state -> (Problem?, Next) in
                if let refusal = add(item, to: &state) { return (refusal, .nothing) }
                guard let gatherer = state.gatherer else { return (nil, .wakeUp) }
                guard isEnough(state) else { return (nil, .nothing) }
                state.gatherer = nil
                return (nil, .goOn(gatherer))
            }
            if let refusal { continuation.resume(returning: .failure(refusal)) }
            switch next {
            case .nothing: break
            case .wakeUp: wakeUp.yield()
            case .goOn(let gatherer): gatherer.resume()
            }
        }
        return try result.get()
    }

    /// What a new request makes the writer do.
    private enum Next {
        case nothing
        case wakeUp
        case goOn(CheckedContinuation<Void, Never>)
    }

    /// Tells the watch about everything that is recorded from now on.
    func watch(_ wrappers: WrapperWatch) { state.withLock { $0.wrappers = wrappers } }

    /// What the writer has done so far.
    var statistics: EventWriterStatistics {
        state.withLock {
            var statistics = $0.statistics
            statistics.waitingEvents = $0.waitingEvents
            return statistics
        }
    }

    /// The attempts that ended since its start.
    var ends: EndFigures { state.withLock { $0.ends } }

    /// Whether nothing more is accepted, because the monitor is stopping.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Commits what arrives until it is asked to stop; then commits the rest and returns.
    func run() async throws {
        // Cancellation must not reach the ledger in the middle of a commit, so the loop has its own task.
        let loop = Task {  // allowed: awaited right below
            for await _ in wakeUps { await drain() }
            await drain()
        }
        await withTaskCancellationOrGracefulShutdownHandler {
            await loop.value
        } onCancelOrGracefulShutdown: { [self] in
            close()
        }
    }

    private func close() {
        state.withLock { $0.isClosed = true }
        goOn()
        wakeUp.finish()
    }

    private func add(_ item: Item, to state: inout State) -> Problem? {
        if state.isClosed { return Problem(.unavailable, "the monitor is ending", hint: "try again in a moment") }
        // If nothing else waits, a request of any size is accepted; else it never would be.
        let isFull =
            state.waitingEvents + item.events.count > configuration.maximumPendingEvents
            || state.waitingBytes + item.bytes > configuration.maximumPendingBytes
        if isFull, state.waitingEvents > 0 {
            state.statistics.turnedAway += item.events.count
            return Problem(
                .unavailable, "the monitor has too many events to write", hint: "try again in a moment")
        }
        state.waitingEvents += item.events.count
        state.waitingBytes += item.bytes
        state.pending.append(item)
        return nil
    }

    private func drain() async {
        while true {
            await gather()
            let items = state.withLock { state in
                defer { state.pending = [] }
                return state.pending
            }
            if items.isEmpty { return }
            var next = 0
            while next < items.count {
                let start = next
                var count = 0
                repeat {
                    count += items[next].events.count
                    next += 1
                } while next < items.count && count + items[next].events.count <= configuration.eventsPerCommit
                await commit(items[start..<next], count: count)
            }
        }
    }

    private func isEnough(_ state: State) -> Bool {
        state.isClosed || state.pending.isEmpty
            || state.gathering.isEnough(
                requests: state.pending.count, events: state.waitingEvents, at: time.steadySeconds())
    }

    /// Waits for requests that will be there in a moment.
    private func gather() async {
        guard !state.withLock({ isEnough($0) }) else { return }
        await withCheckedContinuation { continuation in
            let wait = state.withLock { state -> (seconds: Double, number: Int)? in
                guard !isEnough(state) else { return nil }
                state.gatherer = continuation
                state.gatherings += 1
                return (state.gathering.until - time.steadySeconds(), state.gatherings)
            }
            guard let wait else { return continuation.resume() }
            Task {  // allowed: it only ends the wait, which may have ended before
                try? await Task.sleep(for: .seconds(max(0, wait.seconds)))
                goOn(wait.number)
            }
        }
    }

    /// Ends the wait for further requests: that of a number, or any.
    private func goOn(_ number: Int? = nil) {
        let gatherer = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard number == nil || number == state.gatherings else { return nil }
            defer { state.gatherer = nil }
            return state.gatherer
        }
        gatherer?.resume()
    }

    /// Commits the events of some requests together, or one large request in several steps.
    private func commit(_ items: ArraySlice<Item>, count: Int) async {
        var events: [Event] = []
        if items.count == 1, let only = items.first {
            events = only.events
        } else {
            events.reserveCapacity(count)
            for item in items { events.append(contentsOf: item.events) }
        }
        var results: [EventResult] = []
        var changes: [Change] = []
        var failure: Problem?
        let begun = time.steadySeconds()
        // Only events whose repeats are detected may be split: if a later step fails, the whole request is sent again.
        let mayBeCut = !items.contains { $0.isWhole } && events.allSatisfy { $0.identity != nil }
        let step = mayBeCut ? configuration.eventsPerCommit : events.count
        do throws(Problem) {
            for start in stride(from: 0, to: events.count, by: step) {
                let end = min(events.count, start + step)
                let part = start == 0 && end == events.count ? events : Array(events[start..<end])
                let recorded = try await ledger.record(part)
                guard recorded.results.count == part.count else {
                    throw Problem(.internalError, "the ledger did not answer for every event")
                }
                results += recorded.results
                changes += recorded.changes
            }
        } catch {
            failure = error
            logger.error(
                "events could not be recorded",
                metadata: [LogKey.problem: "\(error)", LogKey.events: "\(events.count)"])
        }
        state.withLock { state in
            state.gathering.noteCommit(
                requests: items.count, events: count, waiting: state.pending.count, from: begun,
                to: time.steadySeconds())
            state.waitingEvents -= count
            for item in items { state.waitingBytes -= item.bytes }
            state.statistics.commits += 1
            state.statistics.requests += items.count
            for result in results { state.statistics.outcomes[result.outcome, default: 0] += 1 }
            if failure != nil { state.statistics.failedCommits += 1 }
            // The recorded ones: those of a later step of the request are missing if it failed.
            state.ends.count(
                results.count == events.count ? events : Array(events.prefix(results.count)), results, changes)
        }
        // Before the senders get their answer: a sender that then follows "from now on" must not see this change again.
        publisher.publish(changes)
        if failure == nil { state.withLock(\.wrappers)?.note(events[...]) }
        var offset = 0
        for item in items {
            if let failure {
                item.continuation.resume(returning: .failure(failure))
            } else {
                let end = offset + item.events.count
                item.continuation.resume(
                    returning: .success(items.count == 1 ? results : Array(results[offset..<end])))
                offset = end
            }
        }
    }
}

/// What a writer has done since its start.
struct EventWriterStatistics: Sendable, Equatable {
    var requests = 0
    var commits = 0
    var failedCommits = 0
    /// Events answered with 503 because too many were waiting.
    var turnedAway = 0
    var outcomes: [EventResult.Outcome: Int] = [:]
    var waitingEvents = 0
}
