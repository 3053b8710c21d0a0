/// Frozen, like every migration.
///
/// The line of an error that lists show: why the instance failed. NULL in rows of earlier versions: it is read from the
/// description.
enum Migration006 {
    static let identifier = "006"

    static let sql = "ALTER TABLE error ADD COLUMN headline TEXT;"
}
