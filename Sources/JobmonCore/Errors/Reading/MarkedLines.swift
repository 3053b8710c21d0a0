/// The general rule for messages that are marked as errors: by a word at the start of the line (`Error: …`,
/// `[E::index] …`, `*** fatal …`), after the program's or the file's name (`ls: error: …`), or as the level of a log.
///
/// Of marked lines that follow each other, the first one counts: the others report what came of it.
struct MarkedLines {
    private let lines: ErrorLines

    /// After more lines than this that are no part of it, the program has gone on: the mark was not its end.
    private static let mostAfter = 60
    /// Lines that are looked at, from the end: a stack below the mark may be long.
    private static let mostLines = 700
    /// Lines from the first to the last mark that are looked at.
    private static let longest = 400

    init(_ lines: ErrorLines) { self.lines = lines }

    var reading: ErrorReading? {
        let all = lines.all
        guard let last = last else { return nil }
        // Most texts end soon after their error, so lines are judged from the end, and no more of them than needed.
        var marked = [last]
        var index = last - 1
        while index >= 0, last - index < Self.longest {
            if Self.isMarked(all[index]) {
                marked.append(index)
            } else if !Self.isBetween(all[index]), !continues(index) {
                break
            }
            index -= 1
        }
        for start in marked.reversed() {
            if let message = message(at: start) {
                // What it announces stands somewhere else.
                return ErrorReading("marked", message, weight: message.hasSuffix(":") ? .guess : .reason)
            }
        }
        return nil
    }

    /// The last marked line, unless too much follows it.
    private var last: Int? {
        var after = 0
        for index in lines.all.indices.suffix(Self.mostLines).reversed() {
            let line = lines.all[index]
            if Self.isMarked(line) { return index }
            if !line.isEmpty, !LineKind.isAdvice(line), !LineKind.isFrame(line) { after += 1 }
            if after > Self.mostAfter { return nil }
        }
        return nil
    }

    /// What the line says; with the lines that follow, if it only announces them.
    private func message(at index: Int) -> String? {
        let line = Self.unquoted(lines.all[index].trimmed)
        let rest = Self.afterMark(lines.all[index])
        if rest.isEmpty, let before = sentence(before: index) { return before }
        if rest.isEmpty || line.hasSuffix(":") {
            // The message may stand below a rule or a blank line.
            let start = lines.all[(index + 1)...].prefix(3).firstIndex { !$0.isEmpty && !LineKind.isOrnament($0) }
            let paragraph = start.map { lines.paragraph(from: opening(from: $0)) } ?? ""
            if paragraph.isEmpty { return rest.isEmpty ? nil : line }
            let head = line[...].trimmed { "-*=: ".contains($0) }
            return "\(head): \(paragraph)"
        }
        if let reason = systemsReason(before: index), !Self.hasSystemsReason(line[...]) { return reason }
        if let cause = deepestCause(below: index) { return "\(line) (\(cause))" }
        if let failure = namedFailure(before: index) { return failure }
        if let pointed = pointed(below: index) { return "\(line): \(pointed)" }
        if let warning = warning(before: index) { return "\(warning) \(line)" }
        if Self.isAbout(rest), !LineKind.soundsLikeFailure(rest),
            let failure = failure(before: index)
        {
            return "\(failure) (\(line))"
        }
        if index + 1 < lines.all.count, case let below = lines.all[index + 1], !below.isEmpty, !Self.isBetween(below),
            Self.isPlace(line, rest) || line.hasPrefix("Unhandled ") && line.contains("#<") && !line.contains(">")
        {
            return "\(line) \(lines.paragraph(from: index + 1, atMost: 2))"
        }
        return line
    }

