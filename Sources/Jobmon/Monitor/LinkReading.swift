import JobmonCore

/// Reads from the current monitor at each call, and waits for one if there is none.
struct LinkReading: LedgerReading {
    let link: MonitorLink

    /// Asks again while the monitor is away. Any other error is thrown.
    private func ask<Answer: Sendable>(
        _ question: (any LedgerReading) async throws(Problem) -> Answer
    ) async throws(Problem) -> Answer {
        while true {
            let reading = try await link.reading()
            do throws(Problem) {
                return try await question(reading)
            } catch {
                if let gone = link.gone { throw gone }
                guard error.code == .unavailable, await link.pause(0.2) else { throw error }
            }
        }
    }

    func jobs(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<JobRecord> {
        try await ask { (reading) async throws(Problem) in try await reading.jobs(filter, page: page) }
    }

    func numbers(_ filter: JobFilter) async throws(Problem) -> [Int64] {
        try await ask { (reading) async throws(Problem) in try await reading.numbers(filter) }
    }

    func job(_ jid: Int64) async throws(Problem) -> JobRecord {
        try await ask { (reading) async throws(Problem) in try await reading.job(jid) }
    }

    func instance(_ id: Int64) async throws(Problem) -> InstanceRecord {
        try await ask { (reading) async throws(Problem) in try await reading.instance(id) }
    }

    func instance(key: String) async throws(Problem) -> InstanceRecord? {
        try await ask { (reading) async throws(Problem) in try await reading.instance(key: key) }
    }

    func errors(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<ErrorRecord> {
        try await ask { (reading) async throws(Problem) in try await reading.errors(filter, page: page) }
    }

    func summary(queue: String?) async throws(Problem) -> Summary {
        try await ask { (reading) async throws(Problem) in try await reading.summary(queue: queue) }
    }

    func query(_ sql: String, limits: QueryLimits) async throws(Problem) -> QueryResult {
        try await ask { (reading) async throws(Problem) in try await reading.query(sql, limits: limits) }
    }

    func changes(after sequence: Int64, limit: Int) async throws(Problem) -> [Change] {
        try await ask { (reading) async throws(Problem) in try await reading.changes(after: sequence, limit: limit) }
    }
}
