import CJobmonTerminal

/// The terminal while `watch` has all of it. One thread makes it, draws on it and reads its keys.
final class TerminalScreen {
    /// Whether the terminal behind stdin and stdout can show a full screen.
    static var isPossible: Bool { jobmon_screen_is_able() }

    /// - Returns: nil if the terminal cannot be taken over; then nothing was changed.
    init?(colours: Bool) {
        guard jobmon_screen_open(colours) else { return nil }
    }

    func close() { jobmon_screen_close() }

    var size: ScreenSize {
        ScreenSize(rows: Int(jobmon_screen_rows()), columns: Int(jobmon_screen_columns()))
    }

    var isUTF8: Bool { jobmon_screen_is_utf8() }

    /// Waits for a key, another size or a call of `wake`.
    func wait(seconds: Double) { jobmon_screen_wait(Int32(max(0, min(60, seconds)) * 1000) + 1) }

    /// Ends a wait; any thread may call it while the screen is open.
    static func wake() { jobmon_screen_wake() }

    /// - Returns: whether the window has another size than before.
    func resize() -> Bool { jobmon_screen_resize() }

    /// The next key; nil: none was pressed.
    func key() -> ScreenKey? {
        let code = jobmon_screen_key()
        return code == Int32(JOBMON_KEY_NONE) ? nil : ScreenKey(code: code)
    }

    /// Draws a picture in place of the one before.
    func show(_ picture: ScreenPicture) {
        let size = size
        for row in 0..<size.rows {
            jobmon_screen_line(Int32(row))
            guard row < picture.lines.count else { continue }
            for span in picture.lines[row].cut(to: size.columns).spans {
                // ncurses would show the bytes of UTF-8 one by one.
                jobmon_screen_put(isUTF8 ? span.text : Self.plain(span.text), span.look.code)
            }
        }
        jobmon_screen_show(Int32(picture.cursor?.row ?? -1), Int32(picture.cursor?.column ?? 0))
    }

    private static func plain(_ text: String) -> String {
        String(text.map { $0.isASCII ? $0 : $0 == "…" ? "." : "?" })
    }

    /// Draws everything anew the next time.
    func forget() { jobmon_screen_forget() }

    /// Stops this process as Ctrl-Z does, and continues with it.
    func stop() { jobmon_screen_stop() }
}

/// The size of a terminal's window.
struct ScreenSize: Sendable, Equatable {
    var rows: Int
    var columns: Int
}

/// A key that was pressed.
enum ScreenKey: Sendable, Equatable {
    case character(Character)
    case up, down, left, right, pageUp, pageDown, home, end, enter, backspace, tab, backtab, escape
    /// Ctrl-C, Ctrl-L, Ctrl-U, Ctrl-Z.
    case interrupt, redraw, clear, stop
    /// Any other.
    case other
    /// The terminal is gone.
    case gone

    init(code: Int32) {
        switch code {
        case Int32(JOBMON_KEY_GONE): self = .gone
        case Int32(JOBMON_KEY_UP): self = .up
        case Int32(JOBMON_KEY_DOWN): self = .down
        case Int32(JOBMON_KEY_LEFT): self = .left
        case Int32(JOBMON_KEY_RIGHT): self = .right
        case Int32(JOBMON_KEY_PAGE_UP): self = .pageUp
        case Int32(JOBMON_KEY_PAGE_DOWN): self = .pageDown
        case Int32(JOBMON_KEY_HOME): self = .home
        case Int32(JOBMON_KEY_END): self = .end
        case Int32(JOBMON_KEY_ENTER): self = .enter
        case Int32(JOBMON_KEY_BACKSPACE): self = .backspace
        case Int32(JOBMON_KEY_BACKTAB): self = .backtab
        case 3: self = .interrupt
        case 9: self = .tab
        case 12: self = .redraw
        case 21: self = .clear
        case 26: self = .stop
        case 27: self = .escape
        case 32..<127, 160..<0x11_0000:
            self = Unicode.Scalar(UInt32(code)).map { .character(Character($0)) } ?? .other
        default: self = .other
        }
    }
}

extension Style {
    /// As the terminal's functions want it.
    fileprivate var code: Int32 {
        let plain = Int32(JOBMON_STYLE_DEFAULT)
        return switch self {
        case .plain: plain
        case .bold: plain | Int32(JOBMON_STYLE_BOLD)
        case .faint: plain | Int32(JOBMON_STYLE_FAINT)
        case .red: 1
        case .green: 2
        case .yellow: 3
        case .magenta: 5
        case .cyan: 6
        }
    }
}

extension ScreenLine.Look {
    fileprivate var code: Int32 {
        style.code | (isMarked ? Int32(JOBMON_STYLE_REVERSE) : 0)
    }
}
