import JobmonCore
import Synchronization

/// A ledger that answers `recorded` and publishes the change, and writes nothing: the way of an event with only the
/// commit taken out. Reading goes through.
struct WithoutCommit: Ledger {
    let ledger: any Ledger
    private let counter: Counter

    /// - Parameter sequence: the latest number of the ledger.
    init(_ ledger: any Ledger, after sequence: Int64) {
        self.ledger = ledger
        counter = Counter(sequence)
    }

    func record(_ events: [Event]) async throws(Problem) -> RecordedBatch {
        let first = counter.take(events.count)
        var batch = RecordedBatch(results: [], changes: [])
        batch.results.reserveCapacity(events.count)
        batch.changes.reserveCapacity(events.count)
        let now = TimeSource.system.now()
        for (index, event) in events.enumerated() {
            let sequence = first + Int64(index)
            batch.results.append(EventResult(outcome: .recorded, jid: 1, jobInstanceID: 1, sequence: sequence))
            batch.changes.append(
                Change(
                    sequence: sequence, kind: event.fact.kind, time: event.time ?? now, jid: 1, jobInstanceID: 1,
                    status: .running, jobStatus: .running))
        }
        return batch
    }

    func markLate(
        silentSince: Timestamp, lostSince: Timestamp
    ) async throws(Problem) -> [SilentInstance] { [] }

    func groupErrors(limit: Int) async throws(Problem) -> Int { 0 }

    func close() async throws(Problem) { try await ledger.close() }

    func jobs(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<JobRecord> {
        try await ledger.jobs(filter, page: page)
    }

    func job(_ jid: Int64) async throws(Problem) -> JobRecord { try await ledger.job(jid) }

    func instance(_ id: Int64) async throws(Problem) -> InstanceRecord { try await ledger.instance(id) }

    func instance(key: String) async throws(Problem) -> InstanceRecord? { try await ledger.instance(key: key) }

    func errors(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<ErrorRecord> {
        try await ledger.errors(filter, page: page)
    }

    func summary(queue: String?) async throws(Problem) -> Summary { try await ledger.summary(queue: queue) }

    func query(_ sql: String, limits: QueryLimits) async throws(Problem) -> QueryResult {
        try await ledger.query(sql, limits: limits)
    }

    func changes(after sequence: Int64, limit: Int) async throws(Problem) -> [Change] {
        try await ledger.changes(after: sequence, limit: limit)
    }

    func snapshotRows(after jid: Int64, limit: Int) async throws(Problem) -> [SnapshotRow] {
        try await ledger.snapshotRows(after: jid, limit: limit)
    }

    func snapshotRows(of jids: [Int64]) async throws(Problem) -> [SnapshotRow] {
        try await ledger.snapshotRows(of: jids)
    }

    func jobsByGroup() async throws(Problem) -> [Int64: [Int64]] { try await ledger.jobsByGroup() }

    func latestGroups() async throws(Problem) -> [(jid: Int64, group: Int64)] {
        try await ledger.latestGroups()
    }

    func params(most: Int) async throws(Problem) -> [(name: String, values: Int?)] {
        try await ledger.params(most: most)
    }

    func jobsByParam(
        _ name: String, after jid: Int64
    ) async throws(Problem) -> [(value: String, jids: [Int64])] {
        try await ledger.jobsByParam(name, after: jid)
    }

    func lateJobs() async throws(Problem) -> [Int64] { try await ledger.lateJobs() }

    func usageRows(of jids: [Int64]?, now: Timestamp) async throws(Problem) -> UsageRows {
        try await ledger.usageRows(of: jids, now: now)
    }
}

private final class Counter: Sendable {
    private let latest: Mutex<Int64>

    init(_ sequence: Int64) { latest = Mutex(sequence) }

    /// The first of `count` numbers.
    func take(_ count: Int) -> Int64 {
        latest.withLock {
            let first = $0 + 1
            $0 += Int64(count)
            return first
        }
    }
}
