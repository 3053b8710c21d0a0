import Glibc

/// The properties of the terminal that output goes to.
package struct Terminal: Sendable, Equatable {
    /// The number of columns; nil if there is no terminal: then nothing is cut.
    package var columns: Int?
    /// The number of lines; nil if there is no terminal.
    package var rows: Int?
    /// Whether to use colours.
    package var colours: Bool

    package init(columns: Int? = nil, rows: Int? = nil, colours: Bool = false) {
        self.columns = columns
        self.rows = rows
        self.colours = colours
    }

    /// No terminal: nothing is cut, no colours.
    package static let none = Terminal()

    package var isTerminal: Bool { columns != nil }

    /// The terminal behind a descriptor. `NO_COLOR` (if not empty) and `TERM=dumb` turn colours off.
    package static func behind(descriptor: Int32) -> Terminal {
        guard isatty(descriptor) == 1 else { return .none }
        var size = winsize()
        let known = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let plain = !(environment("NO_COLOR") ?? "").isEmpty || environment("TERM") == "dumb"
        return Terminal(
            columns: known ? Int(size.ws_col) : 80, rows: known && size.ws_row > 0 ? Int(size.ws_row) : 24,
            colours: !plain)
    }

    /// A variable of the environment; nil if it is not set.
    package static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
