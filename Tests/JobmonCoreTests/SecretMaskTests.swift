import Testing

@testable import JobmonCore

/// What is masked, and what stays.
@Suite struct SecretMaskTests {
    @Test(arguments: SecretSamples.masked) func masks(_ text: String, _ shown: String) {
        #expect(SecretMask.masked(text) == shown)
        #expect(SecretMask.masked(shown) == shown)
    }

    @Test(arguments: SecretSamples.kept) func keeps(_ text: String) { #expect(SecretMask.masked(text) == text) }

    @Test(arguments: [
        "TOKEN", "API_TOKEN", "GITHUB_TOKEN", "SECRET", "client_secret", "PASSWORD", "db-password", "dbPassword",
        "PASSWD", "PASS",
        "DB_PASS", "MYSQL_PWD", "PGPASSWORD", "KEY", "API_KEY", "apiKey", "APIKey", "AWS_SECRET_ACCESS_KEY",
        "PRIVATE_KEY",
        "SSH_KEY", "ENCRYPTION_KEY", "OPENAI_API_KEY", "CREDENTIAL", "CREDENTIALS", "AUTH", "REDIS_AUTH", "COOKIE",
        "DSN",
        "SENTRY_DSN", "CONNECTION_STRING", "connectionString", "SECRET_KEY_BASE", "PASSWORD_2", "TOKEN_PROD",
        "X-Api-Key", "JWT",
        "mylongdatabasepassword", "spring.datasource.password", "Authorization", "GITHUB_PAT",
    ]) func isSecret(_ name: String) { #expect(SecretMask.isSecretName(name)) }

    @Test(arguments: [
        "", "_", "PATH", "HOME", "PWD", "OLDPWD", "KEYBOARD", "MONKEY", "SORT_KEY", "KEY_COLUMN", "JOB_KEY",
        "PRIMARY_KEY",
        "PUBLIC_KEY", "XDG_SESSION_ID", "SESSION_MANAGER", "SSH_AUTH_SOCK", "XAUTHORITY", "AUTHOR", "SECRETARY",
        "PASSWORD_FILE",
        "TOKEN_LIMIT", "MAX_TOKENS", "TOKENIZER", "TOKENIZERS_PARALLELISM", "PASSES", "COMPASS", "BYPASS", "KEY_ID",
        "AUTH_TYPE",
        "USE_AUTH", "ALLOW_EMPTY_PASSWORD", "PAD_TOKEN", "SECRET_NAME", "COOKIE_JAR", "DESKTOP_SESSION", "Ärger",
        "key.py",
    ]) func isNoSecret(_ name: String) { #expect(!SecretMask.isSecretName(name)) }

    @Test func environment() {
        let random = SecretSamples.random(24)
        let environment: JSONObject = [
            "API_KEY": "x y", "PWD": "/home/me", "KEY": "year", "SORT_KEY": "name", "MY_KEY": .string(random), "N": 3,
            "DB_PASSWORD": 4711, "TOKEN": .null, "SECRET": "", "PASS": "$OTHER", "SSH_KEY": "/home/me/.ssh/id_rsa",
            "GOOGLE_APPLICATION_CREDENTIALS": "/home/me/x.json", "DATABASE_URL": "postgres://me:x@db/y",
            "DSN": "host=db password=x", "SQLITE_DSN": "sqlite:///x.db", "OTHER_DSN": "abc", "XDG_SESSION_ID": "12",
            "SESSION": "gnome", "OPTS": "--token abc -v", "AUTH": "basic", "REDIS_AUTH": "abc",
            "AUTHORIZATION": "Bearer abc",
            "AWS_ACCESS_KEY_ID": .string(SecretSamples.awsKey),
        ]
        let shown: JSONObject = [
            "API_KEY": "[masked]", "PWD": "/home/me", "KEY": "[masked]", "SORT_KEY": "name", "MY_KEY": "[masked]",
            "N": 3,
            "DB_PASSWORD": "[masked]", "TOKEN": .null, "SECRET": "", "PASS": "$OTHER",
            "SSH_KEY": "/home/me/.ssh/id_rsa",
            "GOOGLE_APPLICATION_CREDENTIALS": "/home/me/x.json", "DATABASE_URL": "postgres://me:[masked]@db/y",
            "DSN": "host=db password=[masked]", "SQLITE_DSN": "sqlite:///x.db", "OTHER_DSN": "[masked]",
            "XDG_SESSION_ID": "12",
            "SESSION": "gnome", "OPTS": "--token [masked] -v", "AUTH": "basic", "REDIS_AUTH": "[masked]",
            "AUTHORIZATION": "Bearer [masked]", "AWS_ACCESS_KEY_ID": "[masked]",
        ]
        let masked = SecretMask.masked(environment: environment)
        for (name, value) in masked.members { #expect(value == shown[name], "\(name)") }
        #expect(masked.members.map(\.name) == environment.members.map(\.name))
        #expect(SecretMask.masked(environment: masked) == masked)
        #expect(SecretMask.masked("abc", ofVariable: "MY_TOKEN") == "[masked]")
    }

    @Test func params() {
        let params: JSONObject = [
            "key": "year", "token": "a", "n": 3, "password": "x", "passwords": ["x", "y"], "url": "ftp://me:x@h",
            "pass": 1,
            "db": ["user": "me", "password": "x"],
        ]
        let shown: JSONObject = [
            "key": "year", "token": "a", "n": 3, "password": "[masked]", "passwords": ["[masked]", "[masked]"],
            "url": "ftp://me:[masked]@h", "pass": 1, "db": ["user": "me", "password": "[masked]"],
        ]
        #expect(SecretMask.masked(params: params) == shown)
    }

    @Test(
        arguments: [
            (["run", "--password", "a b", "-v"], ["run", "--password", "[masked]", "-v"]),
            (["run", "--password=a b"], ["run", "--password=[masked] b"]),
            (["run", "--key", "year"], ["run", "--key", "year"]),
            (["run", "--password", "--verbose"], ["run", "--password", "--verbose"]),
            (["run", "--password", "-x9!"], ["run", "--password", "[masked]"]),
            (["run", "--password-file", "/x"], ["run", "--password-file", "/x"]),
            (["run", "--token", "$TOKEN"], ["run", "--token", "$TOKEN"]),
            (["run", "--max-tokens", "5"], ["run", "--max-tokens", "5"]),
            (["/usr/bin/mysql", "-u", "me", "-pa b", "db"], ["/usr/bin/mysql", "-u", "me", "-p[masked]", "db"]),
            (["mysql", "-p", "db"], ["mysql", "-p", "db"]), (["mkdir", "-p", "db"], ["mkdir", "-p", "db"]),
            (["curl", "-u", "me:a b", "https://h"], ["curl", "-u", "me:[masked]", "https://h"]),
            (["curl", "--user=me:x", "-ume:x"], ["curl", "--user=me:[masked]", "-ume:[masked]"]),
            (["curl", "-H", "Authorization: Bearer abc"], ["curl", "-H", "Authorization: Bearer [masked]"]),
            (["sshpass", "-p", "x", "ssh", "-p", "22"], ["sshpass", "-p", "[masked]", "ssh", "-p", "22"]),
            (["bash", "-c", "mysql -px; API_KEY=y run"], ["bash", "-c", "mysql -p[masked]; API_KEY=[masked] run"]),
            (["env", "API_KEY=a b", "run"], ["env", "API_KEY=[masked] b", "run"]), ([], []), ([""], [""]),
            (["--password"], ["--password"]),
        ] as [([String], [String])]) func arguments(_ arguments: [String], _ shown: [String])
    {
        #expect(SecretMask.masked(arguments: arguments) == shown)
        #expect(SecretMask.masked(arguments: shown) == shown)
    }

    // MARK: Chunks

    @Test func readsAChunkAfterItsContext() {
        #expect(chunk("unter2 x\ny", context: "password=h") == "[masked] x\ny")
        #expect(chunk("two\" x", context: "password=\"one ") == "[masked]\" x")
        #expect(chunk("nothing x", context: "a ") == "nothing x")
        #expect(chunk("abc", context: "") == "abc")
    }

    @Test func masksAWordWhoseBeginningIsUnknown() {
        #expect(chunk("unter x\ny", beginsInLine: true) == "[masked] x\ny")
        #expect(chunk(" x\ny", beginsInLine: true) == " x\ny")
        #expect(chunk("unter x", context: "abc", beginsInLine: true) == "[masked] x")
    }

    @Test func masksAFormThatTheEndCutsOff() {
        let token = SecretSamples.github.prefix(12)
        #expect(chunk("x \(token)", endsInLine: true) == "x [masked]" && chunk("x \(token)") == "x \(token)")
        #expect(
            chunk("ftp://me:pas", endsInLine: true) == "ftp://me:[masked]"
                && chunk("ftp://me:80", endsInLine: true) == "ftp://me:80")
        #expect(chunk("a \(SecretSamples.webToken.prefix(16))", endsInLine: true) == "a [masked]")
    }

    @Test func masksAKeyThatBeganBefore() {
        let lines = [String](repeating: SecretSamples.random(64), count: 3)
        let end = "-----END PRIVATE" + " KEY-----"
        let shown = "[masked]\n[masked]\n[masked]\n"
        #expect(chunk((lines + [end, "x"]).joined(separator: "\n")) == shown + "\(end)\nx")
        #expect(chunk((lines + [""]).joined(separator: "\n")) == shown)
        #expect(chunk("abc=\n" + end) == "[masked]\n" + end)
        #expect(chunk("abc\ndef ghi\n") == "abc\ndef ghi\n" && chunk("a\nb\nc") == "a\nb\nc")
    }

    private func chunk(
        _ text: some StringProtocol, context: String = "", beginsInLine: Bool = false, endsInLine: Bool = false
    ) -> String {
        SecretMask.masked(chunk: String(text), context: context, beginsInLine: beginsInLine, endsInLine: endsInLine)
    }

    // MARK: Any text

    /// Parts of secrets in any order: lines stay lines, a masked text stays as it is, and nothing traps.
    @Test func survivesAnything() {
        var random = SeededRandom(seed: 5)
        let pieces = [
            "password", "TOKEN", "key", "API_KEY", "=", ": ", " = ", "\"", "'", "\\", "\\\"", "\\n", "\r\n", " ", "--",
            "-p", "-u ",
            "mysql ", "curl ", "http", "://", "@", "/", "x", "hunter2", SecretSamples.awsKey, SecretSamples.github,
            SecretSamples.webToken, "[masked]", "[mas", "ked]", "Bearer ", "Authorization: ", "Cookie: ",
            "-----BEGIN PRIVATE" + " KEY-----",
            "-----END PRIVATE" + " KEY-----", ",", ";", "&", "?", "(", ")", "[", "]", "{", "}", "<", ">", "$", "${",
            "%",
            "None", "é", "😀",
            "\0", "#", "|", ".", "must ", "'\"'\"'", "PWD", "?sig=",
        ]
        for round in 0..<1000 {
            let text = (0..<Int.random(in: 1...14, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            let shown = SecretMask.masked(text)
            #expect(SecretMask.masked(shown) == shown)
            #expect(shown.utf8.count { $0 == 0x0A || $0 == 0x0D } == text.utf8.count { $0 == 0x0A || $0 == 0x0D })
            let half = text.firstBytes(text.utf8.count / 2)
            let rest = text.lastBytes(text.utf8.count - half.utf8.count)
            _ = SecretMask.masked(chunk: rest, context: half, beginsInLine: round % 2 == 0, endsInLine: round % 3 == 0)
            _ = SecretMask.masked(arguments: [half, rest])
        }
    }

    /// Bytes that are no text: what is found is in order, and within.
    @Test func survivesAnyBytes() {
        var random = SeededRandom(seed: 6)
        for round in 0..<1000 {
            var bytes = Array("password=x --token y ://a:b@c \(SecretSamples.awsKey)".utf8)
            for _ in 0..<20 {
                bytes.insert(.random(in: 0...255, using: &random), at: .random(in: 0...bytes.count, using: &random))
            }
            let found = bytes.withUnsafeBufferPointer { SecretScan.ranges(in: SecretBytes($0), isCut: round % 2 == 0) }
            var last = 0
            for range in found {
                #expect(range.lowerBound >= last && !range.isEmpty && range.upperBound <= bytes.count)
                last = range.upperBound
            }
        }
    }

    /// Each repeated until it is a long line: what is looked at again and again would take minutes.
    @Test(arguments: [
        "password=", "key=", "key=\"", "--password ", "-p ", "://", "a://b:c/", "eyJ", "eyJ.", "AKIA", "-", "=", "\"",
        "password=\"",
        "cookie: ", "authorization: ", "sk-", "password=get(", "password=%(", "password=a,", "\\\"", "'\\''",
        "<password>", "a",
    ]) func readsLongLines(_ piece: String) {
        let text = String(repeating: piece, count: 10_000 / piece.utf8.count)
        #expect(!SecretMask.masked(text).isEmpty)
    }
}
