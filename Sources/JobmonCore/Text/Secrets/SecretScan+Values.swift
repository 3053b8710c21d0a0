extension SecretScan {
    /// How a value ends that has no quotes.
    enum Surroundings {
        case line
        /// The query of a URL.
        case query
    }

    /// The end of a value without quotes.
    ///
    /// It ends at a blank, at a quote that closes a text around it, and at a sign that leads to what follows. In a shell
    /// line a quoted part may continue it.
    func bareEnd(from start: Int, in surroundings: Surroundings = .line, limit: Int = .max) -> Int {
        var place = start
        var depth = 0
        loop: while place < text.count, place - start < limit {
            let next = text[place + 1]
            switch text[place] {
            case 0x00...0x20, UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "<"): break loop
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
                guard place > start, let end = endOfQuotedPart(at: place) else { break loop }
                place = end
                continue
            case UInt8(ascii: "\\"):
                // A line end or a quote of a text within a text.
                if next.isOne(of: "nr\"'`") || next <= 0x20 && next != 0x20 { break loop }
                place += 1
            case UInt8(ascii: "&"):
                if surroundings == .query || next <= 0x20 || next == UInt8(ascii: "&") || isName(at: place + 1) {
                    break loop
                }
            case UInt8(ascii: "#"):
                if surroundings == .query { break loop }
            case UInt8(ascii: ","):
                if next <= 0x20 || next.isQuote || next == UInt8(ascii: "\\") || isName(at: place + 1) { break loop }
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
                if depth > 0 { depth -= 1 } else if !next.isWordPart { break loop }
            case UInt8(ascii: ">"):
                if !next.isWordPart { break loop }
            default: break
            }
            place += 1
        }
        place = min(place, text.count)
        // The end of a sentence.
        if place - start > 1, text[place - 1].isOne(of: ".,:"), place - start < limit { place -= 1 }
        return place
    }

    /// Whether a name and a sign for its value follow: then a sign before them separates.
    private func isName(at start: Int) -> Bool {
        let start = text.skipSpaces(from: start)
        let end = text.endOfName(from: start, limit: 32)
        return end > start && (text[end] == UInt8(ascii: "=") || text[end] == UInt8(ascii: ":"))
    }

    /// The end of a quoted part within a word of a shell: `abc'd e'f`, `it'\''s`, `it'"'"'s`. nil: the quote closes a text
    /// around the word.
    private func endOfQuotedPart(at place: Int) -> Int? {
        let quote = text[place]
        if text[place + 1] == UInt8(ascii: "\\"), text[place + 2] == quote, text[place + 3] == quote {
            return place + 4
        }
        let other = text[place + 1]
        if other.isQuote, other != quote, text[place + 2] == quote, text[place + 3] == other, text[place + 4] == quote {
            return place + 5
        }
        guard other.isAlphanumeric, quote != UInt8(ascii: "`") else { return nil }
        return text.closing(quote, from: place + 1, depth: 0).map { $0 + 1 }
    }

    // MARK: Values after a name

    /// A value, with what is known of it.
    struct Value {
        /// What is masked.
        var range: Range<Int>
        var isQuoted: Bool
        /// Only its beginning was looked at.
        var isPart = false
    }

    /// The end of a value without quotes, of which only the beginning was looked at.
    func end(of value: Value, in surroundings: Surroundings = .line) -> Int {
        let start = value.range.lowerBound
        return text[start].isQuote ? endOfWord(from: start, limit: .max) : bareEnd(from: start, in: surroundings)
    }

    /// The value that begins at a place.
    /// - Parameters:
    ///   - isWord: a word of a shell, which may consist of several quoted parts.
    ///   - limit: bytes of it that are looked at if it has no quotes.
    func value(at start: Int, isWord: Bool, in surroundings: Surroundings = .line, limit: Int = 256) -> Value? {
        var start = start
        // `b'x'`, `u"x"`
        if text[start].isOne(of: "bBuUrRfF"), text[start + 1].isOne(of: "'\"") { start += 1 }
        var depth = 0
        while depth < 16, text[start + depth] == UInt8(ascii: "\\") { depth += 1 }
        let quote = text[start + depth]
        // A command in backquotes.
        if quote == UInt8(ascii: "`") { return nil }
        guard quote.isQuote else {
            let end = bareEnd(from: start, in: surroundings, limit: limit)
            return end > start ? Value(range: start..<end, isQuoted: false, isPart: end - start >= limit) : nil
        }
        let content = start + depth + 1
        // `"""x"""`
        let isTriple = depth == 0 && text[content] == quote && text[content + 1] == quote
        if isTriple, text.closing(quote, from: content + 2, depth: 0) != nil {
            let end = text.closing(quote, from: content + 2, depth: 0) ?? content
            return end > content + 2 ? Value(range: content + 2..<end, isQuoted: true) : nil
        }
        // The quote of a text around it: `"password=" + x`.
        if text[content].isBlank || content >= text.count { return nil }
        guard let close = text.closing(quote, from: content, depth: depth) else {
            // It goes on to the end of the line.
            let end = text.endOfLine(from: content)
            return end > content ? Value(range: content..<end, isQuoted: true) : nil
        }
        let end = close + 1
        if isWord, depth == 0,
            text[end].isOne(of: "'\"") || text[end].isAlphanumeric
                || text[end] == UInt8(ascii: "\\") && text[end + 1].isQuote
        {
            let end = endOfWord(from: start, limit: limit)
            return Value(range: start..<end, isQuoted: false, isPart: end - start >= limit)
        }
        let last = close - depth
        return last > content ? Value(range: content..<last, isQuoted: true) : nil
    }

    /// The end of a word of a shell that begins with a quote.
    private func endOfWord(from start: Int, limit: Int) -> Int {
        var place = start
        while place < text.count, place - start < limit {
            let byte = text[place]
            if byte.isOne(of: "'\"") {
                guard let close = text.closing(byte, from: place + 1, depth: 0) else {
                    return text.endOfLine(from: place)
                }
                place = close + 1
            } else if byte == UInt8(ascii: "\\"), text[place + 1] > 0x20 {
                place += 2
            } else if byte <= 0x20 || byte.isOne(of: ";&|()<>,`") {
                break
            } else {
                place += 1
            }
        }
        return min(place, text.count)
    }

    // MARK: Values that are none

    /// Whether a value is source code, as tracebacks show it: `get_password()`, `args.token`, `os.environ["KEY"]`.
    /// - Parameter isTight: no blank stands before it; then what looks like a call may be a password.
    func isCode(_ start: Int, isTight: Bool) -> Bool {
        let end = text.endOfName(from: start)
        guard end > start, text[start].isASCIILetter || text[start] == UInt8(ascii: "_") else { return false }
        let isPath = text[start..<end].contains(UInt8(ascii: "."))
        let isWord = !text[start..<end].contains { $0.isDigit || $0 == UInt8(ascii: "-") }
        if isPath, Self.objects.contains(where: { text.has($0, at: start) }) { return true }
        // `password=job.password`, `password=db_password`
        if isWord, isPath || text[start..<end].contains(UInt8(ascii: "_")), SecretName(start..<end, in: text) != nil {
            return true
        }
        guard isWord, text[end] == UInt8(ascii: "(") || text[end] == UInt8(ascii: "[") else { return false }
        return isPath || !isTight || text[start..<end].contains(UInt8(ascii: "_"))
            || Self.functions.contains { text.has($0, at: start) }
    }

    /// What objects with settings are called.
    private static let objects: [StaticString] = [
        "self.", "this.", "args.", "opts.", "options.", "config.", "conf.", "cfg.", "settings.", "params.", "os.",
        "env.",
        "process.", "request.", "ctx.", "context.", "kwargs.", "cls.", "parser.", "secrets.", "var.", "local.", "data.",
    ]

    /// How functions begin that find a secret or show the type of one.
    private static let functions: [StaticString] = [
        "get", "read", "load", "fetch", "input", "env", "decode", "open", "prompt", "ask", "make", "create", "generate",
        "optional", "union", "str", "kwargs", "args", "config", "settings", "sys", "field", "nullable",
    ]

    /// Whether a message follows that speaks of the name: `password: must not be blank`.
    func isMessage(_ range: Range<Int>) -> Bool {
        let content = range.lowerBound..<min(range.upperBound, range.lowerBound + 100)
        guard text[content].contains(0x20) else { return false }
        return text[content].split(separator: 0x20).contains { word in
            ShortWord(word.last?.isOne(of: ".,:!") ?? false ? word.dropLast() : word).map {
                Self.complaints.contains($0)
            } ?? false
        }
    }

    /// Words of those who refuse a value.
    private static let complaints = ShortWord.set(
        """
        required invalid missing blank must cannot incorrect wrong expired least characters match matches exist exists
        found failed denied mismatch short allowed supported provided specified rejected empty
        """)

    /// Whether the word that begins here goes on with a sentence: `secret: the one of`, `use --token to sign in`.
    func isSentence(_ range: Range<Int>) -> Bool {
        ShortWord(text[range]).map { Self.little.contains($0) } ?? false
    }

    private static let little = ShortWord.set(
        """
        a an the this that these it its is are was were be been to of in on at by for from with without and or not no if when
        as but than then must may can cannot could should will would has have had does did do isn't wasn't doesn't can't
        your you my we they please use using see check enter type option options flag flags argument arguments parameter
        authentication verification where which what how why who whose try await new return lambda func function
        """
    ).union(SecretScan.complaints)
}
