/// The general rule for messages that are marked as errors: by a word at the start of the line (`Error: …`,
/// `[E::index] …`, `*** fatal …`), after the program's or the file's name (`ls: error: …`), or as the level of a log.
///
/// Of marked lines that follow each other, the first one counts: the others report what came of it.
struct MarkedLines {
    private let lines: ErrorLines
    /// Which lines are marked.
    private let isMarked: [Bool]

    /// After more lines than this that are no part of it, the program has gone on: the mark was not its end.
    private static let mostAfter = 60

    init(_ lines: ErrorLines) {
        self.lines = lines
        isMarked = lines.all.map { Self.isMarked($0) }
    }

    var reading: ErrorReading? {
        let all = lines.all
        guard let last = isMarked.lastIndex(of: true) else { return nil }
        let after = all[(last + 1)...].filter { !$0.isEmpty && !LineKind.isAdvice($0) && !LineKind.isFrame($0) }
        guard after.count <= Self.mostAfter else { return nil }
        var first = last
        var index = last - 1
        while index >= 0 {
            if isMarked[index] {
                first = index
            } else if !Self.isBetween(all[index]), !continues(index) {
                break
            }
            index -= 1
        }
        for start in first...last where isMarked[start] {
            if let message = message(at: start) {
                // What it announces stands somewhere else.
                return ErrorReading("marked", message, weight: message.hasSuffix(":") ? .guess : .reason)
            }
        }
        return nil
    }

    /// What the line says; with the lines that follow, if it only announces them.
    private func message(at index: Int) -> String? {
        let line = Self.unquoted(lines.all[index].trimmed)
        let rest = Self.afterMark(lines.all[index])
        if rest.isEmpty || line.hasSuffix(":") {
            // The message may stand below a rule or a blank line.
            let start = lines.all[(index + 1)...].prefix(3).firstIndex { !$0.isEmpty && !LineKind.isOrnament($0) }
            let paragraph = start.map { lines.paragraph(from: $0) } ?? ""
            if paragraph.isEmpty { return rest.isEmpty ? nil : line }
            let head = line[...].trimmed { "-*=: ".contains($0) }
            return "\(head): \(paragraph)"
        }
        if let reason = systemsReason(before: index), !Self.hasSystemsReason(line[...]) { return reason }
        if let pointed = pointed(below: index) { return "\(line): \(pointed)" }
        if let warning = warning(before: index) { return "\(warning) \(line)" }
        if Self.isAbout(rest), !LineKind.soundsLikeFailure(rest),
            let failure = failure(before: index)
        {
            return "\(failure) (\(line))"
        }
        return line
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
        guard let first = lines.all[index].utf8.first, first == 0x20 || first == 0x09 else { return false }
        return isMarked[..<index].suffix(4).contains(true)
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
        if let end = startMark(line) ?? shellMark(line) ?? placeMark(line) { return end }
        return places.end(in: line, beginningWithin: 160).map { line.utf8.index(line.startIndex, offsetBy: $0) }
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
        "syntax error", "fatal", "error", "critical",
        "panic", "severe", "abort", "exception", "failure", "failed",
    ]

    /// A word at the start of a line, behind nothing but ornaments and brackets, and before punctuation or what it is
    /// about.
    private static func startMark(_ line: Substring) -> Substring.Index? {
        let content = Substring(line.utf8.drop { ornaments.contains($0) })
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
    private static let initials = Set("friscepau".utf8)
    private static let followers: PhraseSet = [
        "in ", "at ", "on ", "line ", "while ", "when ", "during ", "from ", "occurred", "to ", "code ",
    ]

    /// What programs do with errors: `Error checking is on`.
    private static let subjects: Set = [
        "checking", "handling", "reporting", "logging", "correcting", "estimating", "tracking", "modelling", "modeling",
    ]
}
