/// Frozen, like every migration.
///
/// What lists show of a group, kept beside it, so that no list reads every error: the number of its errors, of the jobs
/// that have one, when the first and the last came, and the first of those jobs. Errors of forgotten jobs do not count.
/// And when queues were run, so that a group is new, or gone, since the last time.
enum Migration010 {
    static let identifier = "010"

    static let sql = """
        ALTER TABLE error_group ADD COLUMN errors INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE error_group ADD COLUMN jobs INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE error_group ADD COLUMN first_seen TEXT;
        ALTER TABLE error_group ADD COLUMN last_seen TEXT;
        ALTER TABLE error_group ADD COLUMN example INTEGER;

        UPDATE error_group AS g SET
            errors = c.errors, jobs = c.jobs, first_seen = c.first_seen, last_seen = c.last_seen, example = c.example
        FROM (
            SELECT id, sum(errors) AS errors, count(*) AS jobs, min(first) AS first_seen, max(last) AS last_seen,
                min(jid) AS example
            FROM (
                SELECT e.signature_id AS id, e.jid, count(*) AS errors, min(e.error_time) AS first,
                    max(e.error_time) AS last
                FROM error e INDEXED BY error_by_group
                WHERE e.signature_id IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM job f WHERE f.jid = e.jid AND f.forgotten IS NOT NULL)
                GROUP BY e.signature_id, e.jid)
            GROUP BY id) AS c
        WHERE c.id = g.id;

        CREATE TABLE queue_run (
            id INTEGER PRIMARY KEY,
            queue TEXT NOT NULL,
            started TEXT NOT NULL
        );
        CREATE INDEX queue_run_by_queue ON queue_run (queue, started);
        """
}
