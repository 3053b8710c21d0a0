/// The media ranges of an `Accept` header, for the choice between representations (RFC 9110, section 12.5.1).
///
/// A part that is not a media range, or that has an invalid weight, is ignored.
struct AcceptHeader: Sendable, Equatable {
    struct MediaRange: Sendable, Equatable {
        /// In lower case; `*` stands for any.
        var type: String
        var subtype: String
        /// The parameters besides the weight; their names are in lower case.
        var parameters: [String: String]
        /// The weight, from 0 (not acceptable) to 1.
        var quality: Double
    }

    /// In the order of the header.
    let ranges: [MediaRange]

    init(_ text: String) {
        ranges = Self.split(text[...], at: ",").compactMap { Self.range($0) }
    }

    private static func range(_ text: Substring) -> MediaRange? {
        let parts = split(text, at: ";")
        let names = (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, !names[0].isEmpty, !names[1].isEmpty else { return nil }
        var range = MediaRange(
            type: names[0].lowercased(), subtype: names[1].lowercased(), parameters: [:], quality: 1)
        guard range.type != "*" || range.subtype == "*" else { return nil }
        for part in parts.dropFirst() {
            guard let equals = part.firstIndex(of: "=") else { continue }
            let name = trimmed(part[..<equals]).lowercased()
            let value = unquoted(trimmed(part[part.index(after: equals)...]))
            if name == "q" {
                guard let quality = weight(value) else { return nil }
                range.quality = quality
            } else {
                range.parameters[name] = value
            }
        }
        return range
    }

    /// A weight: digits with at most one point, from 0 to 1.
    private static func weight(_ text: String) -> Double? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }),
            let value = Double(text), value <= 1
        else { return nil }
        return value
    }

    /// The trimmed parts between separators that are not in quotes; empty parts are left out.
    private static func split(_ text: Substring, at separator: Unicode.Scalar) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in text.unicodeScalars.indices {
            let scalar = text.unicodeScalars[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted, scalar == "\\" {
                isEscaped = true
            } else if scalar == "\"" {
                isQuoted.toggle()
            } else if scalar == separator, !isQuoted {
                parts.append(trimmed(text[start..<index]))
                start = text.unicodeScalars.index(after: index)
            }
        }
        parts.append(trimmed(text[start...]))
        return parts.filter { !$0.isEmpty }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return String(text) }
        var value = ""
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            if !isEscaped, character == "\\" {
                isEscaped = true
            } else {
                value.append(character)
                isEscaped = false
            }
        }
        return value
    }
}
