/// Frozen, like every migration.
///
/// The place that a cluster's scheduler gave an instance: its queue or partition, and what was allocated (a JSON object).
enum Migration003 {
    static let identifier = "003"

    static let sql = """
        ALTER TABLE job_instance ADD COLUMN scheduler_queue TEXT;
        ALTER TABLE job_instance ADD COLUMN allocated TEXT;
        """
}
