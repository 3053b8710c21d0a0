/// Makes text of jobs (names, params, errors, output) safe for a terminal: characters that would move the cursor,
/// change colours, reorder letters or hide text are shown as escapes.
package enum Printable {
    /// Text in one line: line breaks and tabs are shown as `\n` and `\t`.
    package static func line(_ text: String) -> String { shown(text, breakingLines: false) }

    /// Text of several lines: line breaks and tabs stay. A carriage return (of a progress bar) becomes a line break, so
    /// that nothing is overwritten.
    package static func text(_ text: String) -> String { shown(text, breakingLines: true) }

    private static func shown(_ text: String, breakingLines: Bool) -> String {
        // Most texts need no change.
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        // Scalar by scalar: to append a collection reserves just enough each time, which copies all of it.
        var result = String.UnicodeScalarView()
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index]
            let next = scalars.index(after: index)
            switch scalar {
            case "\u{1B}":
                if let end = endOfColours(scalars, after: next) {
                    index = end
                    continue
                }
                for part in escape(scalar).unicodeScalars { result.append(part) }
            case "\n" where breakingLines, "\t" where breakingLines: result.append(scalar)
            case "\r" where breakingLines:
                // CR LF is one line break.
                if next == scalars.endIndex || scalars[next] != "\n" { result.append("\n") }
            default:
                if isHarmless(scalar) {
                    result.append(scalar)
                } else {
                    for part in escape(scalar).unicodeScalars { result.append(part) }
                }
            }
            index = next
        }
        return String(result)
    }

    /// The end of a sequence that only sets colours (`ESC [ … m`); nil for anything else. Such sequences are removed:
    /// coloured tracebacks are common, and escapes would obscure the words.
    private static func endOfColours(
        _ scalars: String.UnicodeScalarView, after start: String.UnicodeScalarView.Index
    ) -> String.UnicodeScalarView.Index? {
        guard start < scalars.endIndex, scalars[start] == "[" else { return nil }
        var index = scalars.index(after: start)
        while index < scalars.endIndex {
            switch scalars[index] {
            case "0"..."9", ";", ":": index = scalars.index(after: index)
            case "m": return scalars.index(after: index)
            default: return nil
            }
        }
        return nil
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F: return true
        case 0..<0x20, 0x7F..<0xA0, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: return false
        // Joiners are a part of words in some scripts and of emoji; other format characters reorder or hide text.
        case 0x200C, 0x200D, 0xAD: return true
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: return false
            default: return true
            }
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case "\u{1B}": "\\e"
        case _ where scalar.value < 0x100:
            "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
}
