import GRDB

/// Every migration, in order. A file that knows one that is not here is from a newer version.
enum Migrations {
    private static let inOrder: [(identifier: String, sql: String)] = [
        (Migration001.identifier, Migration001.sql),
        (Migration002.identifier, Migration002.sql),
        (Migration003.identifier, Migration003.sql),
        (Migration004.identifier, Migration004.sql),
        (Migration005.identifier, Migration005.sql),
        (Migration006.identifier, Migration006.sql),
        (Migration007.identifier, Migration007.sql),
        (Migration008.identifier, Migration008.sql),
        (Migration009.identifier, Migration009.sql),
        (Migration010.identifier, Migration010.sql),
        (Migration011.identifier, Migration011.sql),
        (Migration012.identifier, Migration012.sql),
        (Migration013.identifier, Migration013.sql),
    ]

    static var all: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for migration in inOrder {
            migrator.registerMigration(migration.identifier) { try $0.execute(sql: migration.sql) }
        }
        return migrator
    }

    /// The identifiers that this version knows.
    static let known = Set(inOrder.map(\.identifier))
}
