import JobmonCore

extension HostTally {
    /// The instances that are looked at, from the latest on.
    private static let instances = 50_000

    /// Asks how many jobs of a queue failed and completed on each host since a time. In a cluster, the node's name that the
    /// scheduler uses counts.
    /// - Parameter counted: since when the ends on single hosts count.
    static func query(queue: String, since: Timestamp, counted: [String: Timestamp]) -> String {
        var sql = """
            SELECT coalesce(i.allocated ->> 'node', i.host) AS node, count(DISTINCT iif(i.status = 3, i.jid, NULL)),
                count(DISTINCT iif(i.status = 4, i.jid, NULL))
            FROM job_instance i JOIN job j ON j.jid = i.jid
            WHERE i.job_instance_id > (SELECT max(job_instance_id) FROM job_instance) - \(instances)
                AND i.status IN (3, 4) AND coalesce(i.cause, '') <> 'submit_failed'
                AND i.finished_date >= \(SQLText.quoted(since.description)) AND j.queue = \(SQLText.quoted(queue))
                AND coalesce(i.allocated ->> 'node', i.host) IS NOT NULL
            """
        for (host, time) in counted.sorted(by: { $0.key < $1.key }) {
            sql += " AND NOT (coalesce(i.allocated ->> 'node', i.host) = \(SQLText.quoted(host)) "
            sql += "AND i.finished_date < \(SQLText.quoted(time.description)))"
        }
        return sql + " GROUP BY 1"
    }

    init?(row: [JSON]) {
        guard row.count == 3, case .string(let host) = row[0], case .int(let failed) = row[1],
            case .int(let worked) = row[2]
        else { return nil }
        self.init(host: host, failed: Int(failed), worked: Int(worked))
    }
}