    /// Whether a marked line says no more than where it happened: `Syntax error compiling at (fit.clj:2).`
    /// - Parameter rest: what stands behind the mark.
    private static func isPlace(_ line: String, _ rest: Substring) -> Bool {
        guard let place = rest.firstRange(of: "at "), rest[..<place.lowerBound].utf8.filter({ $0 == 0x20 }).count <= 2
        else { return false }
        let bytes = line.utf8.reversed().drop { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ")") }
        let name = bytes.drop { $0.isDigit || $0 == UInt8(ascii: ":") }
        return bytes.first?.isDigit ?? false && bytes[..<name.startIndex].contains(UInt8(ascii: ":"))
    }

    /// Of the paragraphs below a mark, the first that says what did not work; the first of all if none does.
    private func opening(from start: Int) -> Int {
        let indented = lines.all[start...].prefix(Self.mostBelow).prefix { $0.isEmpty || $0.first == " " }
        let opening = indented.indices.first { index in
            (index == start || lines.all[index - 1].isEmpty) && LineKind.opensAsFailure(lines.all[index])
        }
        return opening ?? start
    }

    /// What a program names as the cause of what it could not do, below that: the last of several.
    private func deepestCause(below index: Int) -> String? {
        var cause: Substring?
        var isList = false
        for line in lines.all[(index + 1)...].prefix(Self.mostBelow) {
            let content = line.unindented
            if let length = Self.causes.start(of: content, ignoringCase: true) {
                let named = Substring(content.utf8.dropFirst(length)).unindented
                isList = named.isEmpty
                cause = isList ? cause : named
            } else if isList, line.utf8.count > content.utf8.count {
                // `    0: No such file or directory`
                cause = Substring(content.utf8.drop { $0.isDigit || $0 == UInt8(ascii: ":") }).unindented
            } else if !line.isEmpty {
                break
            }
        }
        return cause.map(\.trimmed)
    }

    private static let causes: PhraseSet = ["caused by:", "because:"]
    private static let mostBelow = 20

    /// The sentence right before, if it says what did not work, and names it in quotes, while the marked line has no name.
    private func namedFailure(before index: Int) -> String? {
        guard index > 0, !Self.hasQuotes(lines.all[index]) else { return nil }
        let before = lines.all[index - 1]
        return Self.hasQuotes(before) && LineKind.opensAsFailure(before) && !LineKind.isHarmless(before)
            ? before.trimmed : nil
    }

    private static func hasQuotes(_ line: Substring) -> Bool {
        line.utf8.contains { $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "`") }
    }

    /// A sentence right before a mark that announces nothing below it: `Syntax error` alone.
    private func sentence(before index: Int) -> String? {
        guard index > 0, LineKind.isBareKind(lines.all[index]), case let before = lines.all[index - 1], !before.isEmpty,
            !Self.isMarked(before), !LineKind.isWarning(before), before.first != " ",
            LineKind.soundsLikeFailure(before), !LineKind.isHarmless(before)
        else { return nil }
        let isAlone =
            index + 1 >= lines.all.count || lines.all[index + 1].isEmpty || Self.isMarked(lines.all[index + 1])
        return isAlone && lines.all[index].utf8.last != UInt8(ascii: ":") ? before.trimmed : nil
    }

    /// What stands at a caret below a line: `        ^ Operator not found`.
    private func pointed(below index: Int) -> String? {
        guard index + 1 < lines.all.count else { return nil }
        let below = lines.all[index + 1].unindented
        return below.hasPrefix("^ ") && !LineKind.isOrnament(below) ? below.dropFirst(2).trimmed : nil
    }

    /// A message that is quoted as a whole.
    private static func unquoted(_ line: String) -> String {
        guard let quote = line.first, quote == "\"" || quote == "'", line.last == quote, line.count > 2 else {
            return line
        }
        return String(line.dropFirst().dropLast())
    }

    /// A sentence shortly before a marked line that only names the place or the command: it says what did not work.
    private func failure(before index: Int) -> String? {
        let before = lines.all[..<index].filter { !$0.isEmpty }.suffix(Self.mostBetween)
        return before.last { LineKind.opensAsFailure($0) }?.trimmed
    }

    private static let mostBetween = 6

    /// The line right before, if it holds the operating system's reason, which the marked line only sums up.
    private func systemsReason(before index: Int) -> String? {
        guard index > 0, Self.hasSystemsReason(lines.all[index - 1]) else { return nil }
        return lines.all[index - 1].trimmed
    }

    static func hasSystemsReason(_ line: Substring) -> Bool { systemsReasons.isIn(line) }

    private static let systemsReasons: PhraseSet = [
        "No such file or directory", "Permission denied", "No space left on device", "Disk quota exceeded",
        "Connection refused", "Connection timed out", "Cannot allocate memory", "Is a directory",
        "Too many open files", "Input/output error", "Stale file handle", "Read-only file system",
    ]

    /// A warning right before the error that says what is missing or wrong: the error only says what came of it.
    private func warning(before index: Int) -> String? {
        guard let before = lines.all[..<index].last(where: { !$0.isEmpty }), LineKind.isWarning(before) else {
            return nil
        }
        return Self.tellsLack(before) ? before.trimmed : nil
    }

    /// Whether a line says that something is missing.
    static func tellsLack(_ line: Substring) -> Bool { lacks.isIn(line) }

    private static let lacks: PhraseSet = [
        "not found", "cannot ", "can't ", "Cannot ", "could not ", "Could not ", "unable to ", "Unable to ", "No such ",
        "no such ", "does not exist", "missing",
    ]

    /// Whether a line may stand between marked lines that belong together.
    private static func isBetween(_ line: Substring) -> Bool {
        line.isEmpty || LineKind.isOrnament(line) || LineKind.isFrame(line) || LineKind.isAdvice(line)
            || LineKind.isClosing(line) || LineKind.isConsequence(line)
    }

    /// Whether a line only continues a marked one above it, indented as such lines are.
    private func continues(_ index: Int) -> Bool {
        func isIndented(_ line: Substring) -> Bool { line.utf8.first.map { $0 == 0x20 || $0 == 0x09 } ?? false }
        guard isIndented(lines.all[index]) else { return false }
        if lines.all[..<index].suffix(4).contains(where: { Self.isMarked($0) }) { return true }
        // Paragraphs below a line that only announces them.
        let head = lines.all[..<index].suffix(Self.mostBelow).last { !$0.isEmpty && !isIndented($0) }
        return head.map { $0.utf8.last == UInt8(ascii: ":") && Self.isMarked($0) } ?? false
    }

    // MARK: The marks

    /// A value is no error: `relative error: 0.05`, `failed: 0`.
    static func isMarked(_ line: Substring) -> Bool {
        // Few lines have a mark: the rest is asked of those only.
        guard let end = mark(line), !LineKind.isConsequence(line), !LineKind.isFrame(line), !LineKind.isShown(line),
            !LineKind.isAbort(line)
        else { return false }
        let rest = line[end...].drop { ":= \t".contains($0) }
        return rest.isEmpty || !rest.allSatisfy { $0.isNumber || "+-.eE%, ".contains($0) }
    }

    /// What follows the mark, without punctuation.
    private static func afterMark(_ line: Substring) -> Substring {
        guard let end = mark(line) else { return line }
        let rest = line[end...].drop { !$0.isLetter && !$0.isNumber }
        // `FATAL ERROR ----------`
        return rest.allSatisfy { "-*=. ".contains($0) } ? "" : rest
    }

    /// The end of a line's mark; nil if it has none.
    private static func mark(_ line: Substring) -> Substring.Index? {
        if let end = startMark(line) ?? shellMark(line) ?? placeMark(line) ?? logMark(line) { return end }
        if line.utf8.last == UInt8(ascii: ":"), isHeadOfPlace(line) || isHeadOfType(line) { return line.endIndex }
        return places.end(in: line, beginningWithin: 160).map { line.utf8.index(line.startIndex, offsetBy: $0) }
    }

    /// `CMake Error at CMakeLists.txt:3 (find_package):`
    private static func isHeadOfPlace(_ line: Substring) -> Bool {
        guard let mark = line.firstRange(of: " Error at ") else { return false }
        let place = line[mark.upperBound...].utf8.prefix { $0 != 0x20 }.drop { $0 != UInt8(ascii: ":") }
        return place.dropFirst().first?.isDigit ?? false
    }

    /// `NameError in file "Snakefile", line 4:`
    private static func isHeadOfType(_ line: Substring) -> Bool {
        let type = line.word(with: "_.")
        return (type.hasSuffix("Error") || type.hasSuffix("Exception")) && line[type.endIndex...].hasPrefix(" in ")
    }

    /// The level of what ended a program in Google's logging: `F1129 15:54:06.223456 41288 solver.cc:601] Check failed: n > 0`.
    private static func logMark(_ line: Substring) -> Substring.Index? {
        guard line.utf8.first == UInt8(ascii: "F") else { return nil }
        let date = line.utf8.dropFirst().prefix { $0.isDigit }
        let time = line.utf8[date.endIndex...].dropFirst()
        guard date.count == 4 || date.count == 8, time.dropFirst(2).first == UInt8(ascii: ":") else { return nil }
        return line.firstRange(of: "] ")?.upperBound
    }

    /// Marks within a line: behind a name or a place, or the level of a log.
    private static let places: PhraseSet = [
        ": error: ", ": Error: ", ": ERROR: ", " fatal error: ", " Fatal error: ", ": fatal error: ", ": fatal: ",
        ": FATAL: ", " (Abort): ", " (Error): ",
        " error: ", " Error: ", " - ERROR - ", " - CRITICAL - ", "[error]", "[ERROR]", " ERROR ", " ERROR: ",
        "| ERROR ",
        "| CRITICAL ", " FATAL ", "level=error", "level=fatal",
    ]

    private static let words: PhraseSet = [
        "unhandled exception", "uncaught exception", "fatal error", "runtime error", "internal error", "input error",
        "syntax error", "execution error", "compilation error", "compile error", "parse error", "parser error",
        "evaluation error", "type error", "lexical error", "user error", "fatal", "error", "critical",
        "panic", "severe", "abort", "exception", "failure", "failed",
    ]

    /// A word at the start of a line, behind nothing but ornaments and brackets, and before punctuation or what it is
    /// about.
    private static func startMark(_ line: Substring) -> Substring.Index? {
        let content = Substring(line.utf8.drop { ornaments.contains($0) })
        // The runtimes of Lisp, Elixir and TeX.
        if content.hasPrefix("Unhandled "), content.holds(" in thread ") {
            return content.index(content.startIndex, offsetBy: 10)
        }
        if line.hasPrefix("** ("), line.holds(") ") { return line.index(line.startIndex, offsetBy: 3) }
        if line.hasPrefix("! "), LineKind.soundsLikeFailure(Substring(line.utf8.dropFirst(2))) {
            return line.index(line.startIndex, offsetBy: 2)
        }
        if content.hasPrefix("E::") || content.hasPrefix("ERR)") || content.hasPrefix("E: ") {
            return content.index(content.startIndex, offsetBy: 3)
        }
        guard let initial = content.utf8.first, initials.contains(initial | 0x20) else { return nil }
        guard let count = words.start(of: content, ignoringCase: true) else { return nil }
        let rest = Substring(content.utf8.dropFirst(count))
        guard let next = rest.utf8.first else { return rest.startIndex }
        if stops.contains(next) || rest.hasPrefix(" -") || rest.hasPrefix(" (") { return rest.startIndex }
        // `error[E0308]: mismatched types`
        if next == UInt8(ascii: "["), let end = rest.utf8.prefix(24).firstIndex(of: UInt8(ascii: "]")) {
            let behind = Substring(rest.utf8[end...].dropFirst())
            return behind.hasPrefix(": ") ? behind.startIndex : nil
        }
        guard next == 0x20 else { return nil }
        // `ERROR no input` is a level, `Error bars …` is not.
        if content.utf8.prefix(count).allSatisfy({ !(0x61...0x7A ~= $0) }) { return rest.startIndex }
        return isAbout(Substring(rest.utf8.dropFirst())) ? rest.startIndex : nil
    }

    private static let stops = Set(":,!].".utf8)

    /// Whether the words after a mark say where or at what it happened: `in line 3`, `attempting to open file`.
    private static func isAbout(_ words: Substring) -> Bool {
        if followers.begins(words) { return true }
        let first = words.prefix { $0 != " " && $0 != ":" }
        return first.hasSuffix("ing") && !subjects.contains(String(first))
    }

    /// `run.sh: line 8: ./sim: No such file or directory`, but not the report of a signal.
    private static func shellMark(_ line: Substring) -> Substring.Index? {
        guard line.holds(": line "), let mark = line.firstRange(of: ": line ") else { return nil }
        let number = line[mark.upperBound...].prefix { $0.isNumber }
        let rest = line[number.endIndex...]
        guard !number.isEmpty, rest.hasPrefix(": ") else { return nil }
        return rest.dropFirst(2).first?.isNumber ?? true ? nil : rest.startIndex
    }

    /// `run.mod:2: x not defined`, as programs say where in an input they failed; but not every line of a log that
    /// begins with its place in the program.
    private static func placeMark(_ line: Substring) -> Substring.Index? {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let file = line.utf8[..<colon]
        let digits = line.utf8[colon...].dropFirst().prefix { 0x30...0x39 ~= $0 }
        guard !digits.isEmpty, file.contains(UInt8(ascii: ".")), !file.contains(0x20) else { return nil }
        var rest = Substring(line.utf8[digits.endIndex...])
        // The column.
        if rest.hasPrefix(":"), rest.dropFirst().utf8.first.map({ 0x30...0x39 ~= $0 }) ?? false {
            rest = Substring(rest.utf8.dropFirst().drop { 0x30...0x39 ~= $0 })
        }
        let message = Substring(rest.utf8.dropFirst(2))
        guard rest.hasPrefix(": "), !LineKind.isWarning(message), LineKind.soundsLikeFailure(message) else {
            return nil
        }
        return rest.startIndex
    }

    private static let ornaments = Set(" \t*#>!=[(<-\"'".utf8)
    private static let initials = Set("friscepault".utf8)
    private static let followers: PhraseSet = [
        "in ", "at ", "on ", "line ", "while ", "when ", "during ", "from ", "occurred", "to ", "code ",
    ]

    /// What programs do with errors: `Error checking is on`.
    private static let subjects: Set = [
        "checking", "handling", "reporting", "logging", "correcting", "estimating", "tracking", "modelling", "modeling",
    ]
}
