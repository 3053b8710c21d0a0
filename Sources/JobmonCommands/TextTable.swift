/// A table of text: a header, aligned columns, cut to the terminal.
package struct TextTable {
    package struct Column: Sendable {
        package var header: String
        /// Numbers stand at the right.
        package var isNumber: Bool
        /// The most columns of the terminal that it takes; on no terminal it takes what it needs.
        package var widest: Int

        package init(_ header: String, isNumber: Bool = false, widest: Int = .max) {
            self.header = header
            self.isNumber = isNumber
            self.widest = widest
        }
    }

    /// What stands in one place, already printable, and how it is shown.
    package struct Cell: Sendable {
        package var text: String
        package var style: Style

        package init(_ text: String, _ style: Style = .plain) {
            self.text = text
            self.style = style
        }
    }

    private let columns: [Column]
    private let terminal: Terminal
    /// What each column has needed so far; a page later in a long list may need more, and the table then goes on wider.
    private var widths: [Int]

    package init(_ columns: [Column], terminal: Terminal) {
        self.columns = columns
        self.terminal = terminal
        widths = columns.map { DisplayWidth.of($0.header) }
    }

    /// The header's line. Rows that are known already make the columns wide enough.
    package mutating func header(for rows: [[Cell]]) -> String {
        measure(rows)
        return line(columns.map { Cell($0.header, .bold) })
    }

    /// The lines of rows.
    package mutating func lines(_ rows: [[Cell]]) -> String {
        measure(rows)
        return rows.map { line($0) }.joined()
    }

    private mutating func measure(_ rows: [[Cell]]) {
        for row in rows {
            for (index, cell) in row.enumerated() where index < widths.count {
                let limit = terminal.isTerminal ? columns[index].widest : .max
                widths[index] = max(widths[index], min(limit, DisplayWidth.of(cell.text)))
            }
        }
    }

    private func line(_ cells: [Cell]) -> String {
        var line = ""
        var used = 0
        for (index, cell) in cells.enumerated() {
            let isLast = index == cells.count - 1
            var text = terminal.isTerminal ? DisplayWidth.cut(cell.text, to: widths[index]) : cell.text
            let padding = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.of(text)))
            let gap = index == 0 ? "" : "  "
            var before = gap
            var after = ""
            if columns[index].isNumber { before += padding } else if !isLast { after = padding }
            if let width = terminal.columns {
                let room = width - used - before.utf8.count
                guard room > 0 else { break }
                text = DisplayWidth.cut(text, to: room)
                after = String(after.prefix(max(0, room - DisplayWidth.of(text))))
            }
            used += before.utf8.count + DisplayWidth.of(text) + after.utf8.count
            line += before + (terminal.colours ? cell.style.applied(to: text) : text) + after
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }
}

/// How text is shown on a terminal that knows colours.
package enum Style: String, Sendable {
    case plain = ""
    case bold = "1"
    case faint = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case magenta = "35"
    case cyan = "36"

    package func applied(to text: String) -> String {
        self == .plain || text.isEmpty ? text : "\u{1B}[\(rawValue)m\(text)\u{1B}[0m"
    }
}
