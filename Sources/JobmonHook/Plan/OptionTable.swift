/// The options of a command, as far as one must know them to tell its options from its operands.
struct OptionTable: Sendable {
    /// How many values an option has.
    enum Arity: Sendable, Equatable {
        case none
        case one
        /// Two, as in `-pe NAME SLOTS`.
        case two
        /// Three, as in `-mods NAME KEY VALUE`.
        case three
        /// One, or two where the first of them says what the other is for: `-binding set linear:1`.
        case binding
        /// One, but only in the same word (`--nice=5`, `-K1`).
        case attached
    }

    /// How options are written.
    enum Style: Sendable {
        /// `-J NAME`, `-JNAME`, `-Hv`, `--job-name=NAME`, `--job-n NAME`: getopt_long.
        case long
        /// `-N NAME`, `-terse`: whole words with one dash.
        case words
    }

    let style: Style
    private var arities: [String: Arity] = [:]
    /// Of a single letter, its whole name.
    private var letters: [Character: String] = [:]

    /// - Parameter text: the options, apart by white space: `J,job-name=` (one value), `pe==` (two), `adds===`
    ///   (three), `binding=*` (one or two), `nice?` (attached), `quiet` (none).
    init(_ style: Style, _ text: String) {
        self.style = style
        for word in text.split(whereSeparator: \.isWhitespace) {
            var name = word
            var arity = Arity.none
            if name.hasSuffix("===") {
                arity = .three
                name = name.dropLast(3)
            } else if name.hasSuffix("=*") {
                arity = .binding
                name = name.dropLast(2)
            } else if name.hasSuffix("==") {
                arity = .two
                name = name.dropLast(2)
            } else if name.hasSuffix("=") {
                arity = .one
                name = name.dropLast()
            } else if name.hasSuffix("?") {
                arity = .attached
                name = name.dropLast()
            }
            if name.count > 1, name.dropFirst().first == ",", let letter = name.first {
                name = name.dropFirst(2)
                letters[letter] = String(name)
            }
            arities[String(name)] = arity
        }
    }

    func arity(_ name: String) -> Arity? { arities[name] }

    func name(ofLetter letter: Character) -> String? { letters[letter] }

    /// The option that a long name or the start of one means; nil: none, or several.
    func name(startingWith text: String) -> String? {
        if arities[text] != nil { return text }
        let found = arities.keys.filter { $0.hasPrefix(text) }
        return found.count == 1 ? found.first : nil
    }
}

/// A command line, taken apart.
struct ParsedLine: Equatable {
    struct Option: Equatable {
        /// Its whole name, without dashes.
        var name: String
        var value: String?
        /// Where its value stands: in which argument, from which byte on.
        var place: Place?
    }

    struct Place: Equatable {
        var argument: Int
        var offset: Int
    }

    var options: [Option] = []
    /// The index of the first argument that is neither option nor value; nil: there is none.
    var operand: Int?

    func has(_ names: String...) -> Bool { options.contains { names.contains($0.name) } }
    /// What an option was set to last.
    func last(_ name: String) -> Option? { options.last { $0.name == name } }

    /// Why a line can't be taken apart.
    struct NotUnderstood: Error, Equatable {
        var word: String
    }
}

extension OptionTable {
    /// Takes a command line apart.
    /// - Parameter arguments: without the command's own name.
    /// - Throws: at the first option that is not in the table, or lacks its value.
    func parse(_ arguments: [String]) throws(ParsedLine.NotUnderstood) -> ParsedLine {
        var line = ParsedLine()
        var index = 0
        while index < arguments.count {
            let word = arguments[index]
            if word == "--", style == .long {
                line.operand = index + 1 < arguments.count ? index + 1 : nil
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                line.operand = index
                break
            }
            index += 1
            switch style {
            case .words: try parseWord(word, arguments, &index, &line)
            case .long where word.hasPrefix("--"): try parseLong(word, arguments, &index, &line)
            case .long: try parseLetters(word, arguments, &index, &line)
            }
        }
        return line
    }

    private func parseWord(
        _ word: String, _ arguments: [String], _ index: inout Int, _ line: inout ParsedLine
    ) throws(ParsedLine.NotUnderstood) {
        let name = String(word.dropFirst())
        guard let arity = arity(name) else { throw ParsedLine.NotUnderstood(word: word) }
        let count =
            switch arity {
            case .none, .attached: 0
            case .one: 1
            case .two: 2
            case .three: 3
            case .binding: index < arguments.count && ["env", "pe", "set"].contains(arguments[index]) ? 2 : 1
            }
        guard index + count <= arguments.count else { throw ParsedLine.NotUnderstood(word: word) }
        line.options.append(
            ParsedLine.Option(
                name: name, value: count > 0 ? arguments[index] : nil,
                place: count > 0 ? ParsedLine.Place(argument: index, offset: 0) : nil))
        index += count
    }

    private func parseLong(
        _ word: String, _ arguments: [String], _ index: inout Int, _ line: inout ParsedLine
    ) throws(ParsedLine.NotUnderstood) {
        let text = word.dropFirst(2)
        let equals = text.firstIndex(of: "=")
        guard let name = name(startingWith: String(text[..<(equals ?? text.endIndex)])), let arity = arity(name) else {
            throw ParsedLine.NotUnderstood(word: word)
        }
        if let equals {
            guard arity != .none else { throw ParsedLine.NotUnderstood(word: word) }
            let value = text[text.index(after: equals)...]
            let place = ParsedLine.Place(argument: index - 1, offset: word.utf8.count - value.utf8.count)
            line.options.append(ParsedLine.Option(name: name, value: String(value), place: place))
        } else if arity == .one {
            try takeNext(name, word, arguments, &index, &line)
        } else {
            line.options.append(ParsedLine.Option(name: name))
        }
    }

    private func parseLetters(
        _ word: String, _ arguments: [String], _ index: inout Int, _ line: inout ParsedLine
    ) throws(ParsedLine.NotUnderstood) {
        var rest = word.dropFirst()
        while let letter = rest.first {
            rest = rest.dropFirst()
            guard let name = name(ofLetter: letter), let arity = arity(name) else {
                throw ParsedLine.NotUnderstood(word: word)
            }
            if arity == .none || (arity == .attached && rest.isEmpty) {
                line.options.append(ParsedLine.Option(name: name))
            } else if rest.isEmpty {
                try takeNext(name, word, arguments, &index, &line)
            } else {
                let place = ParsedLine.Place(argument: index - 1, offset: word.utf8.count - rest.utf8.count)
                line.options.append(ParsedLine.Option(name: name, value: String(rest), place: place))
                rest = ""
            }
        }
    }

    private func takeNext(
        _ name: String, _ word: String, _ arguments: [String], _ index: inout Int, _ line: inout ParsedLine
    ) throws(ParsedLine.NotUnderstood) {
        guard index < arguments.count else { throw ParsedLine.NotUnderstood(word: word) }
        line.options.append(
            ParsedLine.Option(
                name: name, value: arguments[index], place: ParsedLine.Place(argument: index, offset: 0)))
        index += 1
    }
}
