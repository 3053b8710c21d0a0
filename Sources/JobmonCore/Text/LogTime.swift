/// The time that a log's line begins with.
enum LogTime {
    /// Whether a line begins as the line of a log does: `2026-01-31 …`, `[2026-01-31T…] …`.
    static func begins(_ line: Substring) -> Bool { isDate(line) || afterBrackets(line) != nil }

    /// What follows a time in brackets; nil: there is none.
    static func afterBrackets(_ line: Substring) -> Substring? {
        let bytes = line.utf8
        guard bytes.first == UInt8(ascii: "["), let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let time = Substring(bytes[..<close].dropFirst())
        let rest = bytes[close...].dropFirst()
        guard rest.first == 0x20, isDate(time) || isShortTime(time) else { return nil }
        return Substring(rest.dropFirst())
    }

    /// 2026-01-…
    static func isDate(_ text: Substring) -> Bool {
        let date = text.utf8.prefix(8)
        return date.count == 8
            && date.enumerated().allSatisfy { place, byte in
                place == 4 || place == 7 ? byte == UInt8(ascii: "-") : (0x30...0x39).contains(byte)
            }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Nov 28 16:40:09`, and with more behind it.
    private static func isShortTime(_ text: Substring) -> Bool {
        let words = text.split(separator: " ")
        guard words.count >= 3, months.contains(String(words[0])), Int(words[1]) != nil else { return false }
        return words[2].contains(":") && words[2].first?.isNumber == true
    }
}
