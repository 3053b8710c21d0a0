import JobmonCore
import JobmonQueue
import JobmonTestSupport
import Synchronization

/// A ledger for tests of `QueueRunner`: the model behind the interfaces. A scripted executor's spool is taken in at
/// once.
final class TestLedger: LedgerReading {
    private struct State {
        var model = LedgerModel()
        var jids: [String: Int64] = [:]
        /// The answers to the next events, if they must fail.
        var failures: [SinkAnswer] = []
        var isBehind = false
        var isSilent = false
    }

    private let state = Mutex(State())
    let executor: ScriptedExecutor

    init(executor: ScriptedExecutor) { self.executor = executor }

    var records: [JobRecord] {
        let spool = executor.takeSpool()
        return state.withLock { state in
            for event in spool { state.model.record(event) }
            return state.model.records
        }
    }

    var contradictions: [String] { state.withLock { $0.model.contradictions } }

    /// A person cancels a job, or retries it.
    func cancel(_ jid: Int64) { state.withLock { $0.model.cancel(jid) } }
    func retry(_ jid: Int64) { state.withLock { $0.model.retry(jid) } }

    /// The next events of the queue's own are answered like this.
    func fail(_ answers: [SinkAnswer]) { state.withLock { $0.failures = answers } }

    func environment(
        window: Int, changes: AsyncStream<[Change]> = AsyncStream { $0.finish() }
    ) -> QueueEnvironment {
        QueueEnvironment(
            reading: self, enqueue: { self.enqueue($0) }, sink: FactSink { self.record($0) }, executor: executor,
            window: { window }, changes: { changes }, writeFence: { _ in }, time: .system)
    }

    private func enqueue(_ events: [Event]) -> [EventResult] {
        state.withLock { state in
            events.map { event in
                guard case .job(.key(_, let key), let description) = event.fact else {
                    return EventResult(outcome: .refused)
                }
                if let jid = state.jids[key] {
                    state.model.describe(jid, description)
                    return EventResult(outcome: .repeat, jid: jid)
                }
                let jid = Int64(state.jids.count + 1)
                state.jids[key] = jid
                state.model.add(jid: jid, description, key: key)
                return EventResult(outcome: .recorded, jid: jid)
            }
        }
    }

    private func record(_ events: [Event]) -> [SinkAnswer] {
        state.withLock { state in
            events.map { event in
                if case .run = event.fact { return .acknowledged(EventResult(outcome: .recorded)) }
                if !state.failures.isEmpty { return state.failures.removeFirst() }
                return .acknowledged(state.model.record(event))
            }
        }
    }

    /// From now on jobs are read as if none of their attempts was recorded.
    func forgetEnds() { state.withLock { $0.isBehind = true } }

    /// Reads of jobs by their numbers are not answered until they are cancelled.
    func answersNothingFromTheEnd() { state.withLock { $0.isSilent = true } }

    func jobs(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<JobRecord> {
        let (isBehind, isSilent) = state.withLock { ($0.isBehind, $0.isSilent) }
        if isSilent, !filter.jids.isEmpty {
            // Ends when the reading task is cancelled.
            for await _ in AsyncStream<Void>.makeStream().stream {}
            throw Problem(.unavailable, "nobody answered")
        }
        if isBehind, !filter.jids.isEmpty {
            let old = records.filter { filter.jids.contains($0.jid) }.map { record in
                var old = record
                old.instances = []
                old.status = .queued
                return old
            }
            return Paged(items: old, next: nil)
        }
        let wanted = records.filter { record in
            record.jid > page.after && (filter.jids.isEmpty || filter.jids.contains(record.jid))
                && (filter.statuses.isEmpty || filter.statuses.contains(record.status))
        }
        let items = Array(wanted.prefix(page.limit))
        return Paged(items: items, next: items.count < wanted.count ? items.last?.jid : nil)
    }

    func job(_ jid: Int64) async throws(Problem) -> JobRecord {
        guard let job = records.first(where: { $0.jid == jid }) else { throw Problem(.notFound, "no job \(jid)") }
        return job
    }

    func instance(_ id: Int64) async throws(Problem) -> InstanceRecord { throw Problem(.notFound, "not asked for") }
    func instance(key: String) async throws(Problem) -> InstanceRecord? { nil }
    func errors(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<ErrorRecord> {
        Paged(items: [], next: nil)
    }
    func summary(queue: String?) async throws(Problem) -> Summary {
        Summary(jobs: [:], late: 0, errors: 0, sequence: 0)
    }
    func query(_ sql: String, limits: QueryLimits) async throws(Problem) -> QueryResult {
        throw Problem(.invalid, "not asked for")
    }
    func changes(after sequence: Int64, limit: Int) async throws(Problem) -> [Change] { [] }
}
