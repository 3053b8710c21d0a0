/// Frozen, like every migration.
///
/// An event that was recorded, and whose members its rows have, is stored without its text: in `event_brief`. All others
/// are in `event_whole`, which is the table `event` of earlier versions: what they recorded stays there as it is. `event`
/// shows both.
///
/// A delivery is what one sender said in one commit, one event after the other: sequence numbers and the sender's own
/// numbers rise together, so the sender, its numbers and the time of recording are stored once for all of them.
///
/// The rows must go on having what an event said. So where a job is described or requested anew, `job_first` keeps how it
/// was described the first time.
enum Migration013 {
    static let identifier = "013"

    static let sql = """
        ALTER TABLE event RENAME TO event_whole;

        -- time: milliseconds after recorded_time. said: which members it had (Said). rest: members that no row has.
        CREATE TABLE event_brief (
            seq INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 5),
            jid INTEGER NOT NULL,
            job_instance_id INTEGER,
            time INTEGER NOT NULL,
            status INTEGER,
            job_status INTEGER,
            said INTEGER NOT NULL,
            rest TEXT
        );
        CREATE TABLE event_sender (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        );
        -- seq, sender_seq: of its first event. recorded_time: milliseconds since 1970.
        CREATE TABLE event_delivery (
            seq INTEGER PRIMARY KEY,
            count INTEGER NOT NULL CHECK (count >= 1),
            recorded_time INTEGER NOT NULL,
            sender INTEGER REFERENCES event_sender (id),
            sender_seq INTEGER,
            CHECK ((sender IS NULL) = (sender_seq IS NULL))
        );
        CREATE UNIQUE INDEX event_delivery_once ON event_delivery (sender, sender_seq) WHERE sender IS NOT NULL;

        CREATE TABLE job_first (
            jid INTEGER PRIMARY KEY REFERENCES job (jid),
            runfile TEXT NOT NULL,
            args TEXT NOT NULL,
            cwd TEXT,
            env TEXT NOT NULL,
            shell INTEGER NOT NULL,
            timeout REAL,
            resources TEXT NOT NULL
        );

        -- The casts give both halves the same types, without which SQLite would build all of it for each query.
        CREATE VIEW event AS
            SELECT seq, sender, sender_seq, time, recorded_time, kind, jid, job_instance_id, outcome, body, problem,
                changed, status, job_status, cause, instance_key, queue, job_key
            FROM event_whole
            UNION ALL
            SELECT b.seq, CAST((SELECT name FROM event_sender s WHERE s.id = d.sender) AS TEXT),
                CAST(d.sender_seq + (b.seq - d.seq) AS INTEGER),
                CAST(strftime('%Y-%m-%dT%H:%M:%S', (d.recorded_time + b.time) / 1000, 'unixepoch')
                    || printf('.%03dZ', (d.recorded_time + b.time) % 1000) AS TEXT),
                CAST(strftime('%Y-%m-%dT%H:%M:%S', d.recorded_time / 1000, 'unixepoch')
                    || printf('.%03dZ', d.recorded_time % 1000) AS TEXT),
                CAST(CASE b.kind WHEN 1 THEN 'job' WHEN 2 THEN 'submitted' WHEN 3 THEN 'running' WHEN 4 THEN 'process'
                    ELSE 'complete' END AS TEXT),
                b.jid, b.job_instance_id, CAST('recorded' AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
                CAST(1 AS INTEGER), b.status, b.job_status, CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
                CAST(NULL AS TEXT)
            FROM event_brief b CROSS JOIN event_delivery d
                ON d.seq = (SELECT max(x.seq) FROM event_delivery x WHERE x.seq <= b.seq);
        """
}
