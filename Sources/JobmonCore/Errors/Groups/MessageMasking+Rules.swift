extension MessageMasking {
    mutating func takeWord(_ token: Token) -> Bool {
        guard token.digits == 0, token.slashes == 0 || !token.isPath(in: text), token.dots == 0, !token.hasAt,
            token.letters > 0, text[token.start].isLetter || text[token.start] == UInt8(ascii: "_"),
            text[token.end] != UInt8(ascii: ":") || text[token.end + 1] != UInt8(ascii: "/")
        else { return false }
        // `b'abc'`
        if token.letters == 1, token.range.count == 1, text[token.start].isOne(of: "bBuUrR"),
            text[token.end] == UInt8(ascii: "'"), !text[token.end + 1].isBlank
        {
            index = token.end
            return true
        }
        if Self.isTemporary(token, text) {
            mask(token.range, .identifier)
        } else if let end = Self.timeWithNames(token, text) {
            mask(token.start..<end, .time)
        } else if token.letters == 9, text.has("localhost", at: token.start) {
            mask(token.range, .address)
        } else {
            keepWord(token.range)
        }
        return true
    }

    /// `tmpqwxzrt`, `tmp_qwxzrt`
    private static func isTemporary(_ token: Token, _ text: MessageBytes) -> Bool {
        token.range.count >= 9 && text.has("tmp", at: token.start) && !text.has("tmpdir", at: token.start)
            && !text.has("tmpfile", at: token.start)
    }

    /// `https://host/data/1995.csv`
    mutating func takeUrl(_ token: Token) -> Bool {
        guard token.slashes == 0, text.has("://", at: token.end) else { return false }
        var end = token.end
        while end < text.count, !text[end].isBlank, !text[end].isOne(of: "\"'<>`()[]{}|,;") { end += 1 }
        while text[end - 1].isOne(of: ".:!?") { end -= 1 }
        mask(token.start..<end, .url)
        return true
    }

    // MARK: Numbers that are the cause

    /// The number of an error, in a form that says so.
    mutating func takeCode(_ token: Token) -> Bool {
        guard token.digits > 0, !isAnyLine, ErrorCode.isOne(token, in: text) else { return false }
        keep(token.range)
        return true
    }

    /// `version 2.34`, `numpy>=1.20`
    mutating func takeVersion(_ token: Token) -> Bool {
        guard token.digits > 0, !isAnyLine else { return false }
        let isRequired =
            token.dots > 0 && text[token.start - 1] == UInt8(ascii: "=") && text[token.start - 2].isOne(of: "<>=~!")
            && text[token.start - 3].isWordPart
        guard isRequired || token.slashes == 0 && role(of: token.range) == .version else { return false }
        keep(token.range)
        return true
    }

    mutating func takeOption(_ token: Token) -> Bool {
        guard text[token.start] == UInt8(ascii: "-") else { return false }
        guard token.longestRun <= 2, token.letters > 0, token.slashes == 0,
            text[token.start + 1].isASCIILetter || text[token.start + 1] == UInt8(ascii: "-")
        else { return false }
        keep(token.range)
        maskValueOfOption()
        return true
    }

    /// `--site=north`: which value it has is not what is wrong with an option.
    private mutating func maskValueOfOption() {
        guard text[index] == UInt8(ascii: "="), text[index + 1].isWordPart || text[index + 1].isOne(of: "/.~-") else {
            return
        }
        var end = index + 1
        while end < text.count, !text[end].isBlank, !text[end].isOne(of: "\"'`,;)]}>"), !text.isCurlyQuote(at: end) {
            end += 1
        }
        while text[end - 1].isOne(of: ".:!?") { end -= 1 }
        keep(index..<index + 1)
        mask(index..<end, .text)
    }

    // MARK: What is made of several parts

    mutating func takeMail(_ token: Token) -> Bool {
        guard token.hasAt else { return false }
        // Perl's `@INC`.
        if text[token.start] == UInt8(ascii: "@") {
            keep(token.range)
        } else {
            mask(token.range, .email)
        }
        return true
    }

    mutating func takeTime(_ token: Token) -> Bool {
        guard text[token.start].isDigit, let end = MessageTime.end(at: token.start, in: text) else {
            return false
        }
        mask(token.start..<end, .time)
        return true
    }

    /// `Nov 28`, `Sat Nov 28 15:57:22 2026`
    private static func timeWithNames(_ token: Token, _ text: MessageBytes) -> Int? {
        guard token.range.count == 3, text[token.start].isUppercase else { return nil }
        return MessageTime.endWithNames(at: token.start, in: text)
    }

    /// A shared library, a header, a module of Perl: without its directory if that is one of the machine.
    mutating func takePart(_ token: Token) -> Bool {
        guard token.dots > 0 else { return false }
        guard FileEnding.isDependency(token.range, in: text), text[token.end] != UInt8(ascii: "(")
        else {
            return false
        }
        if text[token.start].isWordPart {
            keep(token.range)
        } else {
            keep(Self.base(of: token.range, text))
        }
        return true
    }

    mutating func takePath(_ token: Token) -> Bool {
        guard token.slashes > 0, token.isPath(in: text) else { return false }
        var end = token.end
        while text[end].isWordPart || text[end].isOne(of: "./-~+@%="), !text.isCurlyQuote(at: end) { end += 1 }
        while end > token.end, text[end - 1].isOne(of: ".-/=") { end -= 1 }
        let range = token.start..<end
        if text.has("http/", at: token.start) {
            keep(range)
            return true
        }
        let last = Self.base(of: range, text)
        let name = Token(last, in: text)
        if Self.isProgram(range, base: last, text) || role(of: range) == .software,
            name.isName(in: text), name.isSoftware(in: text), !isAnyLine
        {
            keep(last)
            index = end
        } else {
            mask(range, .path, ending: ending(ofPath: range))
        }
        return true
    }

    /// `/usr/bin/ld`, `./fit`
    private static func isProgram(_ range: Range<Int>, base: Range<Int>, _ text: MessageBytes) -> Bool {
        if text.has("./", at: range.lowerBound), base.lowerBound == range.lowerBound + 2 {
            return FileEnding.of(base, in: text, isFile: true).isEmpty
        }
        return text.has("bin/", at: base.lowerBound - 4)
    }

    private static func base(of range: Range<Int>, _ text: MessageBytes) -> Range<Int> {
        var start = range.upperBound
        while start > range.lowerBound, text[start - 1] != UInt8(ascii: "/") { start -= 1 }
        return start..<range.upperBound
    }

    /// `counts_1995.csv`, but not the function `read.csv(`
    mutating func takeFile(_ token: Token) -> Bool {
        guard token.dots > 0, token.slashes == 0 else { return false }
        guard text[token.end] != UInt8(ascii: "("), text[token.start].isWordPart
        else {
            return false
        }
        let ending = FileEnding.of(token.range, in: text, isFile: false)
        guard !ending.isEmpty else { return false }
        if role(of: token.range) == .software, token.isSoftware(in: text), token.isName(in: text) {
            keep(token.range)
        } else {
            mask(token.range, .path, ending: ending)
        }
        return true
    }

    mutating func takeHost(_ token: Token) -> Bool {
        guard token.dots > 0, token.slashes == 0, HostName.isOne(token, in: text) else { return false }
        mask(token.range, .address)
        return true
    }

    // MARK: Numbers and words with digits

    mutating func takeHex(_ token: Token) -> Bool {
        guard token.digits > 0 else { return false }
        let isMarked = text[token.start] == UInt8(ascii: "0") && text[token.start + 1] == UInt8(ascii: "x")
        guard isMarked || token.isHex && token.range.count >= 8 && token.letters > 0 else {
            return false
        }
        mask(token.range, .hex)
        return true
    }

    mutating func takeNumber(_ token: Token) -> Bool {
        guard token.digits > 0 else { return false }
        let first = text[token.start]
        guard
            first.isDigit || first.isOne(of: "+-.") && (text[token.start + 1].isDigit || text[token.start + 2].isDigit)
        else { return false }
        // `layer 'a' is not in EPSG:4326`
        if text.has("epsg:", at: token.start - 5), !isAnyLine {
            keep(token.range)
            return true
        }
        // `expected a 2D array, got 1D`
        if token.letters == 1, token.digits == 1, token.range.count <= 3,
            text[token.end - 1].lowercased == UInt8(ascii: "d")
        {
            keep(token.range)
        } else {
            mask(token.range, token.letters > 4 ? .identifier : .number)
            takeUnit()
        }
        return true
    }

    /// The unit of a size belongs to its number: `800 MB` and `1.5 GiB` may stand in the same place.
    private mutating func takeUnit() {
        guard text[index] == 0x20 else { return }
        let end = text.letters(from: index + 1)
        guard end > index + 1, !text[end].isWordPart, let word = ShortWord(text[index + 1..<end]),
            Self.units.contains(word)
        else { return }
        index = end
    }

    private static let units = ShortWord.set("byte bytes kb mb gb tb kib mib gib tib")

    /// `chrX`, as `chr7` is
    mutating func takeChromosome(_ token: Token) -> Bool {
        guard Self.isChromosome(token, text) else { return false }
        mask(token.range, .identifier)
        return true
    }

    static func isChromosome(_ token: Token, _ text: MessageBytes) -> Bool {
        guard 4...5 ~= token.range.count, text.has("chr", at: token.start) else { return false }
        return text[token.range].dropFirst(3).allSatisfy { $0.isDigit || $0.isOne(of: "XYMTWZ") }
    }

    /// `float64`, `utf-8`
    mutating func takeTerm(_ token: Token) -> Bool {
        guard 1...5 ~= token.digits, !isAnyLine, text[token.start].isLetter else { return false }
        let word = text[token.range].prefix { $0.isASCIILetter }
        let isTerm =
            ShortWord(word).map { Self.terms.contains($0) } ?? false
            && text[word.endIndex..<token.end].allSatisfy { $0.isDigit || $0.isOne(of: "-.") }
        let isSubstance =
            text[token.start].isUppercase
            && ShortWord(text[token.range]).map { Self.substances.contains($0) } ?? false
        guard isTerm || isSubstance || text.has("x86", at: token.start) else { return false }
        keepName(token.range)
        return true
    }

    /// Words that have a number in their name.
    private static let terms = ShortWord.set(
        """
        float int uint complex utf utc ascii iso latin sha md conv hdf netcdf grib ipv http python pip perl cuda sm fp bf ext
        gpl
        """)
    /// Substances that models and measurements are about.
    private static let substances = ShortWord.set(
        "co2 ch4 n2o no2 no3 so2 so4 o2 o3 h2o h2s nh3 nh4 hno3 sf6 pm1 pm10 pm25")

    /// A name that the words around it make the cause: `unknown variable x23`
    mutating func takeNamed(_ token: Token) -> Bool {
        guard token.digits > 0 else { return false }
        let role = role(of: token.range)
        switch role {
        case .software where token.isSoftware(in: text) && token.isName(in: text): keep(token.range)
        case .name where token.isName(in: text): keepName(token.range)
        default:
            // `[E::sam_parse1]`
            guard text.has("::", at: token.start - 2), token.isName(in: text) else { return false }
            keep(token.range)
        }
        return true
    }

    mutating func takeIdentifier(_ token: Token) -> Bool {
        if token.digits > 0 {
            mask(token.range, .identifier)
        } else if text[token.start].isWordPart {
            // `numpy.linalg`
            keepWord(token.range)
        } else {
            return false
        }
        return true
    }
}
