/// Numbers that name an error: they stay where other numbers are masked, since 404 and 503 are two causes.
enum ErrorCode {
    static func isOne(_ token: Token, in text: MessageBytes) -> Bool {
        token.letters == 0 ? isNumber(token, text) : isNamed(token, text)
    }

    // MARK: Numbers

    private static func isNumber(_ token: Token, _ text: MessageBytes) -> Bool {
        guard token.dots == 0, token.slashes == 0, token.longestRun == token.digits, token.digits <= 10 else {
            return false
        }
        let (start, end) = (token.start, token.end)
        // Stata's `r(601)`.
        if text[end] == UInt8(ascii: ")"), text.has("r(", at: start - 2), !text[start - 3].isWordPart { return true }
        // `curl: (7) …`
        if text[end] == UInt8(ascii: ")"), text.has(": (", at: start - 3),
            text.letters(endingAt: start - 3).lowerBound == 0
        {
            return true
        }
        if token.range.count == 3, isOfHTTP(token, text) { return true }
        guard let (word, gap) = word(before: start, text) else { return false }
        if certain.contains(word) { return word != status || token.digits <= 3 }
        // `ERROR 4: …`, but not `Error: 4 reads are missing`.
        guard uncertain.contains(word) else { return false }
        let isEnd = end >= text.count || text[end].isOne(of: ":)].") || text.has(" (", at: end)
        return isEnd
            && (gap.count == 1 && text[gap.lowerBound] != UInt8(ascii: ":")
                || text.has("returned error: ", at: start - 16))
    }

    /// Words after which a number is the code of an error, an exit code or a signal.
    private static let certain = ShortWord.set(
        "errno code status exit signal sqlstate rc errorcode exitcode retcode returncode http")
    private static let status = ShortWord("status".utf8)
    private static let uncertain = ShortWord.set("error err")

    /// A status with its phrase: `503 Service Unavailable`.
    private static func isOfHTTP(_ token: Token, _ text: MessageBytes) -> Bool {
        let first = text[token.start]
        guard first == UInt8(ascii: "4") || first == UInt8(ascii: "5"), text[token.end] == 0x20 else { return false }
        return reasons.contains { text.has($0, at: token.end + 1) }
    }

    private static let reasons: [StaticString] = [
        "client error", "server error",  // allowed: what HTTP says
        "not found", "forbidden", "unauthorized", "bad request", "bad gateway", "internal", "service unavailable",
        "gateway time", "too many requests", "request timeout", "payload too", "method not allowed", "conflict", "gone",
        "proxy authentication",
    ]

    // MARK: With letters

    private static func isNamed(_ token: Token, _ text: MessageBytes) -> Bool {
        guard token.dots == 0, token.slashes == 0, token.range.count <= 12 else { return false }
        let bytes = text[token.range]
        let capitals = bytes.prefix { $0.isUppercase }
        var rest = bytes[capitals.endIndex...]
        let before = word(before: token.start, text)
        if let before, certain.contains(before.word) {
            // `code 0xC0000005`, `SQLSTATE[42P01]`
            return text.has("0x", at: token.start) || token.range.count == 5 && token.letters <= 2
        }
        if rest.first == UInt8(ascii: "-") {
            // `ORA-00942: …`
            rest = rest.dropFirst()
            return 2...5 ~= capitals.count && 3...6 ~= rest.count && rest.allSatisfy { $0.isDigit }
                && (token.start == 0 || text[token.start - 1].isOne(of: "([") || text[token.end] == UInt8(ascii: ":"))
        }
        // `[E1042] the solver failed`
        if token.start == 1, text[0] == UInt8(ascii: "["), text[token.end] == UInt8(ascii: "]"), capitals.count == 1,
            text[1].isOne(of: "EFW"), 3...5 ~= rest.count, rest.allSatisfy({ $0.isDigit })
        {
            return true
        }
        // `error[E0433]: …`, `error TS2304: …`
        guard 1...5 ~= capitals.count, 3...5 ~= rest.count, rest.allSatisfy({ $0.isDigit }), let before else {
            return false
        }
        return marks.contains(before.word) && before.gap.count == 1
    }

    private static let marks = ShortWord.set("error warning fatal")

    /// The word before a token, and the range between the two.
    private static func word(before start: Int, _ text: MessageBytes) -> (word: ShortWord, gap: Range<Int>)? {
        var end = start
        while end > 0, start - end < 3, text[end - 1].isOne(of: " :=([#-") { end -= 1 }
        guard let word = ShortWord(text[text.letters(endingAt: end)]) else { return nil }
        return (word, end..<start)
    }
}
