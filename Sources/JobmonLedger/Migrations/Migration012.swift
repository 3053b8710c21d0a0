/// Frozen, like every migration.
///
/// The job that failed or was cancelled, so that this one, which waits for it, is not run.
enum Migration012 {
    static let identifier = "012"

    static let sql = "ALTER TABLE job ADD COLUMN blocked_by INTEGER REFERENCES job (jid);"
}
