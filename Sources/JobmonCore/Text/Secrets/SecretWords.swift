/// The words of names, from the variables and options that programs document, and from those that users choose.
enum SecretWords {
    /// The words that make a name one of a secret.
    private static let roots: [ShortWord: SecretKind] = {
        let lists: [(SecretKind, String)] = [
            (
                .secret,
                """
                password passwd passwords passphrase passcode secret secrets
                """
            ),
            (
                .keyOf,
                """
                credential credentials creds apikey apikeys secretkey accesskey privatekey authkey sshkey accountkey sharedkey masterkey signingkey
                encryptionkey userpass dbpass sshpass storepass keypass rootpass adminpass ftppass smtppass ldappass vncpass
                passin passout
                """
            ),
            (.token, "token jwt"), (.key, "key pat"), (.pass, "pass"), (.directory, "pwd"), (.auth, "auth"),
            (.authorization, "authorization"), (.cookie, "cookie cookies"),
            // Names of cookies: PHP, Java, ASP.
            (.session, "session sessionid sessid phpsessid jsessionid"), (.dsn, "dsn connectionstring connstr"),
            (.signature, "signature sig"),
        ]
        var roots: [ShortWord: SecretKind] = [:]
        for (kind, list) in lists {
            for word in ShortWord.set(list) { roots[word] = kind }
        }
        return roots
    }()

    /// What words of secrets may end in: `PGPASSWORD`, `authtoken`. A word that ends in `key` or `pass` is more often
    /// another one (`monkey`, `bypass`).
    private static let endings: [(StaticString, SecretKind)] = [
        ("password", .secret), ("passwd", .secret), ("passphrase", .secret), ("secret", .secret), ("token", .keyOf),
        ("apikey", .keyOf), ("secretkey", .keyOf), ("accesskey", .keyOf), ("pwd", .directoryOf),
    ]

    static func root(of range: Range<Int>, _ word: ShortWord?, in text: SecretBytes) -> SecretKind? {
        if let word, let root = roots[word] { return root }
        if word == oldDirectory { return nil }
        return endings.first { ending, _ in
            let length = ending.utf8CodeUnitCount
            return range.count > length && text.has(ending, at: range.upperBound - length)
        }?.1
    }

    /// Whose keys are secrets, and whose tokens, if the word stands by itself: `API key`.
    static let owners = ShortWord.set(
        """
        access account admin aes anthropic api app application auth authentication authorization aws azure bearer bot cds cdsapi
        cert certificate cloudflare cohere consumer cookie credential crypt crypto csrf datadog dd decryption deploy deployment
        django earthdata encrypt encryption fernet flask gcp gcs gemini github gitlab google gpg groq heroku hf hmac
        huggingface jwt kaggle license licence login mailgun master mistral ngc npm oauth openai passphrase password personal
        pgp pinecone plain private pypi rails refresh replicate root rsa s secret security sendgrid service session shared
        sign signing slack ssh ssl storage stripe subscription symmetric tls twilio user vault wallet wandb webhook
        """)

    /// Whose tokens are none: those of languages, models and pages.
    static let plainOwners = ShortWord.set(
        """
        pad eos bos unk mask sep cls next page last first special current prev previous per num max min total stop start
        end image prompt completion new invalid unexpected unknown string word text error continuation expected missing
        bad input output lock lookahead offending illegal cancellation class sub begin eof separator delimiter
        """)

    /// What is nothing without an owner.
    static let general = ShortWord.set("key token")
    static let `public` = ShortWord("public".utf8)
    static let string = ShortWord("string".utf8)
    static let connections = ShortWord.set("connection conn connect")
    private static let oldDirectory = ShortWord("oldpwd".utf8)

    /// Words before all others that make it a question whether there is one: `USE_AUTH=1`, `ALLOW_EMPTY_PASSWORD=yes`.
    static let flags = ShortWord.set(
        "no has have is use uses skip enable enabled disable disabled require requires need needs allow without ask show"
    )

    /// Words behind a secret's name that make it something about the secret: where it is, how long, of which kind.
    static let describing = ShortWord.set(
        """
        file files filename path paths dir directory folder location name names id ids uuid type types kind format formatter
        count counts num number len length size sizes limit limits max min ttl expiry expires expire expired expiration
        lifetime timeout age date time at on by of in url uri endpoint host port address user username version algorithm alg
        algo method methods mode policy rule rules column columns col cols field fields attr attribute order ordering index
        idx prefix suffix pattern regex provider providers source sources store manager service services sock socket helper
        agent command cmd program required optional enabled disabled allowed valid validity strength complexity hint prompt
        reset change changed status state error errors exception env var variable label title class classes scope scopes
        domain realm issuer audience owner group usage encoding fingerprint func function fn arg args option options bits
        bytes check checker map table ring chain board space desktop bus jar cache embedding embeddings ratio rate budget
        request response requests failed failure failures found match mismatch validator generator handler event events
        module plugin backend driver level line lines pos position list set names ref refs reference arn exists
        """)

    /// Words behind a general word (`key`, `token`) that say nothing else about it.
    static let tails = ShortWord.set(
        """
        base value data b pem prod production dev development test staging stage live old new current next previous raw
        plain primary secondary main default text string str override
        """)
}
