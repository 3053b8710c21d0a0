/// Frozen, like every migration.
///
/// What an attempt asked for, the peak of the memory of all its processes together (`memory_source`: how it was measured;
/// `memory_bound`: `at_least` or `at_most`, NULL: neither), and what a relaunch rule made of its failure, as JSON. What a
/// queue was last told about how it runs: its relaunch rules, as JSON, and the values of `jobmon set`.
enum Migration011 {
    static let identifier = "011"

    static let sql = """
        ALTER TABLE job_instance ADD COLUMN requested_slots INTEGER;
        ALTER TABLE job_instance ADD COLUMN requested_memory INTEGER;
        ALTER TABLE job_instance ADD COLUMN requested_runtime REAL;
        ALTER TABLE job_instance ADD COLUMN memory_peak INTEGER;
        ALTER TABLE job_instance ADD COLUMN memory_source TEXT;
        ALTER TABLE job_instance ADD COLUMN memory_bound TEXT;
        ALTER TABLE job_instance ADD COLUMN relaunch TEXT;

        CREATE TABLE queue_setting (
            queue TEXT PRIMARY KEY,
            relaunch TEXT,
            parallelism INTEGER CHECK (parallelism >= 1),
            retries INTEGER CHECK (retries >= 0),
            halt INTEGER CHECK (halt >= 1)
        ) WITHOUT ROWID;
        """
}
