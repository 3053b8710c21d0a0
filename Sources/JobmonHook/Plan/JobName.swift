/// What a scheduler's job is called in the ledger, where its own name says nothing to people.
enum JobName {
    /// Whether a name is a UUID, as programs give that know their jobs by it.
    static func isUUID(_ name: String) -> Bool {
        let digits = name.utf8.filter { $0 != UInt8(ascii: "-") }
        guard digits.count == 32, digits.allSatisfy(isHex) else { return false }
        return name.utf8.count == 32
            || name.split(separator: "-", omittingEmptySubsequences: false).map(\.count) == [8, 4, 4, 4, 12]
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    /// The comment that a command line of Slurm's gives a job whose name is a UUID; nil: none, or the name will do.
    /// - Parameter inherited: the name that the environment gives it.
    static func comment(_ line: ParsedLine, inherited: String?) -> String? {
        guard let name = line.last("job-name")?.value ?? inherited, isUUID(name) else { return nil }
        return line.last("comment")?.value.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The same of the lines for Slurm at the top of a script: the last one counts.
    static func comment(inScript bytes: [UInt8]) -> String? {
        var comment: String?
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            guard line.isEmpty || line.first == UInt8(ascii: "#") else { break }
            let text = String(decoding: line, as: UTF8.self)
            guard text.hasPrefix("#SBATCH") else { continue }
            guard let options = try? OptionTable.sbatch.parse(words(text.dropFirst("#SBATCH".count))) else { continue }
            if let found = options.last("comment")?.value, !found.isEmpty { comment = found }
        }
        return comment
    }

    /// The words of a line for Slurm: blanks part, quotes keep, and `#` begins a remark.
    private static func words(_ line: Substring) -> [String] {
        var (words, word, quote): ([String], String?, Character?) = ([], nil, nil)
        for character in line {
            if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else if character == "#", word == nil {
                break
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return words
    }
}
