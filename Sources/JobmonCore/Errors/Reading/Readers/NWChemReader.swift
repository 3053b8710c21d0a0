extension ErrorReader {
    /// NWChem: the message of the routine that gave up, between two rules; below it the line of the input, and a sentence
    /// about this kind of error, which is the same for many. What the routine wrote right above says more where it did.
    static let nwChem = ErrorReader.line("nwchem", [inputMark]) { lines in
        guard let mark = lines.all.lastIndex(where: { $0.trimmed == inputMark }) else { return nil }
        // The nearest line that stands alone between two rules. Further lines may stand between it and the mark.
        let found = lines.all[..<mark].indices.reversed().first { index in
            index > 0 && index + 1 < mark && isRule(lines.all[index - 1]) && isRule(lines.all[index + 1])
                && !lines.all[index].isEmpty && !isRule(lines.all[index])
        }
        guard let found else { return nil }
        let message = withoutNumber(lines.all[found].trimmed)
        let above = lines.all[..<(found - 1)].reversed().prefix(linesAbove).prefix {
            // The very first lines of a run name the arguments of the program.
            !$0.isEmpty && !isRule($0) && !$0.trimmed.hasPrefix("argument ")
        }
        if !above.isEmpty { return ([message + ":"] + above.reversed().map(words)).joined(separator: " ") }
        let below = lines.all[(mark + 1)...].lazy.filter { !$0.isEmpty && !isRule($0) }.prefix(2).map(words)
        guard let kind = below.dropFirst().first, let input = below.first else { return message }
        return kind == "There is an error in the input file"
            ? "\(message) (input line \(input))" : "\(message) (\(kind))"
    }

    private static let inputMark = "current input line :"
    private static let linesAbove = 4

    private static func isRule(_ line: Substring) -> Bool {
        let content = line.trimmed
        return content.utf8.count >= 40 && content.utf8.allSatisfy { $0 == UInt8(ascii: "-") }
    }

    /// The number of an error stands behind its message, far to the right.
    private static func withoutNumber(_ message: String) -> String {
        let words = message.split(separator: " ")
        guard words.count > 1, let last = words.last, Int(last) != nil else { return Self.words(message[...]) }
        return words.dropLast().joined(separator: " ")
    }

    /// A line with one blank between its words, without the marks of a warning at its beginning.
    private static func words(_ line: Substring) -> String {
        line.split(whereSeparator: { $0 == " " || $0 == "\t" }).drop { $0.allSatisfy { $0 == "!" } }.joined(
            separator: " ")
    }
}
