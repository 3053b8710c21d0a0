/// The general rule for everything else: the last line that says something.
struct LastLine {
    private let lines: ErrorLines

    init(_ lines: ErrorLines) { self.lines = lines }

    var reading: ErrorReading? {
        let filled = Array(lines.filled.suffix(Self.mostLines))
        if let index = filled.indices.last(where: { !Self.isNoise($0, in: filled) }) {
            let telling = Self.telling(upTo: index, in: filled)
            let text = telling == index ? Self.text(at: index, in: filled) : Self.sentence(from: telling, in: filled)
            // That it is the reason is likely only of the last line, or of one that help follows.
            let isLast =
                telling == index || telling + 1 == index && filled[telling].utf8.count >= Self.widest
                || filled[telling...index].contains { LineKind.beginsHelp($0) }
            let isReason = isLast && LineKind.soundsLikeFailure(text[...]) || Self.isFollowed(telling, in: filled)
            return ErrorReading("last", text, weight: isReason ? .reason : .guess)
        }
        // `Aborted` alone is more than a warning before it.
        if let line = filled.last(where: { LineKind.isClosing($0) }) {
            return ErrorReading("last", line.trimmed, weight: .guess)
        }
        if let line = filled.last(where: { LineKind.isConsequence($0) }) {
            return ErrorReading("last", line.trimmed, weight: .guess)
        }
        if let line = filled.last(where: { LineKind.isWarning($0) }) {
            return ErrorReading("last", line.trimmed, weight: Self.opensAsFailure(warning: line) ? .guess : .nothing)
        }
        return nil
    }

    /// Whether a line says nothing of its own.
    private static func isNoise(_ index: Int, in filled: [Substring]) -> Bool {
        let line = filled[index]
        return LineKind.isOrnament(line) || LineKind.isFrame(line) || LineKind.isAdvice(line)
            || LineKind.isConsequence(line) || LineKind.isShown(line) || LineKind.isPrompted(line)
            || LineKind.isWarning(line)
            || LineKind.isClosing(line) || LineKind.beginsStack(line) || isBelowHead(index, in: filled)
            || isPointedAt(index, in: filled)
    }

    /// Whether the calls that led to it stand below a line, or what comes of an error.
    private static func isFollowed(_ index: Int, in filled: [Substring]) -> Bool {
        guard index + 1 < filled.count else { return false }
        return LineKind.beginsStack(filled[index + 1]) || LineKind.isConsequence(filled[index + 1])
    }

    /// Source code that a message quotes, with carets below it.
    private static func isPointedAt(_ index: Int, in filled: [Substring]) -> Bool {
        guard index + 1 < filled.count, filled[index + 1].utf8.contains(UInt8(ascii: "^")) else { return false }
        return filled[index + 1].utf8.allSatisfy { $0.isBlank || $0.isOne(of: "^~") }
    }

    /// What advice announces, an indented list below it or what follows its colon, and the calls of a stack.
    private static func isBelowHead(_ index: Int, in filled: [Substring]) -> Bool {
        var above = index - 1
        guard above >= 0 else { return false }
        guard isIndented(filled[index]) else { return filled[above].hasSuffix(":") && LineKind.isAdvice(filled[above]) }
        while above > 0, index - above < longestList, isIndented(filled[above]) { above -= 1 }
        return !isIndented(filled[above]) && (LineKind.isAdvice(filled[above]) || LineKind.beginsStack(filled[above]))
    }

    private static let longestList = 30

    /// `warning: failed to load external entity "x.xml"`, where nothing else is said.
    private static func opensAsFailure(warning: Substring) -> Bool {
        guard let mark = warning.firstRange(of: ": ") else { return false }
        return LineKind.opensAsFailure(warning[mark.upperBound...])
    }

    /// The line that tells the failure: not one of the help that a program prints after it, and not what a program says
    /// last of other things, if it has just said what it could not do.
    private static func telling(upTo index: Int, in filled: [Substring]) -> Int {
        guard isIndented(filled[index]) || !LineKind.soundsLikeFailure(filled[index]) else { return index }
        func tells(_ index: Int) -> Bool {
            !isNoise(index, in: filled) && LineKind.soundsLikeFailure(filled[index])
        }
        if let help = filled[...index].firstIndex(where: { LineKind.beginsHelp($0) }), help > 0,
            let before = filled[..<help].indices.last(where: tells), help - before <= mostBetween
        {
            return before
        }
        guard !LineKind.soundsLikeFailure(filled[index]) else { return index }
        let near = filled[...index].suffix(mostAfter).indices
        return near.last { LineKind.saysWhatFailed(filled[$0]) && !isNoise($0, in: filled) } ?? index
    }

    /// A line, with the next one if the sentence is broken where lines end.
    private static func sentence(from index: Int, in filled: [Substring]) -> String {
        let text = text(at: index, in: filled)
        guard text.utf8.count >= widest, text.utf8.last != UInt8(ascii: "."), index + 1 < filled.count,
            !isIndented(filled[index + 1]), !isNoise(index + 1, in: filled)
        else { return text }
        return "\(text) \(filled[index + 1].trimmed)"
    }

