/// A value that may be a secret.
struct SecretValue {
    private let text: SecretBytes
    private let range: Range<Int>
    private let kind: SecretKind
    private let name: Range<Int>?

    /// - Parameters:
    ///   - name: what says that it may be one.
    ///   - nameIsInText: a value that is equal to the name is a reference to a variable: `f(password=password)`.
    init(_ text: SecretBytes, _ range: Range<Int>, named name: SecretName, nameIsInText: Bool = false) {
        self.text = text
        self.range = range
        kind = name.kind
        self.name = nameIsInText ? name.bytes : nil
    }

    init(_ text: SecretBytes, _ range: Range<Int>, kind: SecretKind = .secret) {
        (self.text, self.range, self.kind, name) = (text, range, kind, nil)
    }

    func isSecret(_ strictness: SecretStrictness) -> Bool {
        guard strictness != .never, !range.isEmpty, !isNothing, !isReference else { return false }
        if kind.mayBePath, isPath || range.count < 4096 && hasCommand { return false }
        return switch strictness {
        case .never: false
        case .always: true
        case .notNumber: !isNumber
        case .odd: !isNumber && !isPlain && !(kind.mayBeHash && isHash)
        case .random: isRandom
        }
    }

    // MARK: What says that there is no secret

    /// The longest value that is looked at as one that says nothing, or as a reference: longer ones are secrets.
    private static let longest = 80

    /// `None`, `***`, `[masked]`, `<password>`
    var isNothing: Bool {
        guard range.count <= Self.longest else { return false }
        if let word = ShortWord(text[range]), Self.nothing.contains(word) { return true }
        if kind == .auth, let word = ShortWord(text[range]), Self.schemes.contains(word) { return true }
        let (first, last) = (text[range.lowerBound], text[range.upperBound - 1])
        if let name, name.count == range.count, text[name].elementsEqual(text[range]) { return true }
        // What other programs, or this one, put in its place.
        if range.count > 1, let close = Self.brackets.first(where: { $0.open == first })?.close, last == close {
            return true
        }
        if text.has("[masked]", at: range.lowerBound) { return range.count == 8 }
        return text[range].allSatisfy { $0 == first }
            && (first.isOne(of: "*.-_#?") || range.count > 2 && first | 0x20 == 0x78)
            || text[range].allSatisfy { $0 >= 0x80 } && range.count % 3 == 0 && isRepeated(by: 3)
    }

    /// `•••`
    private func isRepeated(by length: Int) -> Bool {
        range.dropFirst(length).allSatisfy { text[$0] == text[$0 - length] }
    }

    private static let brackets: [(open: UInt8, close: UInt8)] = [
        (UInt8(ascii: "<"), UInt8(ascii: ">")), (UInt8(ascii: "["), UInt8(ascii: "]")),
        (UInt8(ascii: "{"), UInt8(ascii: "}")), (UInt8(ascii: "("), UInt8(ascii: ")")),
    ]

    /// Values that say that there is none, and types in the source lines of tracebacks: `password: str = None`.
    private static let nothing = ShortWord.set(
        """
        none null nil undefined true false yes no empty missing unset set required optional hidden masked redacted filtered
        removed prompt stdin ask n/a na nan unknown invalid expired wrong incorrect ok failed denied default void value values
        str string int bool bytes text any object secretstr optional[str] char* const &str std::string !vault - | |- > >- {} []
        () \\ \\\\
        """)

    private static let schemes = ShortWord.set(
        """
        basic digest ldap kerberos oauth oauth2 saml pam trust md5 peer anonymous negotiate ntlm bearer munge auth/munge
        simple jwt plain login password scram-sha-256 sasl certificate
        """)

    /// The name of the place where the secret is: a variable, an entry of a vault, an expression of a template.
    var isReference: Bool {
        let start = range.lowerBound
        switch text[start] {
        case UInt8(ascii: "$"):
            let next = text[start + 1]
            // A command may have blanks.
            if next == UInt8(ascii: "(") { return true }
            if next == UInt8(ascii: "{") {
                return range.count <= Self.longest && text[range.upperBound - 1] == UInt8(ascii: "}")
            }
            return isVariable(start + 1..<range.upperBound)
        case UInt8(ascii: "%"):
            guard range.count > 1 else { return false }
            let last = text[range.upperBound - 1]
            return range.count == 2 && last == UInt8(ascii: "s") || text[start + 1] == UInt8(ascii: "(")
                || last == UInt8(ascii: "%") && isVariable(start + 1..<range.upperBound - 1)
        default: return Self.starts.contains { text.has($0, at: start) }
        }
    }

