/// Frozen, like every migration.
///
/// Groups of errors that have one cause. `error.signature_id` is the number of an error's group; NULL in rows of earlier
/// versions until they are grouped. A group that was merged into another one stays, so that its key leads there.
enum Migration009 {
    static let identifier = "009"

    static let sql = """
        CREATE TABLE error_group (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            title TEXT NOT NULL,
            rule TEXT NOT NULL,
            muted TEXT,
            note TEXT,
            merged_into INTEGER REFERENCES error_group (id)
        );
        CREATE INDEX error_by_group ON error (signature_id, jid, error_time);
        """
}
