/// Quotes words for a shell.
package enum ShellWord {
    /// The word, quoted if a shell would read it as anything else.
    package static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "_-./:=@%+,".utf8.contains(byte)
                }
            }
        if isPlain { return word }
        // Control characters need this form, which bash, zsh and ksh know.
        if word.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "$'\(dollarQuoted(word))'" }
        return "'\(word.replacing("'", with: "'\\''"))'"
    }

    /// The command line of these words.
    package static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

    private static func dollarQuoted(_ word: String) -> String {
        var text = ""
        for scalar in word.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "'": text += "\\'"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 8)
                text += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
