/// The name of a variable, an option, a header or a member that may hold a secret.
///
/// A name is divided into words: `AWS_SECRET_ACCESS_KEY`, `dbPassword`, `x-api-key`. The last word that is known to be one of
/// secrets decides, unless a word behind it says that it is something about the secret (`PASSWORD_FILE`, `TOKEN_LIMIT`).
struct SecretName: Sendable {
    let kind: SecretKind
    /// In capitals, as variables of the environment are.
    let isUppercase: Bool
    private(set) var bytes: Range<Int>

    init?(_ name: String) {
        var name = name
        let found: SecretName? = name.withUTF8 { SecretName(0..<$0.count, in: SecretBytes($0)) }
        guard let found else { return nil }
        self = found
    }

    /// nil: not a name of a secret.
    init?(_ range: Range<Int>, in text: SecretBytes) {
        var range = range
        // Of `spring.datasource.password` and `password.py` the last part counts; of `s3a.secret.key` it has an owner before it.
        if let dot = text[range].lastIndex(of: UInt8(ascii: ".")) {
            let last = ShortWord(text[dot + 1..<range.upperBound])
            let owner = text[range.lowerBound..<dot].lastIndex(of: UInt8(ascii: ".")).map { $0 + 1 }
            let isGeneral = last.map { SecretWords.general.contains($0) } ?? false
            range = (isGeneral ? owner ?? range.lowerBound : dot + 1)..<range.upperBound
        }
        let words = Self.words(range, in: text)
        guard let first = words.first, !SecretWords.flags.has(first.word) else { return nil }
        var hasTail = false
        var isTail = true
        for index in words.indices.reversed() {
            let word = words[index].word
            if let root = SecretWords.root(of: words[index].range, word, in: text) {
                let previous = words[..<index].map(\.word)
                guard let kind = Self.kind(root, after: previous) else { return nil }
                guard kind == .secret || kind == .keyOf || isTail else { return nil }
                self.kind = kind
                isUppercase = !text[range].contains { 0x61...0x7A ~= $0 }
                bytes = range
                return
            }
            // `connection_string`
            if index > 0, word == SecretWords.string, SecretWords.connections.has(words[index - 1].word), !hasTail {
                self.kind = .dsn
                isUppercase = false
                bytes = range
                return
            }
            if SecretWords.describing.has(word) { return nil }
            hasTail = true
            if !SecretWords.tails.has(word) { isTail = false }
        }
        return nil
    }

    private init(kind: SecretKind, isUppercase: Bool, bytes: Range<Int>) {
        (self.kind, self.isUppercase, self.bytes) = (kind, isUppercase, bytes)
    }

    /// The name with the word before it: `API key: x`. nil: the word says that it is another thing.
    func qualified(by previous: Range<Int>, in text: SecretBytes) -> SecretName? {
        guard kind == .key || kind == .token, let word = ShortWord(text[previous]) else { return self }
        guard SecretWords.owners.contains(word) else {
            return SecretWords.plainOwners.contains(word) ? nil : self
        }
        // In a sentence a plain word may follow.
        return SecretName(kind: .passOf, isUppercase: isUppercase, bytes: bytes)
    }

    func strictness(in place: SecretPlace) -> SecretStrictness { kind.strictness(in: place) }

    private static func kind(_ root: SecretKind, after previous: [ShortWord?]) -> SecretKind? {
        guard let owner = previous.last else { return root }
        switch root {
        case .key:
            if SecretWords.owners.has(owner) { return .keyOf }
            // A public key is shown to anybody.
            return previous.contains(SecretWords.public) ? nil : .anyKey
        case .token: return SecretWords.plainOwners.has(owner) ? nil : .keyOf
        case .pass: return .passOf
        case .directory: return .directoryOf
        default: return root
        }
    }

    /// The words of a name. Digits are no words.
    private static func words(_ range: Range<Int>, in text: SecretBytes) -> [(word: ShortWord?, range: Range<Int>)] {
        var words: [(word: ShortWord?, range: Range<Int>)] = []
        var start = range.lowerBound
        func end(at place: Int) {
            if start < place { words.append((ShortWord(text[start..<place]), start..<place)) }
        }
        for place in range {
            let byte = text[place]
            guard byte.isASCIILetter else {
                end(at: place)
                start = place + 1
                continue
            }
            // `dbPassword`, `APIKey`
            let isLast = place + 1 >= range.upperBound
            let nextIsSmall = !isLast && 0x61...0x7A ~= text[place + 1]
            if byte.isUppercase, place > start, 0x61...0x7A ~= text[place - 1] || nextIsSmall {
                end(at: place)
                start = place
            }
        }
        end(at: range.upperBound)
        return words
    }
}

extension Set<ShortWord> {
    /// - Parameter word: nil: too long to be one.
    func has(_ word: ShortWord?) -> Bool { word.map { contains($0) } ?? false }
}
