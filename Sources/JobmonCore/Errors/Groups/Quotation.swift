/// A value in quotes: those of programs, of typographers, and of GNU (`x').
struct Quotation {
    /// With its quotes.
    let range: Range<Int>
    let content: Range<Int>
    /// A path or a call in backquotes on both sides, as Rust quotes code (`Result::unwrap()`).
    let isCode: Bool

    /// A value is no longer than this.
    private static let longest = 400

    /// The quotation that begins at a place; nil: none begins there, or it has no end.
    init?(at start: Int, in text: MessageBytes) {
        let byte = text[start]
        switch byte {
        case UInt8(ascii: "\""):
            guard let end = Self.end(from: start + 1, in: text, where: { $0 == byte }) else { return nil }
            self.init(start..<end + 1, content: start + 1..<end)
        case UInt8(ascii: "'"):
            // Behind a letter it is an apostrophe, except in Python's b'…'.
            let isPrefixed = text[start - 1].isOne(of: "bBuUrR") && !text[start - 2].isWordPart
            guard isPrefixed || !text[start - 1].isWordPart,
                let end = Self.end(from: start + 1, in: text, where: { $0 == byte })
            else { return nil }
            self.init(start..<end + 1, content: start + 1..<end)
        case UInt8(ascii: ">"):
            // cdo's `>x<`, but no comparison.
            guard text[start - 1] == 0x20, text[start + 1].isWordPart || text[start + 1].isOne(of: "-./"),
                let end = Self.end(from: start + 1, in: text, where: { $0 == UInt8(ascii: "<") }),
                !text[end - 1].isBlank
            else { return nil }
            self.init(start..<end + 1, content: start + 1..<end)
        case UInt8(ascii: "`"):
            // Two of them are quotes of reStructuredText.
            guard text[start + 1] != byte,
                let end = Self.end(from: start + 1, in: text, where: { $0 == byte || $0 == UInt8(ascii: "'") })
            else {
                return nil
            }
            let isCode =
                text[end] == byte && text[start..<end].contains { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "(") }
            self.init(start..<end + 1, content: start + 1..<end, isCode: isCode)
        case 0xE2 where text[start + 1] == 0x80 && (text[start + 2] == 0x98 || text[start + 2] == 0x9C):
            let closing = text[start + 2] + 1
            var end = start + 3
            while end < text.count, end - start < Self.longest {
                if text[end] == 0xE2, text[end + 1] == 0x80, text[end + 2] == closing, !text[end + 3].isWordPart {
                    self.init(start..<end + 3, content: start + 3..<end)
                    return
                }
                end += 1
            }
            return nil
        default: return nil
        }
    }

    private init(_ range: Range<Int>, content: Range<Int>, isCode: Bool = false) {
        (self.range, self.content, self.isCode) = (range, content, isCode)
    }

    /// The closing quote: not an apostrophe within a word, and not one behind a backslash.
    private static func end(from start: Int, in text: MessageBytes, where isClosing: (UInt8) -> Bool) -> Int? {
        var index = start
        while index < text.count, index - start < longest {
            if isClosing(text[index]), text[index - 1] != UInt8(ascii: "\\"),
                text[index] == UInt8(ascii: "\"") || !text[index + 1].isWordPart
            {
                return index
            }
            index += 1
        }
        return nil
    }
}
