/// The places at which a secret may be found. They are few in texts, so that a text without a secret is passed over at the
/// speed of one look-up for each byte, and a few more for each byte of `= : > - _ .` and some letters.
struct SecretTrigger {
    private let table: UnsafeBufferPointer<UInt8>
    private let text: UnsafeBufferPointer<UInt8>

    /// Calls a function with each place, in order, until the end of the text.
    /// - Parameter look: looks at a place, and returns the next one.
    static func places(in text: UnsafeBufferPointer<UInt8>, from start: Int, _ look: (Int) -> Int) {
        table.withUnsafeBufferPointer { table in
            let trigger = SecretTrigger(table: table, text: text)
            var place = start
            while place < text.count {
                let kind = table[Int(text[place])]
                place = kind != 0 && trigger.isOne(place, kind) ? look(place) : place + 1
            }
        }
    }

    private func isOne(_ place: Int, _ kind: UInt8) -> Bool {
        switch kind {
        case Self.token: return isToken(place)
        case Self.dash: return place == 0 || !text[place - 1].isAlphanumeric || isToken(place)
        case Self.separator: return mayBeNamed(place)
        default: return true
        }
    }

    private func isToken(_ place: Int) -> Bool {
        place >= 2
            && table[Self.heads + SecretToken.hash(text[place - 2], text[place - 1], text[place])] != 0
    }

    /// Whether three letters of a word of secrets stand in the name before a sign; or a URL is here.
    private func mayBeNamed(_ place: Int) -> Bool {
        if place + 1 < text.count, text[place + 1] == UInt8(ascii: "/") { return true }
        let least = max(0, place - 100)
        var last = place - 1
        while last >= least, table[Self.letters + Int(text[last])] == Self.between { last -= 1 }
        var code = 0
        while last >= least {
            let letter = table[Self.letters + Int(text[last])]
            guard letter < Self.between else { return false }
            code = code >> 5 | Int(letter) << 10
            if table[Self.words + code] != 0 { return true }
            last -= 1
        }
        return false
    }

    // MARK: Tables

    /// Between a name and a value, or after the scheme of a URL.
    private static let separator: UInt8 = 1
    /// Of options and private keys, and of tokens.
    private static let dash: UInt8 = 2
    /// The byte of a token's beginning by which it is found: `SecretToken.anchor`.
    private static let token: UInt8 = 3
    /// JSON web tokens, and `Bearer`.
    private static let letter: UInt8 = 4

    /// In one table, one behind the other: for each byte the kind of place; for each byte the number of its letter, 0: another
    /// one of names; for each hash of three bytes whether a token begins with them; for each three letters whether a word of
    /// secrets has them.
    private static let letters = 256
    private static let heads = 512
    private static let words = 512 + SecretToken.hashes
    /// A byte that may stand between a name and its sign.
    private static let between: UInt8 = 27
    private static let other: UInt8 = 28

    private static let table: [UInt8] = {
        var table = [UInt8](repeating: 0, count: words + 1 << 15)
        for token in SecretToken.all {
            table[Int(token.prefix[token.anchor])] = Self.token
            table[heads + token.hash] = 1
        }
        for byte in "=:>".utf8 { table[Int(byte)] = separator }
        for byte in "JB".utf8 { table[Int(byte)] = letter }
        table[Int(UInt8(ascii: "-"))] = dash
        for byte in UInt8.min...UInt8.max {
            table[letters + Int(byte)] = byte.isASCIILetter ? byte & 0x1F : byte.isNamePart ? 0 : other
        }
        for byte in " \t\"'`]\\:+?".utf8 { table[letters + Int(byte)] = between }
        // Of each word of `SecretWords.roots` and its endings, three letters that few other words have. `pat` is not found in
        // texts: there are too many paths and patterns.
        for word in [
            "tok", "jwt", "key", "pas", "pwd", "secr", "cred", "auth", "coo", "ssi", "dsn", "nec", "nns", "sig",
        ] {
            table[words + word.utf8.prefix(3).reduce(0) { $0 << 5 | Int($1 & 0x1F) }] = 1
        }
        return table
    }()
}
