/// What a terminal shows: its lines from the top, and where the cursor is.
struct ScreenPicture: Sendable, Equatable {
    var lines: [ScreenLine] = []
    /// Nil: it is hidden.
    var cursor: (row: Int, column: Int)?

    static func == (one: ScreenPicture, other: ScreenPicture) -> Bool {
        one.lines == other.lines && one.cursor?.row == other.cursor?.row && one.cursor?.column == other.cursor?.column
    }

    /// The lines as text.
    var text: String { lines.map(\.text).joined(separator: "\n") }
}

/// A line of pieces that look different.
struct ScreenLine: Sendable, Equatable {
    struct Look: Sendable, Equatable {
        var style = Style.plain
        /// Foreground and background are exchanged.
        var isMarked = false
    }

    struct Span: Sendable, Equatable {
        var text: String
        var look: Look
    }

    var spans: [Span] = []

    init(_ spans: [Span] = []) { self.spans = spans }

    /// - Parameter text: printable, in one line.
    init(_ text: String, _ style: Style = .plain, isMarked: Bool = false) {
        spans = text.isEmpty ? [] : [Span(text: text, look: Look(style: style, isMarked: isMarked))]
    }

    mutating func append(_ text: String, _ style: Style = .plain, isMarked: Bool = false) {
        guard !text.isEmpty else { return }
        spans.append(Span(text: text, look: Look(style: style, isMarked: isMarked)))
    }

    var text: String { spans.map(\.text).joined() }
    var width: Int { spans.reduce(0) { $0 + DisplayWidth.of($1.text) } }

    /// The line without what has no room; a cut line ends with `…`.
    func cut(to columns: Int) -> ScreenLine {
        guard width > columns else { return self }
        var line = ScreenLine()
        var room = columns
        for span in spans {
            let width = DisplayWidth.of(span.text)
            // What follows has no room: the end of this piece says so.
            let isLast = width >= room
            var span = span
            if isLast { span.text = DisplayWidth.cut(span.text + " ", to: room) }
            line.spans.append(span)
            room -= width
            if isLast { break }
        }
        return line
    }

    /// The line with a mark over the whole width: it is the chosen one.
    func marked(to columns: Int) -> ScreenLine {
        var line = cut(to: columns)
        for index in line.spans.indices { line.spans[index].look.isMarked = true }
        let rest = columns - line.width
        if rest > 0 { line.append(String(repeating: " ", count: rest), isMarked: true) }
        return line
    }

    /// With something at the right end, if there is room for both.
    func with(_ right: ScreenLine, at columns: Int) -> ScreenLine {
        let gap = columns - width - right.width
        guard gap >= 2 else { return self }
        var line = self
        line.append(String(repeating: " ", count: gap))
        line.spans += right.spans
        return line
    }

    /// Text in lines of at most `columns`, broken at spaces where that is possible.
    /// - Parameter text: printable, in one line.
    static func wrapped(_ text: String, to columns: Int) -> [String] {
        guard columns > 0 else { return [] }
        var lines: [String] = []
        var line = ""
        var width = 0
        /// Where the line could be broken, and the width until there.
        var breakable: String.Index?
        for character in text {
            let own = DisplayWidth.of(String(character))
            if width + own > columns {
                if let place = breakable, place < line.endIndex {
                    let rest = String(line[place...])
                    lines.append(String(line[..<place]))
                    line = rest
                } else {
                    lines.append(line)
                    line = ""
                }
                width = DisplayWidth.of(line)
                breakable = nil
            }
            line.append(character)
            width += own
            if character == " " { breakable = line.endIndex }
        }
        lines.append(line)
        return lines
    }
}