    /// `Bearer $(cat /x)`
    private var hasCommand: Bool {
        range.contains { text[$0] == UInt8(ascii: "$") && text[$0 + 1] == UInt8(ascii: "(") }
    }

    /// `$DB_PASSWORD`, `$password`, `$1`; but `'$ecret'` is a password.
    private func isVariable(_ range: Range<Int>) -> Bool {
        guard !range.isEmpty, range.count <= 64 else { return false }
        guard text[range].allSatisfy({ $0.isAlphanumeric || $0 == UInt8(ascii: "_") }) else { return false }
        return !text[range].contains { 0x61...0x7A ~= $0 } || SecretName(range, in: text) != nil
    }

    /// Beginnings of references: Amazon's, HashiCorp's and 1Password's stores, openssl's `env:NAME` and `file:path`; of keys
    /// that are shown to anybody (OpenSSH), and of fingerprints.
    private static let starts: [StaticString] = [
        "arn:aws", "vault:", "env:", "file:", "op://", "secret://", "ssm:", "kms:", "ssh-rsa ", "ssh-ed25519 ",
        "ecdsa-sha2-",
        "sha256:", "md5:", "os.environ", "process.env", "{{", "\\(",
    ]

    // MARK: How it looks

    private var isNumber: Bool {
        text[range].contains { $0.isDigit } && text[range].allSatisfy { $0.isDigit || $0.isOne(of: ".,+-_%eE") }
            && (text[range.lowerBound].isDigit || text[range.lowerBound].isOne(of: "+-."))
    }

    /// `/home/me/key`, `~/.ssh/id_rsa`, `C:\keys`, `keys/prod.pem`
    private var isPath: Bool {
        let start = range.lowerBound
        let (first, second) = (text[start], text[start + 1])
        if first == UInt8(ascii: "~"), second == UInt8(ascii: "/") { return true }
        if first == UInt8(ascii: "."), second == UInt8(ascii: "/") || second == first { return true }
        if first.isASCIILetter, second == UInt8(ascii: ":"), text[start + 2].isOne(of: "\\/") { return true }
        guard range.count <= 4096, text[range].contains(UInt8(ascii: "/")) else { return false }
        return !isRandom(range) && (first == UInt8(ascii: "/") || kind != .keyOf && isPlain)
    }

    /// Words, and identifiers as people make them: letters, then digits, with separators between them.
    private var isPlain: Bool {
        guard range.count <= 4096 else { return false }
        var mayBeLetter = true
        for byte in text[range] {
            if byte.isLetter {
                guard mayBeLetter else { return false }
            } else if byte.isDigit {
                mayBeLetter = false
            } else if byte.isOne(of: "_-./: ,;@|+()[]{}'\"<>=*#") {
                mayBeLetter = true
            } else {
                return false
            }
        }
        return !text[range].contains { $0.isDigit } || !endsInDigits
    }

    /// `hunter2`: one word with digits behind it is a password more often than a name with a number, which has a separator.
    private var endsInDigits: Bool {
        kind != .anyKey && text[range].allSatisfy { $0.isAlphanumeric } && text[range.lowerBound].isASCIILetter
    }

    /// Hexadecimal digits as of checksums, commits and UUIDs.
    private var isHash: Bool {
        text[range].allSatisfy { $0.isHexDigit || $0 == UInt8(ascii: "-") }
    }

    /// Whether it looks like the output of a generator.
    var isRandom: Bool {
        guard range.count >= 8 else { return false }
        let looked = range.lowerBound..<min(range.upperBound, range.lowerBound + 512)
        guard text[looked].allSatisfy({ $0 > 0x20 && $0 < 0x7F && !$0.isOne(of: "\"'`<>(){}[]") }) else { return false }
        if isHash { return !kind.mayBeHash && range.count >= 16 && !isNumber }
        return isRandom(looked)
    }

    /// Whether letters and digits, small letters and capitals follow each other as in no word or identifier.
    private func isRandom(_ range: Range<Int>) -> Bool {
        var turns = 0
        var capitals = 0
        var last: UInt8 = 0
        for place in range {
            let byte = text[place]
            if byte.isDigit ? last.isASCIILetter : byte.isASCIILetter && last.isDigit { turns += 1 }
            if byte.isUppercase, 0x61...0x7A ~= last { capitals += 1 }
            last = byte
        }
        if turns >= 3 || turns == 2 && capitals > 0 { return range.count >= 8 && turns * 12 >= range.count }
        return range.count >= 16 && (turns == 1 && capitals > 1 || capitals > range.count / 6)
    }
}
