import JobmonCore

/// Groups of errors.
extension Recorder {
    /// The number of the group that an error belongs to.
    func group(
        _ reading: ErrorReading, _ cause: Cause?, _ evidence: Evidence, of job: JobState
    ) throws(SQLiteFailure) -> Int64 {
        let params = try statements.findParams.put(job.jid).first { $0.object() } ?? [:]
        return try groups.number(
            of: ErrorSignature(cause: cause, evidence: evidence, reading: reading, params: params), self)
    }

    /// Groups errors that were recorded before there were groups, in one transaction.
    /// - Returns: how many; fewer than `limit`: all are grouped now.
    func groupOld(limit: Int) throws -> Int {
        do {
            return try connection.inTransaction {
                let rows = try statements.findUngrouped.put(limit).all { row in
                    (
                        id: row.int(), text: row.text(), cause: row.cause(),
                        exitCode: row.optionalInt().map { Int($0) },
                        signal: row.optionalInt().map { Int($0) }, params: row.object()
                    )
                }
                for row in rows {
                    let reading = ErrorReading(
                        stored: row.text, cause: row.cause, exitCode: row.exitCode, signal: row.signal)
                    let signature = ErrorSignature(
                        cause: row.cause, evidence: Evidence(exitCode: row.exitCode, signal: row.signal),
                        reading: reading, params: row.params)
                    try statements.groupError.put(try groups.number(of: signature, self)).put(row.id).run()
                }
                return rows.count
            }
        } catch {
            groups.empty()
            throw error
        }
    }
}
