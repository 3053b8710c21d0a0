/// Untrusted text for Markdown as GitHub and GitLab show it.
enum MarkdownText {
    /// Text as a code span: there, nothing is a link, a mention, a tag or an image. Characters that cannot be seen, or
    /// turn the direction of writing, are shown by their numbers.
    /// - Parameters:
    ///   - most: characters after which it is cut.
    ///   - inTable: whether it stands in a cell of a table.
    static func code(_ text: String, most: Int, inTable: Bool = true) -> String {
        let shown = visible(text, most: most)
        guard !shown.isEmpty else { return "" }
        // A span ends at as many backticks as it began with, so it begins with one more than the text has in a row.
        let fence = String(repeating: "`", count: longestRun(of: "`", in: shown) + 1)
        let (first, last) = (shown.unicodeScalars.first, shown.unicodeScalars.last)
        let space = first == "`" || last == "`" ? " " : ""
        return fence + space + (inTable ? piped(shown) : shown) + space + fence
    }

    /// Text without what cannot be seen, on one line.
    static func visible(_ text: String, most: Int) -> String {
        var result = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < most else {
                result.append("\u{2026}")
                break
            }
            count += 1
            if isVisible(scalar) {
                result.append(scalar)
            } else if scalar.value < 0x20 {
                // The pictures of control characters.
                result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "?")
            } else {
                let hex = String(scalar.value, radix: 16, uppercase: true)
                let zeros = String(repeating: "0", count: max(0, 4 - hex.count))
                result.append(contentsOf: "[U+\(zeros)\(hex)]".unicodeScalars)
            }
        }
        return String(result)
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if (0x20..<0x7F).contains(scalar.value) { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: return false
        default: return true
        }
    }

    // Scalars, not characters: an accent after it makes a `|` another character, but not for Markdown.

    private static func longestRun(of scalar: Unicode.Scalar, in text: String) -> Int {
        var (longest, run) = (0, 0)
        for other in text.unicodeScalars {
            run = other == scalar ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }

    /// `|` ends a cell of a table even in code, unless an odd number of `\` is before it.
    private static func piped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var backslashes = 0
        for scalar in text.unicodeScalars {
            if scalar == "|" {
                let added = backslashes.isMultiple(of: 2) ? 1 : 2
                result.append(contentsOf: repeatElement("\\", count: added))
            }
            backslashes = scalar == "\\" ? backslashes + 1 : 0
            result.append(scalar)
        }
        return String(result)
    }
}
