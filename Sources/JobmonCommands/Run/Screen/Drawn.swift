/// What was drawn at the bottom of a terminal, to be drawn over.
enum Drawn {
    /// What takes lines away: the cursor stands at their beginning then. A terminal that was made narrower since has
    /// broken long lines into several.
    /// - Parameters:
    ///   - widths: columns of each line.
    ///   - endedLines: the last one has a line break too.
    static func clear(_ widths: [Int], endedLines: Bool, _ terminal: Terminal) -> String {
        guard !widths.isEmpty else { return "" }
        let columns = max(1, terminal.columns ?? .max)
        let rows = widths.reduce(0) { $0 + max(1, ($1 + columns - 1) / columns) }
        let up = endedLines ? rows : rows - 1
        return up > 0 ? "\r\u{1B}[\(up)A\u{1B}[J" : "\r\u{1B}[K"
    }
}
