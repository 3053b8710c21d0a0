/// Selects jobs by their name, `fit*`, or by the value of a param, `site=bergen`. Both may have wildcards (`GlobPattern`).
package struct JobPattern: Sendable {
    /// As it was given.
    package let text: String
    /// The name of the param; nil: the job's name is meant.
    private let param: String?
    private let glob: GlobPattern

    package init(_ text: String) {
        self.text = text
        if let equals = text.firstIndex(of: "="), equals != text.startIndex {
            param = String(text[..<equals])
            glob = GlobPattern(String(text[text.index(after: equals)...]))
        } else {
            param = nil
            glob = GlobPattern(text)
        }
    }

    /// - Parameters:
    ///   - name: the name that is shown.
    ///   - params: with their values; a number matches its text.
    package func matches(name: @autoclosure () -> String, params: JSONObject) -> Bool {
        guard let param else { return glob.matches(name()) }
        switch params[param] {
        case nil: return false
        case .string(let value)?: return glob.matches(value)
        case let value?: return glob.matches(value.text)
        }
    }
}

extension JobPattern: Hashable {
    package static func == (one: JobPattern, other: JobPattern) -> Bool { one.text == other.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// A number for the jobs that a pattern selects: `PATTERN=NUMBER`, or `PATTERN=none`.
package struct PatternChange: Sendable, Hashable {
    package var pattern: JobPattern
    /// Nil: none any more.
    package var number: Int?

    package init(pattern: JobPattern, number: Int?) {
        self.pattern = pattern
        self.number = number
    }

    /// Nil: it does not have this form.
    package init?(_ text: String) {
        guard let equals = text.lastIndex(of: "="), equals != text.startIndex else { return nil }
        let word = text[text.index(after: equals)...]
        guard word == "none" || Int(word) != nil else { return nil }
        self.init(pattern: JobPattern(String(text[..<equals])), number: Int(word))
    }

    package var text: String { "\(pattern.text)=\(number.map(String.init) ?? "none")" }
}
