import JobmonCore

/// Reading through a connection that sees one state of the file for as long as `body` runs. What has that has all of
/// `LedgerReading`.
protocol LedgerReads: SnapshotReading {
    /// The file, for messages; nil: in memory.
    var path: String? { get }
    /// Several readings can go on at the same time.
    var readsInParallel: Bool { get }
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws(Problem) -> Value
}

extension LedgerReads {
    package func jobs(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<JobRecord> {
        try await read { connection in try JobQueries(connection).jobs(filter, page: page) }
    }

    package func numbers(_ filter: JobFilter) async throws(Problem) -> [Int64] {
        try await read { connection in
            try JobConditions(filter: filter).jids(connection, after: 0, limit: Int(Int32.max))
        }
    }

    package func job(_ jid: Int64) async throws(Problem) -> JobRecord {
        let found = try await read { connection in try JobQueries(connection).jobs([jid]).first }
        guard let found else { throw .unknown(.jid(jid)) }
        return found
    }

    package func instance(_ id: Int64) async throws(Problem) -> InstanceRecord {
        let found = try await read { connection in
            try JobQueries(connection).instances("i.job_instance_id = ?") { $0.put(id) }.first
        }
        guard let found else { throw .unknown(instance: id) }
        return found
    }

    package func instance(key: String) async throws(Problem) -> InstanceRecord? {
        try await read { connection in
            try JobQueries(connection).instances("i.instance_key = ?") { $0.put(key) }.first
        }
    }

    package func errors(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<ErrorRecord> {
        try await read { connection in try ErrorQueries(connection).errors(filter, page: page) }
    }

    package func summary(queue: String?) async throws(Problem) -> Summary {
        try await read { connection in try SummaryQueries(connection).summary(queue: queue) }
    }

    package func changes(after sequence: Int64, limit: Int) async throws(Problem) -> [Change] {
        try await read { connection in try ChangeQueries(connection).changes(after: sequence, limit: limit) }
    }

    /// Events after a sequence number as they were sent, oldest first, at most `limit`.
    func sentEvents(after sequence: Int64, limit: Int) async throws(Problem) -> [SentEvent] {
        try await read { connection in try SentEventQueries(connection).events(after: sequence, limit: limit) }
    }

    // MARK: - Pictures of all jobs

    package func snapshotRows(after jid: Int64, limit: Int) async throws(Problem) -> [SnapshotRow] {
        try await read { connection in try SnapshotQueries(connection).rows(after: jid, limit: limit) }
    }

    package func snapshotRows(of jids: [Int64]) async throws(Problem) -> [SnapshotRow] {
        guard !jids.isEmpty else { return [] }
        return try await read { connection in try SnapshotQueries(connection).rows(of: jids) }
    }

    package func jobsByGroup() async throws(Problem) -> [Int64: [Int64]] {
        try await read { connection in try SnapshotQueries(connection).jobsByGroup() }
    }

    package func latestGroups() async throws(Problem) -> [(jid: Int64, group: Int64)] {
        try await read { connection in try SnapshotQueries(connection).latestGroups() }
    }

    package func params(most: Int) async throws(Problem) -> [(name: String, values: Int?)] {
        try await read { connection in try SnapshotQueries(connection).params(most: most) }
    }

    package func jobsByParam(
        _ name: String, after jid: Int64
    ) async throws(Problem) -> [(value: String, jids: [Int64])] {
        try await read { connection in try SnapshotQueries(connection).jobsByParam(name, after: jid) }
    }

    package func lateJobs() async throws(Problem) -> [Int64] {
        try await read { connection in try SnapshotQueries(connection).lateJobs() }
    }

    package func usageRows(of jids: [Int64]?, now: Timestamp) async throws(Problem) -> UsageRows {
        guard jids == nil, readsInParallel else {
            return try await read { connection in try UsageQueries(connection).rows(of: jids, now: now) }
        }
        // Of a million jobs: SQLite reads on two cores, and takes half the time. What is recorded meanwhile may be seen by
        // one of the readings only, which does no harm: an attempt without a name counts for no name.
        let last = try await read { connection in try UsageQueries(connection).lastInstance() }
        async let older = outcome { connection in
            try UsageQueries(connection).attempts(through: last / 2, now: now)
        }
        async let newer = outcome { connection in
            try UsageQueries(connection).attempts(after: last / 2, now: now)
        }
        async let names = outcome { connection in try UsageQueries(connection).names(of: nil) }
        async let queues = outcome { connection in try UsageQueries(connection).queues(of: nil) }
        async let forgotten = outcome { connection in try UsageQueries(connection).forgotten() }
        let (first, rest) = await (older, newer)
        return try UsageRows(
            attempts: [first.get(), rest.get()], names: await names.get(), queues: await queues.get(),
            forgotten: await forgotten.get())
    }

    /// A reading beside others: its failure is kept until it is asked for.
    private func outcome<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async -> Result<Value, Problem> {
        do throws(Problem) { return .success(try await read(body)) } catch { return .failure(error) }
    }
}
