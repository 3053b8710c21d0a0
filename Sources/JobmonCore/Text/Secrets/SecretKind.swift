/// Where a name stands that may be the name of a secret.
enum SecretPlace: Sendable {
    /// A variable of the environment.
    case environment
    /// An option and its value: `--name value`, `--name=value`.
    case option
    /// `name=value`
    case assigned
    /// `NAME=value`, as a shell writes it: the name in capitals, no blanks.
    case exported
    /// `name: value`
    case told
}

/// Which values of a name are secrets.
enum SecretStrictness: Sendable {
    case never
    /// Those that look random.
    case random
    /// Those that are neither numbers nor words.
    case odd
    /// Those that are no numbers.
    case notNumber
    /// All but those that say that there is none (`None`, `***`), and references.
    case always
}

/// What a name says about its value. A name with a general word (`key`, `token`) asks for a look at the value.
enum SecretKind: Sendable {
    /// `PASSWORD`, `SECRET`
    case secret
    /// `API_KEY`, `GITHUB_TOKEN`, `CREDENTIALS`, which may be the path of a file
    case keyOf
    /// `TOKEN` alone
    case token
    /// `KEY` alone
    case key
    /// A key of something that is not known to have secret keys: `SORT_KEY`, `MY_KEY`
    case anyKey
    /// `PASS` alone
    case pass
    /// `DB_PASS`, and `API key` in a sentence
    case passOf
    /// `PWD`, which is a directory or a password
    case directory
    /// `MYSQL_PWD`
    case directoryOf
    case auth, cookie, session, authorization
    /// The address of a database with what opens it.
    case dsn
    /// What a URL is signed with.
    case signature

    func strictness(in place: SecretPlace) -> SecretStrictness {
        let row = row
        return switch place {
        case .environment: row.environment
        case .option: row.option
        case .exported: row.exported
        case .assigned: row.assigned
        case .told: row.told
        }
    }

    private typealias Row = (
        environment: SecretStrictness, option: SecretStrictness, exported: SecretStrictness, assigned: SecretStrictness,
        told: SecretStrictness
    )

    private var row: Row {
        switch self {
        //                 environment  option      exported    assigned    told
        case .secret, .keyOf: (.always, .always, .always, .always, .always)
        case .token: (.always, .notNumber, .notNumber, .random, .random)
        case .key: (.always, .random, .random, .random, .random)
        case .anyKey: (.odd, .random, .odd, .random, .random)
        // Test runs count passes, and say `PASS: test_x`.
        case .pass: (.always, .notNumber, .notNumber, .odd, .random)
        case .passOf: (.always, .notNumber, .notNumber, .notNumber, .odd)
        // `UID=me;PWD=x` of ODBC, but `PWD=/home/me`.
        case .directory: (.never, .always, .always, .always, .odd)
        case .directoryOf: (.always, .always, .always, .always, .odd)
        case .auth: (.notNumber, .odd, .odd, .random, .random)
        case .cookie: (.always, .odd, .odd, .random, .random)
        case .session: (.odd, .random, .random, .random, .random)
        case .authorization: (.always, .odd, .odd, .odd, .random)
        case .dsn: (.always, .never, .never, .never, .never)
        case .signature: (.random, .random, .random, .random, .never)
        }
    }

    /// A value that is a path is one of the file that has the secret.
    var mayBePath: Bool { self != .secret && self != .passOf }
    /// Random letters and digits of hashes and identifiers are more often no secrets (`cache key: 9f86d081`).
    var mayBeHash: Bool { self == .key || self == .anyKey || self == .session }
}
