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
        if let line = filled.last(where: { !isNoise($0) && !LineKind.isWarning($0) && !LineKind.isClosing($0) }) {
            return ErrorReading("last", line.trimmed, weight: LineKind.soundsLikeFailure(line) ? .reason : .guess)
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
}
