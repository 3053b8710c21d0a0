/// Frozen, like every migration.
///
/// What jobs say themselves went wrong is found by their instance. The index of identities has the number first: what
/// comes in at the same time, from a thousand senders, then stands together, and not on a page for each.
enum Migration002 {
    static let identifier = "002"

    static let sql = """
        CREATE INDEX event_reported ON event (job_instance_id, seq) WHERE kind = 'error';
        DROP INDEX event_once;
        CREATE UNIQUE INDEX event_once ON event (sender_seq, sender) WHERE sender IS NOT NULL;
        """
}
