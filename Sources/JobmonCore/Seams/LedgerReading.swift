/// The seam to the durable record: reading. The file, the monitor that has it open and the monitor far away answer
/// alike, so that every command works with a monitor and without.
package protocol LedgerReading: Sendable {
    /// Jobs with their instances, in the order of `jid`.
    func jobs(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<JobRecord>
    /// The numbers of all jobs that pass, in order.
    func numbers(_ filter: JobFilter) async throws(Problem) -> [Int64]
    /// One job, also one that was forgotten. - Throws: `.notFound`.
    func job(_ jid: Int64) async throws(Problem) -> JobRecord
    /// One instance. - Throws: `.notFound`.
    func instance(_ id: Int64) async throws(Problem) -> InstanceRecord
    /// The instance of a key; nil when the ledger does not know it.
    func instance(key: String) async throws(Problem) -> InstanceRecord?
    /// Errors of the jobs that the filter lets through, in the order of `id`.
    func errors(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<ErrorRecord>
    func summary(queue: String?) async throws(Problem) -> Summary
    /// Runs one read-only SQL statement. - Throws: `.invalid` for anything else, or when it takes too long.
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

/// How far a query may go.
package struct QueryLimits: Sendable, Equatable {
    package var rows: Int
    package var seconds: Double

    package init(rows: Int = 100_000, seconds: Double = 10) {
        self.rows = rows
        self.seconds = seconds
    }
}
