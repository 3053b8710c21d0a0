/// A command with placeholders: `{name}` of a declared name is replaced. All other text is literal, so that
/// `awk '{print}'` works.
package enum CommandTemplate {
    /// Fills in the values.
    /// - Parameters:
    ///   - quoting: the text is a shell line: each value is quoted, so that the shell takes it unchanged.
    ///   - value: the value of a name; nil if the name is not declared.
    package static func fill(_ text: String, quoting: Bool, value: (Substring) -> String?) -> String {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            let inside = rest[rest.index(after: open)...]
            guard let close = inside.firstIndex(where: { $0 == "}" || $0 == "{" }), inside[close] == "}",
                let value = value(inside[..<close])
            else {
                result += "{"
                rest = inside
                continue
            }
            result += quoting ? shellQuoted(value) : value
            rest = inside[inside.index(after: close)...]
        }
        return result + rest
    }

    /// The texts in braces, in order, whether they are declared names or not. A shell variable (`${name}`) does not
    /// count.
    package static func words(in text: String) -> [Substring] {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return [] }
        var words: [Substring] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let isVariable = open > text.startIndex && text[text.index(before: open)] == "$"
            rest = rest[rest.index(after: open)...]
            guard let close = rest.firstIndex(where: { $0 == "}" || $0 == "{" }), rest[close] == "}" else { continue }
            if !isVariable { words.append(rest[..<close]) }
            rest = rest[rest.index(after: close)...]
        }
        return words
    }

    /// The text as one word of a POSIX shell.
    package static func shellQuoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "_-./,:+@%".utf8.contains(byte)
            }
        }
        guard !plain || text.isEmpty else { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// Whether the text has one of the placeholders that `forAttempt` fills in.
    package static func namesAttempt(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return false }
        var found = false
        _ = fill(text, quoting: false) { name in
            found = found || name == "jid" || name == "attempt"
            return nil
        }
        return found
    }

    /// The command of one attempt: `{jid}` and `{attempt}` (from 1) replaced in the program, its arguments, and the
    /// paths of the outputs that are expected of it.
    package static func forAttempt(
        _ description: JobDescription, jid: Int64, attempt: Int
    ) -> JobDescription {
        func value(_ name: Substring) -> String? {
            switch name {
            case "jid": String(jid)
            case "attempt": String(attempt)
            default: nil
            }
        }
        func isTemplate(_ text: String) -> Bool { text.utf8.contains(UInt8(ascii: "{")) }
        var criteria = description.successCriteria
        guard
            isTemplate(description.runfile) || description.args.contains(where: isTemplate)
                || criteria.expected.contains(where: isTemplate)
        else { return description }
        var description = description
        description.runfile = fill(description.runfile, quoting: description.shell, value: value)
        for index in description.args.indices {
            description.args[index] = fill(description.args[index], quoting: false, value: value)
        }
        criteria.expected = criteria.expected.map { fill($0, quoting: false, value: value) }
        criteria.write(to: &description.resources)
        return description
    }
}
