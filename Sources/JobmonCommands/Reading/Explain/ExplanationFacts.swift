import JobmonCore

/// What the ledger has about a job besides its record: it is read with SQL, so that it is the same with a monitor and
/// without.
struct ExplanationFacts {
    let reading: any LedgerReading
    let job: JobRecord

    /// Jobs of a queue that are compared at most.
    static let sample = 50_000
    private static let limits = QueryLimits(rows: 1000, seconds: 10)
    /// Sentences about what sets a job apart.
    private static let mostDifferences = 5

    /// - Parameter isQueueRun: whether the job's queue is run now; nil: unknown.
    func surroundings(isQueueRun: Bool?) async throws(Problem) -> Explanation.Surroundings {
        var surroundings = Explanation.Surroundings(isQueueRun: isQueueRun)
        if let last = job.instances.last {
            let row = try await rows(
                "SELECT oom_kills, evidence FROM job_instance WHERE job_instance_id = \(last.jobInstanceID)"
            ).first
            surroundings.oomKills = row?.first.flatMap { if case .int(let count) = $0 { Int(count) } else { nil } }
            if case .string(let text)? = row?.last, case .object(let object)? = try? JSON(parsing: Array(text.utf8)) {
                surroundings.remarks = object
            }
        }
        if job.status == .queued || job.status == .submitted, let queue = job.queue {
            surroundings.running = try await count(
                "SELECT count FROM tally WHERE queue = \(Self.quoted(queue)) AND what = \(Status.running.rawValue)")
            surroundings.before = try await count(
                "SELECT count(*) FROM (SELECT 1 FROM job WHERE queue = \(Self.quoted(queue)) "
                    + "AND status IN (\(Status.queued.rawValue), \(Status.submitted.rawValue)) AND jid < \(job.jid) "
                    + "AND forgotten IS NULL "
                    + "LIMIT \(Explanation.mostBefore + 1))")
        }
        return surroundings
    }

    /// What sets a failed job apart from those of its queue that did not fail, the clearest first.
    func differences() async throws(Problem) -> [Concentration] {
        guard job.status == .failed, let queue = job.queue, let last = job.instances.last else { return [] }
        let total =
            try await count(
                "SELECT sum(count) FROM tally WHERE queue = \(Self.quoted(queue)) "
                    + "AND what IN (\(Status.failed.rawValue), \(Status.complete.rawValue))") ?? 0
        let step = max(1, (total + Self.sample - 1) / Self.sample)
        // Scattered: the order in which jobs were queued has the grid of their params in it.
        let part = { (jid: String) in "((\(jid) * 2654435761) >> 16) % \(step)" }
        let properties = properties(of: last)
        guard !properties.isEmpty else { return [] }
        let columns = properties.enumerated().map { index, property in "(\(property.condition)) AS p\(index)" }
        let sums = properties.indices.map { "sum(p\($0)), sum(p\($0) AND failed)" }
        let found =
            try await rows(
                """
                WITH jobs AS MATERIALIZED (
                    SELECT j.status = \(Status.failed.rawValue) AS failed, \(columns.joined(separator: ", "))
                    FROM job j LEFT JOIN job_instance i ON i.job_instance_id = j.latest_instance_id
                    WHERE j.queue = \(Self.quoted(queue)) AND \(part("j.jid")) = \(part(String(job.jid)))
                        AND j.status IN (\(Status.failed.rawValue), \(Status.complete.rawValue)) AND j.forgotten IS NULL)
                SELECT count(*), sum(failed), \(sums.joined(separator: ", ")) FROM jobs
                """
            ).first ?? []
        let numbers = found.map { if case .int(let number) = $0 { Int(number) } else { 0 } }
        guard numbers.count == 2 + 2 * properties.count, let over = numbers.first else { return [] }
        let compared = properties.enumerated().map { index, property in
            let (with, failedWith) = (numbers[2 + 2 * index], numbers[3 + 2 * index])
            return Concentration(
                property: property.words, failed: failedWith, over: with, othersFailed: numbers[1] - failedWith,
                othersOver: over - with)
        }
        // One job alone is no pattern, however rare failures are.
        return Array(Concentration.striking(compared).filter { $0.failed > 1 }.prefix(Self.mostDifferences))
    }

    private struct Property {
        var words: String
        /// Of the rows `j` and `i`; never NULL.
        var condition: String
    }

    private func properties(of last: InstanceRecord) -> [Property] {
        // Longer values have other texts in the index.
        let params = job.description.params.members.filter { $0.value.plainText.utf8.count <= 512 }.prefix(32)
        var all = params.map { member in
            let text = member.value.plainText
            return Property(
                words: "\(member.name)=\(text)",
                condition: "EXISTS (SELECT 1 FROM job_param p WHERE p.name = \(Self.quoted(member.name)) "
                    + "AND p.value = \(Self.quoted(text)) AND p.jid = j.jid)")
        }
        if let host = last.host {
            all.append(Property(words: "on host \(host)", condition: "i.host IS \(Self.quoted(host))"))
        }
        if let queue = last.place?.queue {
            all.append(
                Property(
                    words: "in the scheduler's queue \(queue)", condition: "i.scheduler_queue IS \(Self.quoted(queue))")
            )
        }
        if let start = last.startedDate?.description.prefix(13) {
            all.append(
                Property(
                    words: "started between \(start.replacingT):00 and :59 UTC",
                    condition: "coalesce(substr(i.started_date, 1, 13), '') = \(Self.quoted(String(start)))"))
        }
        if case .int(let bytes)? = job.description.resources["memory"] {
            all.append(
                Property(
                    words: "with \(Units.bytes(bytes)) of memory requested",
                    condition: "coalesce(json_extract(j.resources, '$.memory'), 0) = \(bytes)"))
        }
        return all
    }

    private func rows(_ sql: String) async throws(Problem) -> [[JSON]] {
        try await reading.query(sql, limits: Self.limits).rows
    }

    private func count(_ sql: String) async throws(Problem) -> Int? {
        guard case .int(let count)? = try await rows(sql).first?.first else { return nil }
        return Int(count)
    }

    /// A text as SQL.
    private static func quoted(_ text: String) -> String {
        // By bytes: a quotation mark may have an accent on it. A NUL would end the statement.
        var bytes = [UInt8(ascii: "'")]
        for byte in text.utf8 where byte != 0 {
            if byte == UInt8(ascii: "'") { bytes.append(byte) }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self) + "'"
    }
}

extension Substring {
    /// `2026-11-29 02` of `2026-11-29T02`.
    fileprivate var replacingT: String { String(map { $0 == "T" ? " " : $0 }) }
}
