import JobmonCore

/// The stream of changes, read again from the events that made them.
struct ChangeQueries {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func changes(after sequence: Int64, limit: Int) throws(SQLiteFailure) -> [Change] {
        try connection.prepare(
            """
            SELECT v.seq, v.kind, v.time, v.jid,
                CASE v.kind WHEN 'set' THEN v.body ->> '$.queue' ELSE j.queue END, j.job_key, v.job_instance_id, i.instance_key, v.status,
                v.job_status, v.cause,
                CASE v.kind WHEN 'error' THEN v.body ->> '$.description' ELSE iif(e.headline IS NULL, e.description, NULL) END,
                e.headline,
                CASE WHEN v.kind IN ('mute', 'unmute', 'note', 'merge') THEN v.body ->> '$.group' END,
                CASE v.kind WHEN 'set' THEN v.body -> '$.setting' END
            FROM event v LEFT JOIN job j ON j.jid = v.jid
                LEFT JOIN job_instance i ON i.job_instance_id = v.job_instance_id
                LEFT JOIN error e ON e.job_instance_id = v.job_instance_id AND v.kind = 'failed'
            WHERE v.seq > ? AND v.changed = 1 ORDER BY v.seq LIMIT ?
            """
        ).put(sequence).put(max(0, limit)).all { row in
            Change(
                sequence: row.int(), kind: row.text(), time: row.time(), jid: row.optionalInt(),
                queue: row.optionalText(), jobKey: row.optionalText(), jobInstanceID: row.optionalInt(),
                instanceKey: row.optionalText(), status: row.optionalStatus(), jobStatus: row.optionalStatus(),
                cause: row.cause(),
                error: Self.headline(&row), group: row.optionalInt(), setting: Self.setting(&row))
        }
    }

    private static func setting(_ row: inout Row) -> QueueSetting? {
        row.optionalObject().flatMap { try? QueueSetting(JSONFields($0)) }
    }

    /// The line as it was published: that which is stored, else that of the text.
    private static func headline(_ row: inout Row) -> String? {
        let text = row.optionalText()
        return row.optionalText() ?? text.map(ErrorText.headline)
    }
}
