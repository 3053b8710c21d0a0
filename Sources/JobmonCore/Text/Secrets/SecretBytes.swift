/// The bytes of a text that is searched for secrets. Outside of the text every byte is 0, so that a neighbour can be looked
/// at without a check.
struct SecretBytes {
    let all: UnsafeBufferPointer<UInt8>

    init(_ all: UnsafeBufferPointer<UInt8>) { self.all = all }

    var count: Int { all.count }

    subscript(index: Int) -> UInt8 { UInt(bitPattern: index) < UInt(bitPattern: all.count) ? all[index] : 0 }

    subscript(range: Range<Int>) -> Slice<UnsafeBufferPointer<UInt8>> { all[range.clamped(to: 0..<all.count)] }

    /// Whether these words stand here, in any case.
    /// - Parameter words: in lower case.
    func has(_ words: StaticString, at index: Int) -> Bool {
        let length = words.utf8CodeUnitCount
        guard index >= 0, index + length <= all.count else { return false }
        let start = words.utf8Start
        for place in 0..<length where all[index + place].lowercased != start[place] { return false }
        return true
    }

    /// The first of these bytes; nil if there is none.
    func first(_ byte: UInt8, in range: Range<Int>) -> Int? { self[range].firstIndex(of: byte) }

    /// The line end, or the end of the text.
    func endOfLine(from start: Int, limit: Int = .max) -> Int {
        var end = start
        let limit = min(limit, count)
        while end < limit, all[end] != 0x0A, all[end] != 0x0D { end += 1 }
        return end
    }

    func startOfNextLine(from end: Int) -> Int {
        self[end] == 0x0D && self[end + 1] == 0x0A ? end + 2 : end + 1
    }

    /// The place behind spaces and tabs.
    func skipSpaces(from start: Int) -> Int {
        var place = start
        while self[place].isSpace { place += 1 }
        return place
    }

    /// The range without blanks at both ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start].isBlank { start += 1 }
        while start < end, self[end - 1].isBlank { end -= 1 }
        return start..<end
    }

    /// The end of a name that begins here.
    func endOfName(from start: Int, limit: Int = 64) -> Int {
        var end = start
        while end - start < limit, self[end].isNamePart { end += 1 }
        return end
    }

    /// The place of the quote that closes a text.
    /// - Parameters:
    ///   - start: the place behind the opening quote.
    ///   - depth: backslashes before the opening quote: a quotation within a quotation.
    /// - Returns: nil if the line ends before.
    func closing(_ quote: UInt8, from start: Int, depth: Int) -> Int? {
        var place = start
        var backslashes = 0
        while place < count {
            let byte = all[place]
            if byte == 0x0A || byte == 0x0D { return nil }
            if byte == UInt8(ascii: "\\") {
                backslashes += 1
            } else {
                // One more level of quotation doubles backslashes, and puts one before a quote.
                if byte == quote, backslashes % (2 * (depth + 1)) == depth { return place }
                backslashes = 0
            }
            place += 1
        }
        return nil
    }
}

extension UInt8 {
    var isSpace: Bool { self == 0x20 || self == 0x09 }
    var isQuote: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") || self == UInt8(ascii: "`") }
    /// Letters and digits of ASCII.
    var isAlphanumeric: Bool { isASCIILetter || isDigit }
    /// What names of variables, options and headers are made of.
    var isNamePart: Bool {
        isAlphanumeric || self == UInt8(ascii: "_") || self == UInt8(ascii: "-") || self == UInt8(ascii: ".")
    }
}
