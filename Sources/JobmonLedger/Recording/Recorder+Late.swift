import JobmonCore

extension Recorder {
    /// Marks the running instances that were silent for long.
    /// - Returns: those that were silent for so long that nobody knows any more.
    func markLate(silentSince: Timestamp, lostSince: Timestamp) throws -> [SilentInstance] {
        try connection.inTransaction {
            try connection.prepare(
                """
                UPDATE job_instance INDEXED BY job_instance_running SET late_since = ?
                WHERE status = 2 AND late_since IS NULL AND last_seen < ?
                """
            ).put(time.now().description).put(silentSince.description).run()
            return try connection.prepare(
                """
                SELECT i.job_instance_id, i.instance_key, i.executor, j.queue
                FROM job_instance i INDEXED BY job_instance_running JOIN job j ON j.jid = i.jid
                WHERE i.status = 2 AND i.last_seen < ? ORDER BY i.job_instance_id
                """
            ).put(lostSince.description).all { row in
                let id = row.int()
                let instance: InstanceReference = row.optionalText().map { .key($0) } ?? .id(id)
                return SilentInstance(instance, executor: row.text(), queue: row.optionalText())
            }
        }
    }
}
