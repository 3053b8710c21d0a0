/// A run of the bytes that words, numbers, paths and identifiers are made of, and what it consists of.
struct Token {
    let range: Range<Int>
    private(set) var letters = 0
    private(set) var digits = 0
    private(set) var slashes = 0
    private(set) var dots = 0
    private(set) var blanks = 0
    private(set) var hasAt = false
    private(set) var hasUnderscore = false
    /// All of it are hexadecimal digits.
    private(set) var isHex = true
    /// The longest run of digits.
    private(set) var longestRun = 0

    var start: Int { range.lowerBound }
    var end: Int { range.upperBound }

    init(_ range: Range<Int>, in text: MessageBytes) {
        self.range = range
        var run = 0
        for byte in text[range] {
            if byte.isDigit {
                digits += 1
                run += 1
                if run > longestRun { longestRun = run }
                continue
            }
            run = 0
            if byte.isLetter {
                letters += 1
                if isHex, !byte.isHexDigit { isHex = false }
                continue
            }
            isHex = false
            switch byte {
            case UInt8(ascii: "/"): slashes += 1
            case UInt8(ascii: "."): dots += 1
            case UInt8(ascii: "@"): hasAt = true
            case UInt8(ascii: "_"): hasUnderscore = true
            case 0x20: blanks += 1
            default: break
            }
        }
    }

    /// The token that begins here.
    init(at start: Int, in text: MessageBytes) {
        var end = start
        while Self.isPart(end, in: text) { end += 1 }
        while end > start + 1, text[end - 1].isOne(of: ".-/") { end -= 1 }
        self.init(start..<max(end, start + 1), in: text)
    }

    private static func isPart(_ index: Int, in text: MessageBytes) -> Bool {
        let byte = text[index]
        if byte.isASCIILetter || byte.isDigit { return true }
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "@"),
            UInt8(ascii: "~"):
            return true
        case UInt8(ascii: "+"):
            // `1e+5`, `libstdc++`
            let (before, after) = (text[index - 1], text[index + 1])
            return before.lowercased == UInt8(ascii: "e") && after.isDigit || before == byte || after == byte
        default: return byte >= 0x80 && !text.isCurlyQuote(at: index)
        }
    }
}

extension Token {
    /// Whether it is made like a name that people give: `age`, `pm2_5`, `x23`. What has many digits, or ends with some
    /// behind a separator (`site_12`), is one of many.
    func isName(in text: MessageBytes) -> Bool {
        guard letters > 0, digits <= 3, range.count <= 64, blanks == 0 || digits == 0 && blanks <= 3 else {
            return false
        }
        let first = text[start]
        guard first.isLetter || first.isOne(of: "_.$&%@<#") else { return false }
        return !endsWithNumber(in: text)
    }

    /// Whether it is made like the name of a module, a command, a library or an option: these may have a version.
    func isSoftware(in text: MessageBytes) -> Bool {
        guard letters > 0, digits <= 6, longestRun <= 3, range.count <= 120, blanks == 0 else { return false }
        return !(hasUnderscore && endsWithNumber(in: text)) && !FileEnding.isOfData(range, in: text)
    }

    /// Two digits or more at the end of the name, or before its ending, behind a separator.
    func endsWithNumber(in text: MessageBytes) -> Bool {
        var end = end
        while end > start, text[end - 1] == UInt8(ascii: ")") { end -= 1 }
        var first = end
        while first > start, text[first - 1].isDigit { first -= 1 }
        return end - first >= 2 && first > start && text[first - 1].isOne(of: "_-")
    }

    /// Whether it is written as a path: of a single slash between words it cannot be told (`and/or`, `km/h`).
    func isPath(in text: MessageBytes) -> Bool {
        guard slashes > 0, letters + digits > 0 else { return false }
        if text[start] == UInt8(ascii: "/") || text[start] == UInt8(ascii: "~") { return true }
        if text[start] == UInt8(ascii: "."), text[start + 1].isOne(of: "./") { return true }
        return letters > 0 && (slashes > 1 || dots > 0 || digits > 0 || hasUnderscore)
    }
}
