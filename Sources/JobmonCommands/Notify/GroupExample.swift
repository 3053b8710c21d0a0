import JobmonCore

/// What is known of the error of the example of a group besides its line.
struct GroupExample: Sendable, Equatable {
    var cause: Cause?
    var host: String?
    /// The name of the job.
    var job: String

    /// Those of some groups, by the groups' numbers. Without an answer there are none: a message is worth sending
    /// without them.
    static func read(of groups: [ErrorGroup], in reading: any LedgerReading) async -> [Int64: GroupExample] {
        guard !groups.isEmpty else { return [:] }
        let pairs = groups.map { "(\($0.number), \($0.example))" }.joined(separator: ", ")
        let sql = """
            WITH wanted (number, jid) AS (VALUES \(pairs))
            SELECT w.number, i.cause, i.host, j.name
            FROM wanted w CROSS JOIN error e INDEXED BY error_by_group
                ON e.signature_id = w.number AND e.jid = w.jid
                JOIN job_instance i ON i.job_instance_id = e.job_instance_id JOIN job j ON j.jid = e.jid
            ORDER BY e.id
            """
        var examples: [Int64: GroupExample] = [:]
        do throws(Problem) {
            for row in try await reading.query(sql, limits: QueryLimits(rows: 10_000, seconds: 2)).rows {
                // The first error of the job: its line is the example's.
                guard row.count == 4, let number = row[0].integer, examples[number] == nil else { continue }
                examples[number] = GroupExample(
                    cause: Cause(rawValue: row[1].plainText), host: row[2] == .null ? nil : row[2].plainText,
                    job: row[3].plainText)
            }
        } catch {}
        return examples
    }
}
