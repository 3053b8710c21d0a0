package import JobmonCore
import Synchronization

/// A decorator that injects faults into a real ledger.
package final class FaultyLedger: Ledger {
    /// A fault of one call of `record`.
    package enum Fault: Sendable {
        /// Fails, and nothing is recorded.
        case failBefore(Problem)
        /// Records the events, then fails: the answer is lost.
        case failAfter(Problem)
        /// Waits for `body` before recording.
        case waitBefore(_ body: @Sendable () async -> Void)
        /// Waits for `body` after recording and before answering.
        case waitAfter(_ body: @Sendable () async -> Void)
    }

    private struct State {
        var calls = 0
        var batches: [Int] = []
        var faults: [Int: Fault] = [:]
        var always: Fault?
    }

    private let wrapped: any Ledger
    private let state = Mutex(State())

    package init(_ wrapped: any Ledger) { self.wrapped = wrapped }

    /// Sets the fault of call number `call` of `record`, counted from 1.
    package func set(_ fault: Fault, atCall call: Int) { state.withLock { $0.faults[call] = fault } }

    /// Sets the fault of the next call of `record`.
    package func setAtNextCall(_ fault: Fault) { state.withLock { $0.faults[$0.calls + 1] = fault } }

    /// Sets the fault of every call without its own fault; nil: none from now on.
    package func setAlways(_ fault: Fault?) { state.withLock { $0.always = fault } }

    /// The number of calls of `record`.
    package var calls: Int { state.withLock { $0.calls } }

    /// The number of events in each call of `record`.
    package var batches: [Int] { state.withLock { $0.batches } }

    package func record(_ events: [Event]) async throws(Problem) -> RecordedBatch {
        let fault = state.withLock { state in
            state.calls += 1
            state.batches.append(events.count)
            return state.faults[state.calls] ?? state.always
        }
        switch fault {
        case .failBefore(let problem)?: throw problem
        case .waitBefore(let body)?: await body()
        case .failAfter?, .waitAfter?, nil: break
        }
        let batch = try await wrapped.record(events)
        switch fault {
        case .failAfter(let problem)?: throw problem
        case .waitAfter(let body)?: await body()
        case .failBefore?, .waitBefore?, nil: break
        }
        return batch
    }

    package func markLate(
        silentSince: Timestamp, lostSince: Timestamp
    ) async throws(Problem) -> [SilentInstance] {
        try await wrapped.markLate(silentSince: silentSince, lostSince: lostSince)
    }

    package func groupErrors(limit: Int) async throws(Problem) -> Int { 0 }

    package func close() async throws(Problem) { try await wrapped.close() }

    package func jobs(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<JobRecord> {
        try await wrapped.jobs(filter, page: page)
    }

    package func job(_ jid: Int64) async throws(Problem) -> JobRecord { try await wrapped.job(jid) }

    package func instance(_ id: Int64) async throws(Problem) -> InstanceRecord { try await wrapped.instance(id) }

    package func instance(key: String) async throws(Problem) -> InstanceRecord? {
        try await wrapped.instance(key: key)
    }

    package func errors(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<ErrorRecord> {
        try await wrapped.errors(filter, page: page)
    }

    package func summary(queue: String?) async throws(Problem) -> Summary { try await wrapped.summary(queue: queue) }

    package func query(_ sql: String, limits: QueryLimits) async throws(Problem) -> QueryResult {
        try await wrapped.query(sql, limits: limits)
    }

    package func changes(after sequence: Int64, limit: Int) async throws(Problem) -> [Change] {
        try await wrapped.changes(after: sequence, limit: limit)
    }

    package func snapshotRows(after jid: Int64, limit: Int) async throws(Problem) -> [SnapshotRow] {
        try await wrapped.snapshotRows(after: jid, limit: limit)
    }

    package func snapshotRows(of jids: [Int64]) async throws(Problem) -> [SnapshotRow] {
        try await wrapped.snapshotRows(of: jids)
    }

    package func jobsByGroup() async throws(Problem) -> [Int64: [Int64]] { try await wrapped.jobsByGroup() }

    package func latestGroups() async throws(Problem) -> [(jid: Int64, group: Int64)] {
        try await wrapped.latestGroups()
    }

    package func params(most: Int) async throws(Problem) -> [(name: String, values: Int?)] {
        try await wrapped.params(most: most)
    }

    package func jobsByParam(
        _ name: String, after jid: Int64
    ) async throws(Problem) -> [(value: String, jids: [Int64])] {
        try await wrapped.jobsByParam(name, after: jid)
    }

    package func lateJobs() async throws(Problem) -> [Int64] { try await wrapped.lateJobs() }

    package func usageRows(of jids: [Int64]?, now: Timestamp) async throws(Problem) -> UsageRows {
        try await wrapped.usageRows(of: jids, now: now)
    }
}
