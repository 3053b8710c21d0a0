/// Text at the bottom of a terminal that is redrawn in place.
enum Drawn {
    /// The escape sequence that removes lines; afterwards the cursor is at their start. If the terminal was made
    /// narrower, it has broken long lines into several.
    /// - Parameters:
    ///   - widths: the columns of each line.
    ///   - endedLines: whether the last line ends with a line break too.
    static func clear(_ widths: [Int], endedLines: Bool, _ terminal: Terminal) -> String {
        guard !widths.isEmpty else { return "" }
        let columns = max(1, terminal.columns ?? .max)
        let rows = widths.reduce(0) { $0 + max(1, ($1 + columns - 1) / columns) }
        let up = endedLines ? rows : rows - 1
        return up > 0 ? "\r\u{1B}[\(up)A\u{1B}[J" : "\r\u{1B}[K"
    }
}