    /// A line of at least so many bytes may be broken.
    private static let widest = 60
    /// Lines that are looked at, from the end.
    private static let mostLines = 400
    /// Lines between a failure and the help.
    private static let mostBetween = 6
    /// Lines in which a program that failed goes on, with sums and times.
    private static let mostAfter = 10

    /// The line, with what right before it says more: the first of a program's last complaints, whose others follow from
    /// it; what the system's reason is about; the warning that something is missing.
    private static func text(at index: Int, in filled: [Substring]) -> String {
        let line = filled[index]
        if let first = firstComplaint(upTo: index, in: filled) ?? firstFailure(upTo: index, in: filled), first != line {
            return first.trimmed
        }
        guard index > 0 else { return line.trimmed }
        if isSumUp(line, of: filled[index - 1]) { return filled[index - 1].trimmed }
        if let announced = announced(by: index, in: filled) { return announced }
        let before = filled[index - 1]
        if isIndented(line), !isIndented(before), MarkedLines.hasSystemsReason(line), !LineKind.isOrnament(before) {
            return "\(before.trimmed): \(line.trimmed)"
        }
        if LineKind.isWarning(before), MarkedLines.tellsLack(before) { return "\(before.trimmed) \(line.trimmed)" }
        return line.trimmed
    }

    /// Of lines that follow each other and begin with the same program's name, the first that tells a failure.
    private static func firstComplaint(upTo index: Int, in filled: [Substring]) -> Substring? {
        guard let program = program(filled[index]) else { return nil }
        let start = filled[..<index].lastIndex { Self.program($0) != program }.map { $0 + 1 } ?? 0
        return filled[start...index].first { !LineKind.isWarning($0) && LineKind.soundsLikeFailure($0) }
    }

    /// Of sentences that follow each other and say what did not work, the first: the others are what came of it.
    private static func firstFailure(upTo index: Int, in filled: [Substring]) -> Substring? {
        guard LineKind.opensAsFailure(filled[index]), !hasValue(filled[index]) else { return nil }
        let start = filled[..<index].suffix(mostFailures).lastIndex {
            isIndented($0) || !LineKind.soundsLikeFailure($0)
        }
        let first = filled[(start.map { $0 + 1 } ?? max(0, index - mostFailures))..<index]
            .first { LineKind.opensAsFailure($0) && !LineKind.isWarning($0) && !LineKind.isHarmless($0) }
        return first
    }

    /// Whether a sentence names something: it is not only what came of another one.
    private static func hasValue(_ line: Substring) -> Bool {
        line.utf8.dropLast().contains { $0.isDigit || $0.isOne(of: "'\"`./:<") }
    }

    private static let mostFailures = 6

    /// A failure that a line above announces (`… does not match at 1:5:`), with what stands below it, indented.
    private static func announced(by index: Int, in filled: [Substring]) -> String? {
        guard isIndented(filled[index]) else { return nil }
        guard let head = filled[..<index].suffix(longestList).lastIndex(where: { !isIndented($0) }),
            filled[head].hasSuffix(":"), LineKind.soundsLikeFailure(filled[head]), !isNoise(head, in: filled),
            !LineKind.soundsLikeFailure(filled[index])
        else { return nil }
        let telling = filled[(head + 1)...index].first { LineKind.soundsLikeFailure($0) }
        return "\(filled[head].trimmed) \((telling ?? filled[head + 1]).trimmed)"
    }

    /// Whether a line only sums up the one before, which has the system's reason, or says of the same thing what was to
    /// be done with it.
    private static func isSumUp(_ line: Substring, of before: Substring) -> Bool {
        guard !isIndented(before), !LineKind.isWarning(before), !LineKind.isOrnament(before) else { return false }
        if MarkedLines.hasSystemsReason(before) { return isVerdict(line) && !LineKind.isHarmless(before) }
        if LineKind.isBareKind(line), LineKind.soundsLikeFailure(before), !LineKind.isHarmless(before) { return true }
        guard let name = program(line), name.contains("."), before.firstRange(of: String(name)) != nil,
            MarkedLines.hasSystemsReason(line) || line.hasSuffix(": Invalid argument")
        else { return false }
        return LineKind.soundsLikeFailure(before) && !LineKind.isHarmless(before)
    }

    /// `scp: Connection closed`: a few words that say only that it ended.
    private static func isVerdict(_ line: Substring) -> Bool {
        let start = program(line)?.endIndex ?? line.startIndex
        let words = line[start...].split(separator: " ").drop { $0 == ":" }
        return words.count <= 3 && verdicts.contains { line.hasSuffix($0) }
    }

    private static let verdicts = ["closed", "failed", "failure", "error", "aborted", "terminated"]
        .flatMap { [$0, "\($0)."] }

    /// The name in front of a line: `tar` of `tar: Skipping to next header`.
    private static func program(_ line: Substring) -> Substring? {
        guard let colon = line.firstRange(of: ": "), colon.lowerBound > line.startIndex else { return nil }
        let name = line[..<colon.lowerBound]
        return name.utf8.count <= 40 && !name.utf8.contains(0x20) ? name : nil
    }

    private static func isIndented(_ line: Substring) -> Bool {
        line.utf8.first.map { $0 == 0x20 || $0 == 0x09 } ?? false
    }
}
