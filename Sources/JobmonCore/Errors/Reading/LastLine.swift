/// The general rule for everything else: the last line that says something.
struct LastLine {
    private let lines: ErrorLines

    init(_ lines: ErrorLines) { self.lines = lines }

    var reading: ErrorReading? {
        let filled = lines.filled
        func isNoise(_ line: Substring) -> Bool {
            LineKind.isOrnament(line) || LineKind.isFrame(line) || LineKind.isAdvice(line)
                || LineKind.isConsequence(line) || LineKind.isShown(line)
        }
        if let index = filled.lastIndex(where: {
            !isNoise($0) && !LineKind.isWarning($0) && !LineKind.isClosing($0)
        }) {
            let text = Self.text(at: index, in: filled)
            return ErrorReading("last", text, weight: LineKind.soundsLikeFailure(text[...]) ? .reason : .guess)
        }
        // `Aborted` alone is more than a warning before it.
        if let line = filled.last(where: { LineKind.isClosing($0) }) {
            return ErrorReading("last", line.trimmed, weight: .guess)
        }
        if let line = filled.last(where: { !isNoise($0) }) {
            return ErrorReading("last", line.trimmed, weight: .nothing)
        }
        return nil
    }

    /// The line, with what right before it says more: the first of a program's last complaints, whose others follow from
    /// it; what the system's reason is about; the warning that something is missing.
    private static func text(at index: Int, in filled: [Substring]) -> String {
        let line = filled[index]
        if let first = firstComplaint(upTo: index, in: filled) { return first.trimmed }
        guard index > 0 else { return line.trimmed }
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
