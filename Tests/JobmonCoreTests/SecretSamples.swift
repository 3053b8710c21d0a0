/// Texts with secrets and without. No secret in them was ever one; those whose form is known are put together here, so that
/// no scanner of repositories takes them for real ones.
enum SecretSamples {
    private static let letters = "aB3dE5gH7jK9mN1pQ2sT4vW6xY8zC0fR"
    /// Letters and digits that look random.
    static func random(_ count: Int) -> String { String(String(repeating: letters, count: 6).prefix(count)) }

    static let awsKey = "AK" + "IA" + "QWERTYUIOPASDF23"
    static let awsSecret = random(20) + "/" + random(19)
    static let github = "gh" + "p_" + random(36)
    static let webToken = "ey" + "JhbGciOiJIUzI1NiJ9" + ".e30." + random(43)

    static func key(_ kind: String, _ lines: [String], end: Bool = true) -> String {
        let name = kind + "PRIVATE" + " KEY-----"
        return (["-----BEGIN " + name] + lines + (end ? ["-----END " + name] : [])).joined(separator: "\n")
    }

    /// A text, and what is shown of it.
    static let masked: [(String, String)] = names + options + places + forms

    static let names: [(String, String)] = [
        ("API_KEY=abc", "API_KEY=[masked]"), ("export DB_PASSWORD=hunter2; run", "export DB_PASSWORD=[masked]; run"),
        ("password: hunter2", "password: [masked]"), ("Password:hunter2", "Password:[masked]"),
        ("password = \"x y\"", "password = \"[masked]\""), ("password='x y' user=me", "password='[masked]' user=me"),
        ("\"password\": \"x\", \"user\": \"me\"", "\"password\": \"[masked]\", \"user\": \"me\""),
        (#"{"password":"a\"b","n":1}"#, #"{"password":"[masked]","n":1}"#),
        (#"{"body":"{\"password\": \"a\\\"b c\", \"n\": 1}"}"#, #"{"body":"{\"password\": \"[masked]\", \"n\": 1}"}"#),
        ("{'secret': 'x y', 'n': 1}", "{'secret': '[masked]', 'n': 1}"),
        ("os.environ['DB_PASSWORD'] = 'x'", "os.environ['DB_PASSWORD'] = '[masked]'"),
        ("connect(user='me', password='x', port=1)", "connect(user='me', password='[masked]', port=1)"),
        ("Settings(api_key=abc123, n=1)", "Settings(api_key=[masked], n=1)"),
        ("dbPassword=x clientSecret=y", "dbPassword=[masked] clientSecret=[masked]"),
        ("client_secret=y&grant=z", "client_secret=[masked]&grant=z"),
        ("spring.datasource.password=x", "spring.datasource.password=[masked]"),
        ("--conf fs.s3a.secret.key=abc x", "--conf fs.s3a.secret.key=[masked] x"),
        ("-Ddb.password=x -v", "-Ddb.password=[masked] -v"),
        ("db-password: x", "db-password: [masked]"), ("PGPASSWORD=x psql -h db", "PGPASSWORD=[masked] psql -h db"),
        ("MYSQL_PWD=x mysql", "MYSQL_PWD=[masked] mysql"),
        ("UID=me;PWD=x;Database=d", "UID=me;PWD=[masked];Database=d"),
        ("TOKEN=abcdef ./run", "TOKEN=[masked] ./run"), ("token=" + random(24), "token=[masked]"),
        ("DB_PASS=hunter2", "DB_PASS=[masked]"), ("pass=hunter2", "pass=[masked]"),
        ("API key: abc123", "API key: [masked]"), ("access token: abc123", "access token: [masked]"),
        (
            "AccountName=a;AccountKey=" + random(40) + "==;EndpointSuffix=b",
            "AccountName=a;AccountKey=[masked];EndpointSuffix=b"
        ),
        ("password := \"x\"", "password := \"[masked]\""), ("\"password\" => \"x\"", "\"password\" => \"[masked]\""),
        ("if password == \"hunter2\":", "if password == \"[masked]\":"),
        ("${DB_PASSWORD:-hunter2}", "${DB_PASSWORD:-[masked]}"),
        ("<password>a b</password>", "<password>[masked]</password>"),
        ("Authorization: Bearer abc", "Authorization: Bearer [masked]"),
        ("authorization: Basic bWU6eA==", "authorization: Basic [masked]"),
        ("curl -H 'Authorization: token abc' x", "curl -H 'Authorization: token [masked]' x"),
        ("{'Authorization': 'Bearer abc.def'}", "{'Authorization': 'Bearer [masked]'}"),
        (
            "Proxy-Authorization: Digest username=\"me\", response=\"ab\"",
            "Proxy-Authorization: Digest [masked]\"me\", response=\"ab\""
        ),
        ("X-API-Key: abc", "X-API-Key: [masked]"), ("PRIVATE-TOKEN: abc", "PRIVATE-TOKEN: [masked]"),
        ("Cookie: a=b; c=d", "Cookie: [masked]"), ("Set-Cookie: id=abc; Path=/", "Set-Cookie: [masked]"),
        ("sent Bearer " + random(24) + " to x", "sent Bearer [masked] to x"),
        ("password=x\r\nuser=me\r\n", "password=[masked]\r\nuser=me\r\n"),
        ("password: x\r\n", "password: [masked]\r\n"),
        ("password: correct horse battery staple\nuser: me", "password: [masked]\nuser: me"),
        ("PASSWORD='it'\\''s it' run", "PASSWORD=[masked] run"), ("PASSWORD=abc'd e'f run", "PASSWORD=[masked] run"),
        (#"bash -c 'run --password='"'"'a b'"'"' x'"#, "bash -c 'run --password=[masked] x'"),
        (#"bash -c 'PASSWORD=a'"'"'b run'"#, "bash -c 'PASSWORD=[masked] run'"),
        ("bash -c \"PASSWORD=\\\"a b\\\" run\"", "bash -c \"PASSWORD=\\\"[masked]\\\" run\""),
        ("password=\"unclosed x\nnext", "password=\"[masked]\nnext"), ("password='$ecret'", "password='[masked]'"),
        ("log\\npassword=abc\\nnext", "log\\npassword=[masked]\\nnext"), ("password=a,b,c", "password=[masked]"),
        ("user=me,password=a,host=b", "user=me,password=[masked],host=b"),
        ("Passwort password=ä€😀 x", "Passwort password=[masked] x"),
    ]

    static let options: [(String, String)] = [
        ("run --password hunter2 -v", "run --password [masked] -v"),
        ("run --password=hunter2 -v", "run --password=[masked] -v"),
        ("run --password \\\n  x -v", "run --password \\\n  [masked] -v"),
        ("run --api-key abc x", "run --api-key [masked] x"), ("run --token abc", "run --token [masked]"),
        ("run --password 'a b' x", "run --password '[masked]' x"),
        ("run --password \"a b\" x", "run --password \"[masked]\" x"),
        ("java -password abc x", "java -password [masked] x"),
        ("keytool -storepass abc x", "keytool -storepass [masked] x"),
        ("openssl rsa -passin pass:abc -in x", "openssl rsa -passin [masked] -in x"),
        ("['run', '--password', 'a b', '-v']", "['run', '--password', '[masked]', '-v']"),
        ("mysql -u me -phunter2 db", "mysql -u me -p[masked] db"),
        ("mysqldump -p'a b' db", "mysqldump -p'[masked]' db"),
        ("/usr/bin/mysql -h db -p4711 x", "/usr/bin/mysql -h db -p[masked] x"),
        ("curl -u me:x https://h", "curl -u me:[masked] https://h"),
        ("curl -ume:x https://h", "curl -ume:[masked] https://h"),
        ("curl --user 'me:a b' h", "curl --user 'me:[masked]' h"), ("curl --user=me:x h", "curl --user=me:[masked] h"),
        ("sshpass -p x ssh -p 22 h", "sshpass -p [masked] ssh -p 22 h"),
        ("redis-cli -a x ping", "redis-cli -a [masked] ping"),
        ("docker login -u me -p x h", "docker login -u me -p [masked] h"),
        ("ldapsearch -D cn=me -w x", "ldapsearch -D cn=me -w [masked]"),
        ("smbclient -U me%x //h/s", "smbclient -U me%[masked] //h/s"),
    ]

    static let places: [(String, String)] = [
        ("postgres://me:x@db/y", "postgres://me:[masked]@db/y"), ("redis://:x@h:6379/0", "redis://:[masked]@h:6379/0"),
        ("https://me:p%40ss%2Fw@h/x?y=1", "https://me:[masked]@h/x?y=1"),
        ("ftp://me:p@ss@h/x", "ftp://me:[masked]@h/x"),
        ("mysql+pymysql://me:p/w@h:3306/x", "mysql+pymysql://me:[masked]@h:3306/x"),
        ("mongodb://me:1234@a:1,b:2/x", "mongodb://me:[masked]@a:1,b:2/x"),
        ("'amqp://me:x@h'", "'amqp://me:[masked]@h'"),
        ("https://" + random(32) + "@o1.sentry.io/1", "https://[masked]@o1.sentry.io/1"),
        (
            "https://h/x?X-Amz-Signature=0123456789abcdef&X-Amz-Date=1",
            "https://h/x?X-Amz-Signature=[masked]&X-Amz-Date=1"
        ),
        ("https://h/x?sv=1&sig=aB%2Bc&se=2", "https://h/x?sv=1&sig=[masked]&se=2"),
        ("https://h/x?Expires=1&Signature=abc&Key-Pair-Id=K", "https://h/x?Expires=1&Signature=[masked]&Key-Pair-Id=K"),
        ("GET /x?access_token=abc&n=1 200", "GET /x?access_token=[masked]&n=1 200"),
        ("http://localhost:8888/?token=abc def", "http://localhost:8888/?token=[masked] def"),
        ("https://h/x?api_key=abc#top", "https://h/x?api_key=[masked]#top"),
    ]

    static let forms: [(String, String)] = [
        ("id \(awsKey) x", "id [masked] x"), ("\(awsKey):\(awsSecret)", "[masked]:[masked]"),
        ("\(awsKey),\(awsSecret)\n", "[masked],[masked]\n"), ("see \(github).", "see [masked]."),
        ("https://\(github)@github.com/x", "https://[masked]@github.com/x"),
        ("a " + "github" + "_pat_" + random(60), "a [masked]"),
        ("post to https://" + "hooks.slack" + ".com/services/T0/" + random(24), "post to https://[masked]"),
        ("https://discord" + ".com/api/webhooks/12/" + random(24) + " failed", "https://[masked] failed"),
        ("a " + "gl" + "pat-" + random(20) + " b", "a [masked] b"),
        ("a " + "xo" + "xb-1234-" + random(20), "a [masked]"),
        ("a " + "AI" + "za" + random(35), "a [masked]"), ("a " + "sk" + "_live_" + random(24), "a [masked]"),
        ("a " + "sk" + "-" + random(40), "a [masked]"), ("a " + "sk" + "-proj-" + random(40), "a [masked]"),
        ("a " + "py" + "pi-AgEIcHlwaS5vcmc" + random(40), "a [masked]"), ("a " + "h" + "f_" + random(34), "a [masked]"),
        ("a " + "np" + "m_" + random(36), "a [masked]"), ("Error: \(webToken) expired", "Error: [masked] expired"),
        ("\"" + github + "\"", "\"[masked]\""), ("x\\n" + github, "x\\n[masked]"),
        (key("RSA ", ["abc+", "def="]) + "\nnext", key("RSA ", ["[masked]", "[masked]"]) + "\nnext"),
        (key("OPENSSH ", ["abc", "", "def"], end: false), key("OPENSSH ", ["[masked]", "", "[masked]"], end: false)),
        ("x\n" + key("", ["  abc\r", "  def\r"]), "x\n" + key("", ["  [masked]\r", "  [masked]\r"])),
        (
            #"{"k": ""# + key("", [""], end: false).dropLast() + #"\nabc\ndef\n-----END PRIVATE"# + #" KEY-----\n"}"#,
            #"{"k": ""# + key("", [""], end: false).dropLast() + #"[masked]-----END PRIVATE"# + #" KEY-----\n"}"#
        ),
    ]

    /// Texts in which nothing is masked.
    static let kept = [
        "KeyError: 'password'", "KeyError: 'token'", "unexpected token '}' at line 3", "SyntaxError: invalid token",
        "token=3 tokens", "passes=3", "pass=1", "key=year", "run --key year", "sort_key: name", "monkey=3",
        "KEYBOARD=us",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b", "d41d8cd98f00b204e9800998ecf8427e  data.csv",
        "id=123e4567-e89b-12d3-a456-426614174000", "/home/me/keys/token.txt", "secretary=Jane", "author: x",
        "password authentication failed for user \"me\"", "no such key: 4711", "Bearer of bad news", "cache key = 12",
        "tokenizer=bert", "max_tokens=512", "PASS: test_x", "PASS: test2", "password: ", "password:\n  next",
        "password=None",
        "password=***", "password=$DB_PASSWORD", "password=${DB_PASSWORD}", "password=$(cat /x)",
        "password='$password'",
        "run --password-file /x", "password_file=/x", "key_path=keys/x", "TOKEN_PATH=/run/x",
        "SHA256:" + random(43), "256 SHA256:" + random(43) + " me@host (ED25519)", "host key: SHA256:" + random(43),
        "password = get_password()", "password=args.password", "password=password, user=user", "token=self.token",
        "api_key=os.environ[\"API_KEY\"]", "def f(password: str = None, token: Optional[str] = None):",
        "password=getpass.getpass()", "use --password to sign in", "  --password PASSWORD  the password",
        "error: the following arguments are required: --token", "run --password --verbose", "run --password",
        "password: must not be blank", "{\"password\": [\"This field is required.\"]}",
        "{\"password\": \"Field required\"}",
        "token: invalid", "Error: secret: not found", "password: <redacted>", "password=[REDACTED]",
        "password={password}",
        "password=%s", "password=%DB_PASSWORD%", "password={{ password }}", "pad_token='<pad>' eos_token='</s>'",
        "pad_token_id=0",
        "nextToken: abc123def456ghi789", "PWD=/home/me", "OLDPWD=/x", "XDG_SESSION_ID=c12",
        "SSH_AUTH_SOCK=/tmp/x/agent.1",
        "http://localhost:8080/x", "https://h/a@b", "git@github.com:x/y.git", "ssh://git@github.com/x",
        "http://[::1]:80/x@y",
        "https://h:443/x:y@z", "mysql -p db", "mysql -P 3306", "mkdir -p a/b", "ssh -p 22 h", "docker run -p 80:80 x",
        "python -u run.py", "curl -u me h", "curl -u \"$USER:$PASS\" h", "12:30:45 INFO key: value", "std::token::x",
        "token.py:12: error", "password.go:3:1: undefined", "auth: ok", "auth=basic", "session: 12", "cookie: none",
        "Authorization: required", "authorization failed", "signature=(x, y)", "signature: 0123456789abcdef01",
        "key: data/2020/run1/x.nc", "Column key=GSM1234567", "key=chr12", "foreign_key=user_id", "primary key: id",
        "hotkey: ctrl",
        "AKIA is a prefix", "ghp_ and hf_ are prefixes", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "task-sk-learn-model-selection-x",
        "sk-learn-contrib-packages-are-many", "eyJ is how they begin", "eyJabc.def.ghi", "disk-usage",
        "----- BEGIN -----",
        "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----\nabc",
        "expected '-----BEGIN PRIVATE" + " KEY-----' here\nnext", "ssh-rsa AAAAB3NzaC1yc2E me@h",
        "public_key: AAAAB3NzaC1yc2EAAA9x8y7z",
        "USE_AUTH=1", "is_secret=1", "passed=12 failed=1", "compass=3", "bypass: x", "keys=12", "tokens: 4711",
        "num_tokens = 3",
        "<token> is missing", "a => b", "x == y", "=====", "-----", "", "=", ":", "\"", "--", "-", "://", "://@",
        "a://:@",
        "author=Key West", "hyperparameters: key=3, token=4", "password is wrong",
        "invalid password: authentication failed",
        "secret: the one of", "op read op://vault/db/password", "password: op://vault/db/x", "password=vault:x#y",
        "let secret = try fields.required(\"secret\")", "struct SecretToken: Sendable {", "secret = Array(x.utf8)",
        "let secret = info.secret", "private key: 64 letters", "the secret: where it is", "in `API_KEY=`, `x y`",
        "variables[\"PWD\"] = folder",
        "http://127.0.0.1:%d/@x@/y", "\"Authorization: Bearer \\(info.secret)\"",
        "AUTH=\"Authorization: Bearer $(jq -r .x y)\"",
        "GPG key ID 0123456789ABCDEF", "keyword: x", "Token indices sequence length is longer than 512",
        "credentials_path=/x",
    ]
}
