/// Frozen, like every migration.
///
/// What is known of an attempt's end besides exit code, signal and usage, as JSON: who ended it, what the scheduler said,
/// what was expected of it. NULL in rows of earlier versions, and where nothing is.
enum Migration008 {
    static let identifier = "008"

    static let sql = "ALTER TABLE job_instance ADD COLUMN evidence TEXT;"
}
