/// Frozen, like every migration.
///
/// Why a complete attempt may not have done its work, in its own words.
enum Migration007 {
    static let identifier = "007"

    static let sql = """
        ALTER TABLE job_instance ADD COLUMN doubt TEXT;
        CREATE INDEX job_instance_doubtful ON job_instance (jid) WHERE doubt IS NOT NULL;
        """
}
