import JobmonCore

/// Words of a text, for messages.
enum SchedulerText {
    /// A command's complaint in one line, without its own name before each.
    static func sentence(_ text: String, dropping prefixes: [String]) -> String {
        var lines: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            var line = line.drop(while: \.isWhitespace)
            for prefix in prefixes where line.hasPrefix(prefix) { line = line.dropFirst(prefix.count) }
            line = line.drop(while: \.isWhitespace)
            if !line.isEmpty, line != "Exiting." { lines.append(String(line)) }
        }
        return lines.joined(separator: "; ")
    }

    static func contains(_ text: String, anyOf words: [String]) -> Bool { words.contains { text.contains($0) } }

    /// A name that every scheduler takes: a letter first, then letters, digits, `_`, `-` and `.`, at most 40 characters.
    static func jobName(_ text: String) -> String {
        var name = String(
            text.unicodeScalars.prefix(200).map { scalar in
                let isPlain =
                    scalar.isASCII
                    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        || "_-.".unicodeScalars.contains(scalar))
                return isPlain ? Character(scalar) : "_"
            }.prefix(40))
        if let first = name.unicodeScalars.first, !first.properties.isAlphabetic { name = "j" + name }
        return name.isEmpty ? "job" : name
    }
}
