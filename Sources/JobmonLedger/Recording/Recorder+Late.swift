import JobmonCore

extension Recorder {
    /// Marks the running instances that were silent for long.
    /// - Returns: those that were silent for so long that nobody knows any more.
    func markLate(silentSince: Timestamp, lostSince: Timestamp) throws -> [InstanceReference] {
        try connection.inTransaction {
            try connection.prepare(
                """
                UPDATE job_instance INDEXED BY job_instance_running SET late_since = ?
                WHERE status = 2 AND late_since IS NULL AND last_seen < ?
                """
            ).put(time.now().description).put(silentSince.description).run()
            return try connection.prepare(
                """
                SELECT job_instance_id, instance_key FROM job_instance INDEXED BY job_instance_running
                WHERE status = 2 AND last_seen < ? ORDER BY job_instance_id
                """
            ).put(lostSince.description).all { row in
                let id = row.int()
                return row.optionalText().map { .key($0) } ?? .id(id)
            }
        }
    }
}
