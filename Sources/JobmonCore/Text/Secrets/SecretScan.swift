/// Finds the secrets of a text, from its start to its end.
///
/// The first pass is over bytes and stops at those of `SecretTrigger`: then what stands around the byte is looked at. What
/// is masked is passed over; what is not is looked at again within limits only, so that the time is linear in the length.
struct SecretScan {
    let text: SecretBytes
    /// The text ends within a word.
    let isCut: Bool
    private(set) var found: [Range<Int>] = []
    /// The end of what is decided. Nothing before it is part of a name.
    var floor = 0
    /// Private keys that begin here or behind it have no end.
    var lastKeyEnd = Int.max

    init(_ text: SecretBytes, isCut: Bool = false) {
        self.text = text
        self.isCut = isCut
    }

    /// The secrets in a text, in order, none of them empty.
    static func ranges(in text: SecretBytes, from start: Int = 0, isCut: Bool = false) -> [Range<Int>] {
        var scan = SecretScan(text, isCut: isCut)
        scan.floor = start
        scan.run()
        return scan.found
    }

    private mutating func run() {
        SecretTrigger.places(in: text.all, from: floor) { place in
            look(at: place)
            return max(place + 1, floor)
        }
    }

    private mutating func look(at place: Int) {
        switch text[place] {
        case UInt8(ascii: ":") where text[place + 1] == UInt8(ascii: "/") && text[place + 2] == UInt8(ascii: "/"):
            takeAddress(at: place)
        case UInt8(ascii: "="), UInt8(ascii: ":"): takeAssignment(at: place)
        case UInt8(ascii: ">"): takeElement(at: place)
        case UInt8(ascii: "-"):
            let before = text[place - 1]
            if before == UInt8(ascii: "-"), text[place + 1] == before {
                takeKey(at: place)
            } else if before.isAlphanumeric {
                takeToken(at: place)
            } else {
                takeOption(at: place)
            }
        case UInt8(ascii: "J"): takeWebToken(at: place)
        case UInt8(ascii: "B"): takeBearer(at: place)
        default: takeToken(at: place)
        }
    }

    /// Puts a secret on the list. Secrets are found in order.
    mutating func mask(_ range: Range<Int>) {
        guard !range.isEmpty, range.lowerBound >= floor else { return }
        // Masks that touch are one.
        if let last = found.last, last.upperBound == range.lowerBound {
            found[found.count - 1] = last.lowerBound..<range.upperBound
        } else {
            found.append(range)
        }
        floor = range.upperBound
    }

    // MARK: Tokens

    private mutating func takeToken(at place: Int) {
        guard let range = SecretToken.range(at: place, in: text, isCut: isCut), range.lowerBound >= floor else {
            return
        }
        mask(range)
        if text[place] == UInt8(ascii: "I") { takeSecret(besideKey: range.upperBound) }
    }

    /// The secret of an access key of Amazon, which stands beside it without a name: `AKIA...:x`, in a list, a table or an
    /// export of the console. It is 40 letters, digits, slashes and plus signs; the digits of a hash are not in it.
    private mutating func takeSecret(besideKey end: Int) {
        var start = end
        while start < text.count, start - end < 8, !Self.isSecretPart(text[start]) { start += 1 }
        var last = start
        while last - start <= 40, Self.isSecretPart(text[last]) { last += 1 }
        guard start > end, last - start == 40, text[start..<last].contains(where: { !$0.isHexDigit }) else { return }
        mask(start..<last)
    }

    private static func isSecretPart(_ byte: UInt8) -> Bool { byte.isAlphanumeric || byte.isOne(of: "/+") }

    /// RFC 7519: parts in base64url with dots between them, of which the first is a JSON object: `eyJ` is `{"`.
    private mutating func takeWebToken(at place: Int) {
        let start = place - 2
        guard start >= floor, text[start] == UInt8(ascii: "e"), text[start + 1] == UInt8(ascii: "y"),
            !Self.isURLPart(text[start - 1]) || text[start - 2] == UInt8(ascii: "\\")
        else { return }
        var ends: [Int] = []
        var end = start
        while end < text.count {
            if text[end] == UInt8(ascii: ".") {
                ends.append(end)
            } else if !Self.isURLPart(text[end]) {
                break
            }
            // Encrypted ones (RFC 7516) have five parts.
            if ends.count == 5 { break }
            end += 1
        }
        let isOpen = isCut && end == text.count
        guard ends.count >= 2 || isOpen, isHeader(start..<(ends.first ?? end), isOpen: isOpen && ends.isEmpty) else {
            return
        }
        if text[end - 1] == UInt8(ascii: "."), ends.count > 2 { end -= 1 }
        mask(start..<end)
    }

    private static func isURLPart(_ byte: UInt8) -> Bool { byte.isWordPart && byte < 0x80 || byte == UInt8(ascii: "-") }

    /// Whether a part is a JSON object in base64url.
    private func isHeader(_ range: Range<Int>, isOpen: Bool) -> Bool {
        guard range.count >= 8, range.count <= 4096 || isOpen else { return false }
        var (bits, count) = (UInt32(0), 0)
        var last: UInt8 = 0
        for byte in text[range] {
            let value: UInt8 =
                switch byte {
                case 0x41...0x5A: byte - 0x41
                case 0x61...0x7A: byte - 0x61 + 26
                case 0x30...0x39: byte - 0x30 + 52
                case UInt8(ascii: "-"): 62
                default: 63
                }
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            last = UInt8(truncatingIfNeeded: bits >> UInt32(count))
            // Text without control characters.
            if last < 0x20, last != 0x0A, last != 0x0D, last != 0x09 { return false }
        }
        return isOpen || last == UInt8(ascii: "}")
    }

    /// `Bearer x` outside of a header. What follows has to look like a token: there are bearers of bad news.
    private mutating func takeBearer(at place: Int) {
        guard text.has("bearer ", at: place), !text[place - 1].isWordPart else { return }
        let start = place + 7
        let end = bareEnd(from: start, limit: 128)
        if start >= floor, SecretValue(text, start..<end).isRandom { mask(start..<bareEnd(from: start)) }
    }
}
