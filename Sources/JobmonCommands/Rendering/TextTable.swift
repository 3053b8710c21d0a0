/// A text table: a header, aligned columns, cut to the terminal's width.
package struct TextTable {
    package struct Column: Sendable {
        package var header: String
        /// Numbers are right-aligned.
        package var isNumber: Bool
        /// The maximum width on a terminal; elsewhere a column has the width that it needs.
        package var widest: Int
        /// The minimum width if the terminal is too narrow for all columns; nil: the column does not shrink.
        package var narrowest: Int?
        /// Whether the column is omitted on a terminal that is too narrow, if all its rows are the same.
        package var canGo: Bool
        /// For the last column: the width that it gets if needed; if there is less room, it goes below its row. Nil: it
        /// is cut like any other column.
        package var reasonWidth: Int?

        package init(
            _ header: String, isNumber: Bool = false, widest: Int = .max, narrowest: Int? = nil, canGo: Bool = false,
            reasonWidth: Int? = nil
        ) {
            self.header = header
            self.isNumber = isNumber
            self.widest = widest
            self.narrowest = narrowest
            self.canGo = canGo
            self.reasonWidth = reasonWidth
        }
    }

    /// The printable text of a cell, and its style.
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
    /// The width that each column has needed so far. A later page of a long list may need more; the table then gets
    /// wider.
    private var widths: [Int]
    /// The columns that are shown.
    private var shown: [Int]
    /// The maximum widths of the shrunk columns.
    private var limits: [Int: Int] = [:]
    /// The reason is in a line of its own, below its row.
    private var isReasonBelow = false

    package init(_ columns: [Column], terminal: Terminal) {
        self.columns = columns
        self.terminal = terminal
        widths = columns.map { DisplayWidth.of($0.header) }
        shown = Array(columns.indices)
    }

    /// The header's line. The given rows determine the widths of the columns, and which columns there is room for.
    package mutating func header(for rows: [[Cell]]) -> String {
        measure(rows)
        arrange(for: rows)
        return line(columns.map { Cell($0.header, .bold) }, isHeader: true)
    }

    /// The lines of these rows.
    package mutating func lines(_ rows: [[Cell]]) -> String {
        measure(rows)
        return rows.map { line($0, isHeader: false) }.joined()
    }

    private mutating func measure(_ rows: [[Cell]]) {
        for row in rows {
            for (index, cell) in row.enumerated() where index < widths.count {
                let limit = terminal.isTerminal ? limits[index] ?? columns[index].widest : .max
                widths[index] = max(widths[index], min(limit, DisplayWidth.of(cell.text)))
            }
        }
    }

    // MARK: Available room

    /// Selects columns and their widths if the terminal is too narrow for all: columns with equal rows are omitted,
    /// then columns are shrunk, and then the reason gets a line of its own.
    private mutating func arrange(for rows: [[Cell]]) {
        guard let width = terminal.columns, let reasonWidth = columns.last?.reasonWidth else { return }
        let all = Array(columns.indices)
        let reason = columns.count - 1
        if let fitted = fit(all, rows, in: width, atMost: [reason: reasonWidth]) {
            (shown, limits) = fitted
        } else {
            isReasonBelow = true
            let rest = all.filter { $0 != reason }
            (shown, limits) = fit(rest, rows, in: width, atMost: [:]) ?? narrowed(rest, rows)
        }
        for (index, limit) in limits { widths[index] = min(widths[index], limit) }
    }

    /// The columns to show, and the limits of shrunk ones; nil if there is not enough room.
    /// - Parameter atMost: columns for which a smaller width than they need is enough.
    private func fit(
        _ wanted: [Int], _ rows: [[Cell]], in width: Int, atMost: [Int: Int]
    ) -> (shown: [Int], limits: [Int: Int])? {
        var shown = wanted
        var limits: [Int: Int] = [:]
        func excess() -> Int {
            let needed = shown.reduce(0) { $0 + min(limits[$1] ?? atMost[$1] ?? .max, widths[$1]) }
            return needed + 2 * (shown.count - 1) - width
        }
        for index in wanted.reversed() where columns[index].canGo && excess() > 0 && isSame(index, rows) {
            shown.removeAll { $0 == index }
        }
        for index in shown.reversed() where excess() > 0 {
            guard let narrowest = columns[index].narrowest else { continue }
            limits[index] = max(min(narrowest, widths[index]), widths[index] - excess())
        }
        return excess() > 0 ? nil : (shown, limits)
    }

    /// The same if there is not enough room in any case: the end of each line is cut.
    private func narrowed(_ wanted: [Int], _ rows: [[Cell]]) -> (shown: [Int], limits: [Int: Int]) {
        let shown = wanted.filter { !columns[$0].canGo || !isSame($0, rows) }
        let limits = shown.compactMap { index in columns[index].narrowest.map { (index, min($0, widths[index])) } }
        return (shown, Dictionary(uniqueKeysWithValues: limits))
    }

    private func isSame(_ index: Int, _ rows: [[Cell]]) -> Bool {
        guard let first = rows.first?[index].text else { return true }
        return rows.allSatisfy { $0[index].text == first }
    }

    // MARK: Lines

    private func line(_ cells: [Cell], isHeader: Bool) -> String {
        var line = ""
        var used = 0
        for (place, index) in shown.enumerated() where index < cells.count {
            let cell = cells[index]
            let isLast = place == shown.count - 1
            var text = terminal.isTerminal ? DisplayWidth.cut(cell.text, to: widths[index]) : cell.text
            let padding = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.of(text)))
            let gap = place == 0 ? "" : "  "
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
        line += "\n"
        guard isReasonBelow, !isHeader, let width = terminal.columns, let reason = cells.last, !reason.text.isEmpty
        else {
            return line
        }
        // Below the second column, so that the first one stays readable as a column.
        let indent = min((shown.first.map { widths[$0] } ?? 0) + 2, max(0, width - (columns.last?.reasonWidth ?? 0)))
        let text = DisplayWidth.cut(reason.text, to: width - indent)
        return line + String(repeating: " ", count: indent)
            + (terminal.colours ? reason.style.applied(to: text) : text) + "\n"
    }
}

/// A text style for terminals with colours.
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
