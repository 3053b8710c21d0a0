import JobmonCore
import JobmonWire

/// A filter as a person types it in one line: `failed year=2010 host=n7 E3 1-200 fit*`.
enum FilterWords {
    /// - Throws: `.invalid` for a word that is no condition.
    static func filter(_ text: String) throws(Problem) -> JobFilter {
        var query = QueryString()
        for word in try words(text) {
            if let equals = word.firstIndex(of: "=") {
                let name = String(word[..<equals])
                let value = String(word[word.index(after: equals)...])
                if JobFilter.queryNames.contains(name) {
                    query.append(name, value)
                } else {
                    query.append("param", word)
                }
            } else if ["late", "doubtful"].contains(word) {
                query.append(word, "true")
            } else if word.split(separator: ",").allSatisfy({ Status(label: String($0)) != nil }), !word.isEmpty {
                query.append("status", word)
            } else if word.split(separator: ",").allSatisfy({ Cause(rawValue: String($0)) != nil }), !word.isEmpty {
                query.append("cause", word)
            } else if word.lowercased().hasPrefix("e"), ErrorGroup.number(word) != nil {
                query.append("error", word)
            } else if word.first?.isASCII == true, word.first?.isNumber == true {
                query.append("numbers", word)
            } else {
                query.append("name", word)
            }
        }
        return try JobFilter(query)
    }

    /// The words of a line; a quoted one may have spaces.
    private static func words(_ text: String) throws(Problem) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == "\\" {
                isEscaped = true
            } else if character == " " {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { throw Problem(.invalid, "the filter has a quotation mark without its second one") }
        return word.map { words + [$0] } ?? words
    }

    private static func isName(_ text: String) -> Bool {
        JobFilter.queryNames.contains(String(text.prefix { $0 != "=" }))
    }

    /// The same filter in such words.
    static func text(_ filter: JobFilter) -> String {
        var query = QueryString()
        filter.append(to: &query)
        return query.items.map { item in
            switch item.name {
            case "status", "cause", "error", "numbers": item.value
            case "late", "doubtful": item.name
            case "param":
                // A param of such a name needs the word.
                ShellWord.quoted(isName(item.value) ? "param=\(item.value)" : item.value)
            default: "\(item.name)=\(ShellWord.quoted(item.value))"
            }
        }.joined(separator: " ")
    }
}
