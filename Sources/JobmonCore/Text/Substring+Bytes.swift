/// Questions about the beginning, the end and the parts of a line, answered by its bytes. The standard library compares
/// characters (`é` has two forms that are equal), which takes ten to a hundred times as long and says the same of the
/// words of programs. These are more specialized than the functions of the standard library, so that each call in
/// this module takes them.
extension Substring {
    func hasPrefix(_ prefix: String) -> Bool { utf8.hasPrefix(prefix) }

    func hasPrefix(_ prefix: Substring) -> Bool { utf8.starts(with: prefix.utf8) }

    func hasSuffix(_ suffix: String) -> Bool {
        var suffix = suffix
        return suffix.withUTF8 { suffix in
            let found = utf8.withContiguousStorageIfAvailable { bytes in
                let start = bytes.count - suffix.count
                return start >= 0 && suffix.indices.allSatisfy { bytes[start + $0] == suffix[$0] }
            }
            return found ?? Array(utf8.suffix(suffix.count)).elementsEqual(suffix)
        }
    }

    /// The first place of a text within it; nil if it is not in it, or is empty.
    func firstRange(of text: String) -> Range<Index>? {
        var text = text
        let found: Int? = text.withUTF8 { text in
            guard let first = text.first else { return nil }
            let found = utf8.withContiguousStorageIfAvailable { bytes -> Int? in
                guard bytes.count >= text.count else { return nil }
                search: for start in 0...(bytes.count - text.count) where bytes[start] == first {
                    for place in 1..<text.count where bytes[start + place] != text[place] { continue search }
                    return start
                }
                return nil
            }
            return found ?? nil
        }
        guard let found else { return nil }
        let start = utf8.index(startIndex, offsetBy: found)
        return start..<utf8.index(start, offsetBy: text.utf8.count)
    }
}

extension Substring {
    /// The last place of a text within it; nil if it is not in it, or is empty.
    func lastRange(of text: String) -> Range<Index>? {
        let text = Array(text.utf8)
        guard let first = text.first, utf8.count >= text.count else { return nil }
        var start = utf8.index(endIndex, offsetBy: -text.count)
        while true {
            if utf8[start] == first, utf8[start...].starts(with: text) {
                return start..<utf8.index(start, offsetBy: text.count)
            }
            guard start > startIndex else { return nil }
            start = utf8.index(before: start)
        }
    }

    /// Its beginning as far as it consists of letters, digits and these other bytes.
    func word(with others: StaticString) -> Substring {
        Substring(utf8.prefix { $0.isLetter || $0.isDigit || $0.isOne(of: others) })
    }
}

extension StringProtocol {
    /// Whether it has blanks and line ends only.
    var isBlank: Bool {
        guard let start = utf8.firstIndex(where: { !$0.isBlank }) else { return true }
        // Blanks of other scripts are rare.
        return utf8[start] >= 0x80 && allSatisfy(\.isWhitespace)
    }
}

extension Substring.UTF8View {
    fileprivate func hasPrefix(_ prefix: String) -> Bool {
        var prefix = prefix
        return prefix.withUTF8 { prefix in
            let found = withContiguousStorageIfAvailable { bytes in
                bytes.count >= prefix.count && prefix.indices.allSatisfy { bytes[$0] == prefix[$0] }
            }
            return found ?? starts(with: prefix)
        }
    }
}
