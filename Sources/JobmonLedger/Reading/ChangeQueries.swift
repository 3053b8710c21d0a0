import JobmonCore

/// The stream of changes, read again from the events that made them.
struct ChangeQueries {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func changes(after sequence: Int64, limit: Int) throws(SQLiteFailure) -> [Change] {
        try connection.prepare(
            """
            WITH v (seq, kind, brief_kind, time, brief_time, jid, job_instance_id, status, job_status, cause, body) AS (
                SELECT seq, kind, NULL, time, NULL, jid, job_instance_id, status, job_status, cause,
                    CASE WHEN kind IN (\(Self.read)) THEN body END
                FROM event_whole WHERE seq > ?1 AND changed = 1
                UNION ALL
                SELECT b.seq, NULL, b.kind, NULL, d.recorded_time + b.time, b.jid, b.job_instance_id, b.status,
                    b.job_status, NULL, NULL
                FROM event_brief b CROSS JOIN event_delivery d
                    ON d.seq = (SELECT max(x.seq) FROM event_delivery x WHERE x.seq <= b.seq)
                WHERE b.seq > ?1
                ORDER BY 1 LIMIT ?2)
            SELECT v.seq, v.kind, v.brief_kind, v.time, v.brief_time, v.jid,
                CASE v.kind WHEN 'set' THEN v.body ->> '$.queue' ELSE j.queue END, j.job_key, v.job_instance_id, i.instance_key,
                v.status, v.job_status, v.cause,
                CASE v.kind WHEN 'error' THEN v.body ->> '$.description' ELSE iif(e.headline IS NULL, e.description, NULL) END,
                e.headline,
                CASE WHEN v.kind IN ('mute', 'unmute', 'note', 'merge') THEN v.body ->> '$.group' END,
                CASE v.kind WHEN 'set' THEN v.body -> '$.setting' END
            FROM v LEFT JOIN job j ON j.jid = v.jid
                LEFT JOIN job_instance i ON i.job_instance_id = v.job_instance_id
                LEFT JOIN error e ON e.job_instance_id = v.job_instance_id AND v.kind = 'failed'
            ORDER BY v.seq
            """
        ).put(sequence).put(max(0, limit)).all { row in
            Change(
                sequence: row.int(), kind: Self.kind(&row), time: Self.time(&row), jid: row.optionalInt(),
                queue: row.optionalText(), jobKey: row.optionalText(), jobInstanceID: row.optionalInt(),
                instanceKey: row.optionalText(), status: row.optionalStatus(), jobStatus: row.optionalStatus(),
                cause: row.cause(),
                error: Self.headline(&row), group: row.optionalInt(), setting: Self.setting(&row))
        }
    }

    /// The kinds of which a member of the event itself is shown. They are stored whole.
    private static let read = "'error', 'set', 'mute', 'unmute', 'note', 'merge'"

    private static func kind(_ row: inout Row) -> String {
        let kind = row.optionalText()
        let brief = row.optionalInt().flatMap { BriefEvent.Kind(rawValue: Int($0)) }
        return kind ?? brief.map { "\($0)" } ?? ""
    }

    private static func time(_ row: inout Row) -> Timestamp {
        let time = row.optionalTime()
        let milliseconds = row.optionalInt()
        return time ?? Timestamp(milliseconds: milliseconds ?? 0)
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
