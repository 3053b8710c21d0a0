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

    /// Counts an error that is about to be written, or moved, into a group.
    func countInGroup(_ group: Int64, of job: JobState, at time: Timestamp) throws(SQLiteFailure) {
        if job.isForgotten { return }
        // Before its first attempt a job had no error.
        var isJobNew = true
        if job.instances > 1 { isJobNew = try isNew(job.jid, in: group) }
        batch.groups.add(group, jid: job.jid, isJobNew: isJobNew, at: time)
    }

    private func isNew(_ jid: Int64, in group: Int64) throws(SQLiteFailure) -> Bool {
        try statements.findInGroup.put(group).put(jid).first { _ in true } == nil
    }

    /// Takes a job that is forgotten out of what is counted of its groups.
    func uncountInGroups(_ jid: Int64) throws(SQLiteFailure) {
        let all = try statements.findGroupsOfJob.put(jid).all { row in
            (group: row.int(), errors: Int(row.int()), first: row.time(), last: row.time())
        }
        for lost in all {
            batch.groups.remove(
                lost.group, jid: jid, errors: lost.errors, isJobGone: true, from: lost.first, to: lost.last)
        }
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
                        signal: row.optionalInt().map { Int($0) }, params: row.object(), jid: row.int(),
                        time: row.time(), isForgotten: row.bool()
                    )
                }
                var counts = GroupCounts()
                for row in rows {
                    let reading = ErrorReading(
                        stored: row.text, cause: row.cause, exitCode: row.exitCode, signal: row.signal)
                    let signature = ErrorSignature(
                        cause: row.cause, evidence: Evidence(exitCode: row.exitCode, signal: row.signal),
                        reading: reading, params: row.params)
                    let group = try groups.number(of: signature, self)
                    if !row.isForgotten {
                        counts.add(group, jid: row.jid, isJobNew: try isNew(row.jid, in: group), at: row.time)
                    }
                    try statements.groupError.put(group).put(row.id).run()
                }
                try counts.write(self)
                return rows.count
            }
        } catch {
            groups.empty()
            throw error
        }
    }
}
