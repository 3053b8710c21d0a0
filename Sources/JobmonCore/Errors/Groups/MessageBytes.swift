/// The bytes of a message, and what masking asks of them. Outside of the message every byte is 0, so that a neighbour
/// can be looked at without a check.
struct MessageBytes {
    let all: [UInt8]

    /// - Parameter limit: bytes that are taken at most.
    init(_ text: some StringProtocol, limit: Int = .max) {
        let copied = text.utf8.withContiguousStorageIfAvailable { Array($0.prefix(limit)) }
        all = copied ?? Array(text.utf8.prefix(limit))
    }

    var count: Int { all.count }

    subscript(index: Int) -> UInt8 { index >= 0 && index < all.count ? all[index] : 0 }

    subscript(range: Range<Int>) -> ArraySlice<UInt8> { all[range.clamped(to: 0..<all.count)] }

    /// Whether these words stand here, in any case.
    /// - Parameter words: in lower case.
    func has(_ words: StaticString, at index: Int) -> Bool {
        let length = words.utf8CodeUnitCount
        guard index >= 0, index + length <= all.count else { return false }
        let start = words.utf8Start
        for place in 0..<length where all[index + place].lowercased != start[place] { return false }
        return true
    }

    /// Whether one of the three bytes' quotes of typographers stands here.
    func isCurlyQuote(at index: Int) -> Bool {
        self[index] == 0xE2 && self[index + 1] == 0x80 && 0x98...0x9F ~= self[index + 2]
    }

    /// The range of the letters that end here.
    func letters(endingAt end: Int) -> Range<Int> {
        var start = end
        while self[start - 1].isASCIILetter { start -= 1 }
        return start..<end
    }

    /// The end of the letters that begin here.
    func letters(from start: Int) -> Int {
        var end = start
        while self[end].isASCIILetter { end += 1 }
        return end
    }

    /// The end of the digits that begin here.
    func digits(from start: Int) -> Int {
        var end = start
        while self[end].isDigit { end += 1 }
        return end
    }
}

extension UInt8 {
    var isDigit: Bool { 0x30...0x39 ~= self }
    var isUppercase: Bool { 0x41...0x5A ~= self }
    var isASCIILetter: Bool { 0x41...0x5A ~= self || 0x61...0x7A ~= self }
    /// A letter, or a part of one of another script.
    var isLetter: Bool { isASCIILetter || self >= 0x80 }
    var isHexDigit: Bool { isDigit || 0x41...0x46 ~= self || 0x61...0x66 ~= self }
    var isBlank: Bool { self == 0x20 || 0x09...0x0D ~= self }
    /// What a whole word is made of.
    var isWordPart: Bool { isLetter || isDigit || self == UInt8(ascii: "_") }
    var lowercased: UInt8 { isUppercase ? self | 0x20 : self }

    func isOne(of bytes: StaticString) -> Bool {
        let start = bytes.utf8Start
        for place in 0..<bytes.utf8CodeUnitCount where start[place] == self { return true }
        return false
    }
}

/// A word of at most 16 bytes in lower case, as a key of a table: no string has to be made to look it up.
struct ShortWord: Hashable {
    private let high: UInt64
    private let low: UInt64

    /// nil: it is empty or too long.
    init?(_ bytes: some Collection<UInt8>) {
        guard !bytes.isEmpty, bytes.count <= 16 else { return nil }
        var (high, low) = (UInt64(0), UInt64(0))
        for byte in bytes {
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(byte.lowercased)
        }
        (self.high, self.low) = (high, low)
    }

    /// The words of a list that blanks separate.
    static func set(_ list: String) -> Set<ShortWord> {
        Set(list.utf8.split { $0.isBlank }.compactMap { ShortWord($0) })
    }
}
