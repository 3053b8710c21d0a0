/// The schema of the first version. Frozen: files of that version exist, so it is never edited; a change is a further
/// migration.
///
/// The columns that 2017's tables had come first, in 2017's order. Statuses are ids that join with `status`; times are
/// ISO 8601 text, UTC, with milliseconds; JSON is JSON text; sizes are bytes and durations seconds.
///
/// The checks are written without IN: for that SQLite makes a table in memory each time a row is written, which costs
/// more than writing the row.
enum Migration001 {
    static let identifier = "001"

    static let sql = """
        CREATE TABLE status (
            id INTEGER PRIMARY KEY,
            label TEXT NOT NULL UNIQUE
        );
        INSERT INTO status (id, label) VALUES
            (1, 'SUBMITTED'), (2, 'RUNNING'), (3, 'FAILED'), (4, 'COMPLETE'), (5, 'UNKNOWN'), (6, 'CANCELLED'),
            (7, 'QUEUED');

        CREATE TABLE job (
            jid INTEGER PRIMARY KEY,
            queue TEXT,
            job_key TEXT,
            name TEXT NOT NULL,
            runfile TEXT NOT NULL,
            args TEXT NOT NULL,
            params TEXT NOT NULL,
            cwd TEXT,
            env TEXT NOT NULL,
            shell INTEGER NOT NULL CHECK (shell BETWEEN 0 AND 1),
            timeout REAL CHECK (timeout >= 0),
            resources TEXT NOT NULL,
            submitted_date TEXT NOT NULL,
            status INTEGER NOT NULL REFERENCES status (id),
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            max_attempts INTEGER NOT NULL CHECK (max_attempts >= 1),
            cancel_requested TEXT,
            -- What the status is derived from, so that no event has to look at all instances of its job.
            instances INTEGER NOT NULL DEFAULT 0 CHECK (instances >= attempts),
            latest_instance_id INTEGER,
            retried_instance_id INTEGER,
            any_complete INTEGER NOT NULL DEFAULT 0 CHECK (any_complete BETWEEN 0 AND 1),
            CHECK ((queue IS NULL) = (job_key IS NULL)),
            CHECK ((instances = 0) = (latest_instance_id IS NULL)),
            CHECK ((any_complete = 1) = (status = 4))
        );
        CREATE UNIQUE INDEX job_by_key ON job (queue, job_key) WHERE queue IS NOT NULL;
        CREATE INDEX job_by_queue ON job (queue) WHERE queue IS NOT NULL;
        CREATE INDEX job_by_status ON job (status);
        CREATE INDEX job_by_name ON job (name);

        -- The params of jobs once more, to find jobs by them. Values are text.
        CREATE TABLE job_param (
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            jid INTEGER NOT NULL REFERENCES job (jid),
            PRIMARY KEY (name, value, jid)
        ) WITHOUT ROWID;

        CREATE TABLE job_instance (
            job_instance_id INTEGER PRIMARY KEY,
            instance_key TEXT,
            jid INTEGER NOT NULL REFERENCES job (jid),
            retry_number INTEGER NOT NULL CHECK (retry_number >= 0),
            executor TEXT NOT NULL,
            executor_id TEXT,
            status INTEGER NOT NULL REFERENCES status (id) CHECK (status BETWEEN 1 AND 6),
            cause TEXT,
            exit_code INTEGER,
            signal INTEGER,
            host TEXT,
            boot_id TEXT,
            pid INTEGER,
            pid_started INTEGER,
            submitted_date TEXT NOT NULL,
            started_date TEXT,
            finished_date TEXT,
            last_seen TEXT,
            late_since TEXT,
            wallclock REAL,
            cpu REAL,
            maxrss INTEGER,
            maxrss_at_most INTEGER NOT NULL DEFAULT 0 CHECK (maxrss_at_most BETWEEN 0 AND 1),
            io_read INTEGER,
            io_written INTEGER,
            stdout_path TEXT,
            stderr_path TEXT,
            attempt_returned INTEGER NOT NULL DEFAULT 0 CHECK (attempt_returned BETWEEN 0 AND 1),
            oom_kills INTEGER,
            CHECK ((status = 3 OR status = 4 OR status = 6) = (finished_date IS NOT NULL)),
            CHECK ((status = 3 OR status = 5 OR status = 6) = (cause IS NOT NULL)),
            CHECK (attempt_returned = 0 OR status = 3 OR status = 6),
            CHECK (late_since IS NULL OR status = 2 OR status = 5)
        );
        CREATE UNIQUE INDEX job_instance_by_key ON job_instance (instance_key) WHERE instance_key IS NOT NULL;
        CREATE UNIQUE INDEX job_instance_by_job ON job_instance (jid, retry_number);
        CREATE INDEX job_instance_running ON job_instance (jid) WHERE status = 2;
        CREATE INDEX job_instance_late ON job_instance (jid) WHERE late_since IS NOT NULL;

        -- When an instance took which status, once each.
        CREATE TABLE job_status (
            id INTEGER PRIMARY KEY,
            jid INTEGER NOT NULL,
            job_instance_id INTEGER NOT NULL REFERENCES job_instance (job_instance_id),
            status INTEGER NOT NULL REFERENCES status (id),
            status_time TEXT NOT NULL,
            recorded_time TEXT NOT NULL
        );
        CREATE UNIQUE INDEX job_status_once ON job_status (job_instance_id, status);

        -- One row per failed instance.
        CREATE TABLE error (
            id INTEGER PRIMARY KEY,
            job_instance_id INTEGER NOT NULL UNIQUE REFERENCES job_instance (job_instance_id),
            error_time TEXT NOT NULL,
            description TEXT NOT NULL,
            jid INTEGER NOT NULL REFERENCES job (jid),
            signature_id INTEGER
        );
        CREATE INDEX error_by_job ON error (jid);

        -- What came in, the refused too. The columns after body say what it did, so that the stream of changes can
        -- be read again from here, or what an early one waits for.
        CREATE TABLE event (
            seq INTEGER PRIMARY KEY,
            sender TEXT,
            sender_seq INTEGER,
            time TEXT NOT NULL,
            recorded_time TEXT NOT NULL,
            kind TEXT NOT NULL,
            jid INTEGER,
            job_instance_id INTEGER,
            outcome TEXT NOT NULL
                CHECK (outcome = 'recorded' OR outcome = 'repeat' OR outcome = 'early' OR outcome = 'refused'),
            body TEXT NOT NULL,
            problem TEXT,
            changed INTEGER NOT NULL CHECK (changed BETWEEN 0 AND 1),
            status INTEGER,
            job_status INTEGER,
            cause TEXT,
            instance_key TEXT,
            queue TEXT,
            job_key TEXT,
            CHECK ((sender IS NULL) = (sender_seq IS NULL)),
            CHECK ((outcome = 'refused') = (problem IS NOT NULL)),
            CHECK (changed = 0 OR outcome = 'recorded')
        );
        CREATE UNIQUE INDEX event_once ON event (sender, sender_seq) WHERE sender IS NOT NULL;
        CREATE INDEX event_early_of_instance ON event (instance_key) WHERE outcome = 'early';
        CREATE INDEX event_early_of_job ON event (queue, job_key) WHERE outcome = 'early';

        -- How many jobs of a queue ('' for those of none) have a status (1 to 7), and how many errors they have (0).
        CREATE TABLE tally (
            queue TEXT NOT NULL,
            what INTEGER NOT NULL,
            count INTEGER NOT NULL CHECK (count >= 0),
            PRIMARY KEY (queue, what)
        ) WITHOUT ROWID;

        CREATE VIEW sgejob AS
            SELECT job_instance_id, executor_id AS sgeid, jid, retry_number, status, cause, exit_code, signal, host,
                submitted_date, started_date, finished_date, wallclock, cpu, maxrss, io_read, io_written, stdout_path,
                stderr_path
            FROM job_instance WHERE executor = 'sge';
        """
}
