package import JobmonCore
package import JobmonWire

/// The connection for code in the monitor's own process. It takes the same path as a request: one writer, one
/// publisher.
package struct InProcessConnection: MonitorConnection {
    let ledger: any LedgerReading
    let writer: EventWriter
    let publisher: Publisher
    /// Nil for a ledger without a directory, where no queue runs.
    let layout: DirectoryLayout?

    package func record(_ events: [Event]) async throws(Problem) -> [EventResult] {
        try await writer.record(events)
    }

    /// Records a user's action on jobs, in one transaction. - Throws: why no part of it was done.
    package func act(_ action: ActionRequest) async throws(Problem) -> [EventResult] {
        if let layout, let refusal = try await ActionGuard(layout: layout).refusal(action, reading: ledger) {
            throw refusal
        }
        return try await writer.record(action.events(at: nil), isWhole: true)
    }

    package func follow(after sequence: Int64?) async throws(Problem) -> AsyncThrowingStream<[Change], any Error> {
        let follower = follower(after: sequence)
        return AsyncThrowingStream { try await follower.nextChanges() }
    }

    func follower(after sequence: Int64?) -> Follower {
        Follower(publisher: publisher, ledger: ledger, after: sequence)
    }

    package func jobs(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<JobRecord> {
        try await ledger.jobs(filter, page: page)
    }

    package func numbers(_ filter: JobFilter) async throws(Problem) -> [Int64] { try await ledger.numbers(filter) }

    package func job(_ jid: Int64) async throws(Problem) -> JobRecord { try await ledger.job(jid) }

    package func instance(_ id: Int64) async throws(Problem) -> InstanceRecord { try await ledger.instance(id) }

    package func instance(key: String) async throws(Problem) -> InstanceRecord? {
        try await ledger.instance(key: key)
    }

    package func errors(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<ErrorRecord> {
        try await ledger.errors(filter, page: page)
    }

    package func summary(queue: String?) async throws(Problem) -> Summary { try await ledger.summary(queue: queue) }

    package func query(_ sql: String, limits: QueryLimits) async throws(Problem) -> QueryResult {
        try await ledger.query(sql, limits: limits)
    }

    package func changes(after sequence: Int64, limit: Int) async throws(Problem) -> [Change] {
        try await ledger.changes(after: sequence, limit: limit)
    }
}
