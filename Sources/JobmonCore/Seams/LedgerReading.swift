/// The interface for reading the durable record. The file, the monitor in this process and a remote monitor answer
/// alike, so that every command works with and without a monitor.
///
/// Besides the errors named below, every method throws `.unavailable` if the ledger cannot be read or its monitor does
/// not answer.
package protocol LedgerReading: Sendable {
    /// Jobs with their instances, in the order of `jid`.
    func jobs(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<JobRecord>
    /// The numbers of all selected jobs, in ascending order.
    func numbers(_ filter: JobFilter) async throws(Problem) -> [Int64]
    /// One job, even if it is forgotten. - Throws: `.notFound`.
    func job(_ jid: Int64) async throws(Problem) -> JobRecord
    /// One instance. - Throws: `.notFound`.
    func instance(_ id: Int64) async throws(Problem) -> InstanceRecord
    /// The instance with this key; nil if the ledger does not know it.
    func instance(key: String) async throws(Problem) -> InstanceRecord?
    /// Errors of the selected jobs, in the order of `id`.
    func errors(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<ErrorRecord>
    func summary(queue: String?) async throws(Problem) -> Summary
    /// Runs one read-only SQL statement. - Throws: `.invalid` for any other statement, or if it takes too long.
    func query(_ sql: String, limits: QueryLimits) async throws(Problem) -> QueryResult
    /// Changes after a sequence number, oldest first, at most `limit`.
    func changes(after sequence: Int64, limit: Int) async throws(Problem) -> [Change]
}

extension LedgerReading {
    package func numbers(_ filter: JobFilter) async throws(Problem) -> [Int64] {
        var numbers: [Int64] = []
        var page = Page(after: 0, limit: Page.maximumLimit)
        while true {
            let part = try await jobs(filter, page: page)
            numbers += part.items.map(\.jid)
            guard let next = part.next else { return numbers }
            page.after = next
        }
    }
}

/// The maximum number of rows and the maximum duration of a query.
package struct QueryLimits: Sendable, Equatable {
    package var rows: Int
    package var seconds: Double

    package init(rows: Int = 100_000, seconds: Double = 10) {
        self.rows = rows
        self.seconds = seconds
    }
}
