/// The words of a shell line, as far as they can be determined without running it. Quotes and backslashes are
/// interpreted; variables and substitutions stay unchanged.
struct ShellWords {
    /// A simple command, without its redirections.
    struct Command {
        var words: [String]
        /// The file that is its stdin (`<`).
        var input: String?
    }

    /// The simple commands of the line, in order.
    private(set) var commands: [Command] = []

    private var words: [String] = []
    private var word: [UInt8]?
    private var input: String?
    /// The redirection whose file is the next word.
    private var redirection: ArraySlice<UInt8>?

    init(_ line: String) {
        let bytes = Array(line.utf8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "'"):
                let end = bytes[(index + 1)...].firstIndex(of: byte) ?? bytes.count
                append(bytes[(index + 1)..<max(index + 1, end)])
                index = end
            case UInt8(ascii: "\""): index = quoted(bytes, after: index)
            case UInt8(ascii: "\\"):
                index += 1
                // A line continuation.
                if index < bytes.count, bytes[index] != 0x0A { append(bytes[index...index]) }
            case UInt8(ascii: "`"):
                let end = bytes[(index + 1)...].firstIndex(of: byte) ?? bytes.count - 1
                append(bytes[index...max(index, end)])
                index = end
            case UInt8(ascii: "$") where index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "("):
                let end = Self.closing(bytes, from: index + 1)
                append(bytes[index...end])
                index = end
            case UInt8(ascii: "#") where word == nil:
                index = (bytes[index...].firstIndex(of: 0x0A) ?? bytes.count) - 1
            case 0x20, 0x09: endWord()
            case 0x0A, 0x0D, UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"): endCommand()
            case UInt8(ascii: "&"):
                // &> and >& are redirections.
                if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: ">") { endWord() } else { endCommand() }
            case UInt8(ascii: ">"), UInt8(ascii: "<"):
                // The digit of 2> is not a word.
                if let word, word.allSatisfy({ (0x30...0x39).contains($0) }) { self.word = nil }
                endWord()
                let start = index
                while index + 1 < bytes.count, ">&<|".utf8.contains(bytes[index + 1]) { index += 1 }
                redirection = bytes[start...index]
            default: append(bytes[index...index])
            }
            index += 1
        }
        endCommand()
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        if word == nil { word = [] }
        word?.append(contentsOf: bytes)
    }

    private mutating func endWord() {
        guard let bytes = word else { return }
        word = nil
        let text = String(decoding: bytes, as: UTF8.self)
        switch redirection {
        case nil: words.append(text)
        case let sign? where sign.elementsEqual("<".utf8): input = text
        default: break
        }
        redirection = nil
    }

    private mutating func endCommand() {
        endWord()
        redirection = nil
        if !words.isEmpty { commands.append(Command(words: words, input: input)) }
        words = []
        input = nil
    }

    /// Reads text in double quotes. Returns the position of the closing quote.
    private mutating func quoted(_ bytes: [UInt8], after start: Int) -> Int {
        append([])
        var index = start + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count, "\"\\$`\n".utf8.contains(bytes[index + 1]) {
                index += 1
            }
            append(bytes[index...index])
            index += 1
        }
        return index
    }

    /// The position of the bracket that closes the one at `start`.
    private static func closing(_ bytes: [UInt8], from start: Int) -> Int {
        var depth = 0
        for index in start..<bytes.count {
            if bytes[index] == UInt8(ascii: "(") { depth += 1 }
            if bytes[index] == UInt8(ascii: ")") {
                depth -= 1
                if depth == 0 { return index }
            }
        }
        return bytes.count - 1
    }
}
