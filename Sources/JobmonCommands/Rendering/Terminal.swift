import Glibc

/// The properties of the terminal that output goes to.
package struct Terminal: Sendable, Equatable {
    /// The number of columns; nil if there is no terminal: then nothing is cut.
    package var columns: Int?
    /// The number of lines; nil if there is no terminal.
    package var rows: Int?
    /// Whether to use colours.
    package var colours: Bool
    /// Whether what was written can be replaced; else there are only further lines (`TERM=dumb`).
    package var canRedraw: Bool

    package init(columns: Int? = nil, rows: Int? = nil, colours: Bool = false, canRedraw: Bool = true) {
        self.columns = columns
        self.rows = rows
        self.colours = colours
        self.canRedraw = canRedraw && columns != nil
    }

    /// No terminal: nothing is cut, no colours.
    package static let none = Terminal()

    package var isTerminal: Bool { columns != nil }

    /// The terminal behind a descriptor. `NO_COLOR` (if not empty) and `TERM=dumb` turn colours off; a dumb terminal
    /// cannot be drawn on either.
    package static func behind(descriptor: Int32) -> Terminal {
        guard isatty(descriptor) == 1 else { return .none }
        var size = winsize()
        let known = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let isDumb = environment("TERM") == "dumb"
        let plain = isDumb || !(environment("NO_COLOR") ?? "").isEmpty
        return Terminal(
            columns: known ? Int(size.ws_col) : 80, rows: known && size.ws_row > 0 ? Int(size.ws_row) : 24,
            colours: !plain, canRedraw: !isDumb)
    }

    /// A variable of the environment; nil if it is not set.
    package static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
