import GRDB

/// Every migration, in order. A file that knows one that is not here is from a newer version.
enum Migrations {
    static var all: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration(Migration001.identifier) { database in
            try database.execute(sql: Migration001.sql)
        }
        migrator.registerMigration(Migration002.identifier) { database in
            try database.execute(sql: Migration002.sql)
        }
        migrator.registerMigration(Migration003.identifier) { database in
            try database.execute(sql: Migration003.sql)
        }
        migrator.registerMigration(Migration004.identifier) { database in
            try database.execute(sql: Migration004.sql)
        }
        migrator.registerMigration(Migration005.identifier) { database in
            try database.execute(sql: Migration005.sql)
        }
        return migrator
    }

    /// The identifiers that this version knows.
    static let known: Set<String> = [
        Migration001.identifier, Migration002.identifier, Migration003.identifier, Migration004.identifier,
        Migration005.identifier,
    ]
}
