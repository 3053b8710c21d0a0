import JobmonCore

/// What attempts say of the resources that their jobs need, and what the jobs are called. A million attempts are to be
/// read in less than a second: names come from indexes, and a text that is the same as before is not decoded again.
struct UsageQueries {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// In one transaction.
    func rows(of jids: [Int64]?, now: Timestamp) throws -> UsageRows {
        UsageRows(
            attempts: [try jids.map { try attempts(of: $0, now: now) } ?? attempts(now: now)],
            names: try names(of: jids), queues: try queues(of: jids), forgotten: try forgotten())
    }

    // MARK: - Attempts

    private static let columns = """
        SELECT i.jid, i.status, i.cause, i.wallclock, i.cpu, i.memory_peak, i.memory_bound, i.maxrss, i.maxrss_at_most,
            i.requested_memory, i.requested_runtime, i.requested_slots, i.allocated, i.started_date
        """

    private static let tells = """
        (i.status = \(Status.complete.rawValue) OR i.status = \(Status.running.rawValue)
            OR i.status = \(Status.failed.rawValue) AND i.cause IN ('\(Cause.outOfMemory.rawValue)',
                '\(Cause.timeLimit.rawValue)', '\(Cause.timeout.rawValue)'))
        """

    /// The highest number of an instance; 0: there is none.
    func lastInstance() throws(SQLiteFailure) -> Int64 {
        try connection.number("SELECT max(job_instance_id) FROM job_instance") ?? 0
    }

    /// Those of all jobs, by the numbers of instances.
    func attempts(after first: Int64 = 0, through last: Int64 = .max, now: Timestamp) throws -> [UsageAttempt] {
        let statement = try connection.prepare(
            """
            \(Self.columns) FROM job_instance i NOT INDEXED
            WHERE i.job_instance_id > ? AND i.job_instance_id <= ? AND \(Self.tells) ORDER BY i.job_instance_id
            """
        ).put(first).put(last)
        return try Self.attempts(statement, now: now)
    }

    private func attempts(of jids: [Int64], now: Timestamp) throws -> [UsageAttempt] {
        let statement = try connection.prepare(
            """
            \(Self.columns) FROM json_each(?) w CROSS JOIN job_instance i INDEXED BY job_instance_by_job ON i.jid = w.value
            WHERE \(Self.tells) ORDER BY i.jid, i.retry_number
            """
        ).put(Self.list(jids))
        return try Self.attempts(statement, now: now)
    }

    private static func attempts(_ statement: Statement, now: Timestamp) throws -> [UsageAttempt] {
        var attempts: [UsageAttempt] = []
        var given = GivenResources.Known()
        try statement.forEach { row in attempts.append(UsageAttempt(&row, now: now, &given)) }
        return attempts
    }

    private static func list(_ jids: [Int64]) -> String { JSON.array(jids.map { .int($0) }).text }

    // MARK: - Names

    /// From an index, which is a tenth of the jobs' rows.
    func names(of jids: [Int64]?) throws -> [(value: String, jids: [Int64])] {
        guard let jids else {
            return try lists(connection.prepare("SELECT name, jid FROM job INDEXED BY job_by_name ORDER BY name, jid"))
        }
        return try lists(
            connection.prepare(
                "SELECT j.name, j.jid FROM json_each(?) w CROSS JOIN job j ON j.jid = w.value ORDER BY j.name, j.jid"
            ).put(Self.list(jids)))
    }

    /// Without the jobs of no queue.
    func queues(of jids: [Int64]?) throws -> [(value: String, jids: [Int64])] {
        guard let jids else {
            return try lists(
                connection.prepare(
                    "SELECT queue, jid FROM job INDEXED BY job_by_queue WHERE queue IS NOT NULL ORDER BY queue, jid"))
        }
        return try lists(
            connection.prepare(
                """
                SELECT j.queue, j.jid FROM json_each(?) w CROSS JOIN job j ON j.jid = w.value
                WHERE j.queue IS NOT NULL ORDER BY j.queue, j.jid
                """
            ).put(Self.list(jids)))
    }

    func forgotten() throws(SQLiteFailure) -> [Int64] {
        try connection.prepare("SELECT jid FROM job INDEXED BY job_forgotten WHERE forgotten IS NOT NULL")
            .all { $0.int() }
    }

    /// The jobs of each value, of rows in the order of their values.
    private func lists(_ statement: Statement) throws -> [(value: String, jids: [Int64])] {
        var found: [(value: String, jids: [Int64])] = []
        var last: [UInt8] = []
        try statement.forEach { row in
            row.withText { text in
                guard let text else { return }
                if !found.isEmpty, text.elementsEqual(last) { return }
                last = Array(text)
                found.append((String(decoding: text, as: UTF8.self), []))
            }
            let jid = row.int()
            if !found.isEmpty { found[found.count - 1].jids.append(jid) }
        }
        return found
    }
}

/// What a scheduler gave an attempt, of the text that the ledger has.
private struct GivenResources {
    var memory: Float = .nan
    var slots: Float = .nan

    /// Texts that were read before: many attempts have the same one, and reading JSON takes as long as the rest.
    struct Known {
        private var byText: [String: GivenResources] = [:]
        private static let most = 4096

        mutating func resources(_ text: String) -> GivenResources {
            if let known = byText[text] { return known }
            var resources = GivenResources()
            if case .object(let object)? = try? JSON(parsing: text) {
                resources.memory = UsageAttempt.amount(object["memory"]?.integer.map { Double($0) })
                resources.slots = UsageAttempt.amount(object["slots"]?.integer.map { Double($0) })
            }
            if byText.count >= Self.most { byText = [:] }
            byText[text] = resources
            return resources
        }
    }
}

extension UsageAttempt {
    fileprivate init(_ row: inout Row, now: Timestamp, _ known: inout GivenResources.Known) {
        let jid = row.int()
        let status = row.status()
        let cause = row.cause()
        let end: End =
            switch status {
            case .complete: .complete
            case .running: .running
            default: cause == .outOfMemory ? .outOfMemory : .timeLimit
            }
        self.init(jid: jid, end: end)
        time = Self.amount(row.optionalDouble())
        cpu = Self.amount(row.optionalDouble())
        let peak = Self.amount(row.optionalInt().map { Double($0) })
        let bound = row.optionalText().flatMap(MemoryPeak.Bound.init(rawValue:))
        let largest = Self.amount(row.optionalInt().map { Double($0) })
        take(peak: peak, bound, largest: row.bool() ? .nan : largest)
        requestedMemory = Self.amount(row.optionalInt().map { Double($0) })
        requestedTime = Self.amount(row.optionalDouble())
        requestedSlots = Self.amount(row.optionalInt().map { Double($0) })
        if let text = row.optionalText() {
            let given = known.resources(text)
            (givenMemory, givenSlots) = (given.memory, given.slots)
        }
        guard end == .running, let started = row.optionalTime() else { return }
        time = Self.amount(max(0, now.seconds(since: started)))
    }
}
