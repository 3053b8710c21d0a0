/// The words of a command that is written as one text and run without a shell. They are parted as a shell parts them:
/// blanks part words, quotes and backslashes keep characters. Nothing is expanded.
package struct CommandWords: Sendable, Equatable {
    package private(set) var words: [String] = []
    /// Whether each quote is closed, and the text does not end with a backslash.
    package private(set) var isWhole = true

    package init(_ line: String) {
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in line {
            if isEscaped {
                isEscaped = false
                // Within double quotes, a backslash keeps few characters, and stands for itself before all others.
                if quote == "\"", !"\"\\$`".contains(character) { word = (word ?? "") + "\\" }
                word = (word ?? "") + String(character)
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        isWhole = quote == nil && !isEscaped
    }
}
