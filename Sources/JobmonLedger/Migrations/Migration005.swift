/// Frozen, like every migration.
///
/// When a person took a job out of lists, counts and reports. Its key is another's then: it begins with `forgotten:`.
enum Migration005 {
    static let identifier = "005"

    static let sql = """
        ALTER TABLE job ADD COLUMN forgotten TEXT;
        CREATE INDEX job_forgotten ON job (jid) WHERE forgotten IS NOT NULL;
        """
}
