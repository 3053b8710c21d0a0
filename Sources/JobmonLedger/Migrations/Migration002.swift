/// What jobs say themselves went wrong is found by their instance. Frozen, like every migration.
enum Migration002 {
    static let identifier = "002"

    static let sql = "CREATE INDEX event_reported ON event (job_instance_id, seq) WHERE kind = 'error';"
}
