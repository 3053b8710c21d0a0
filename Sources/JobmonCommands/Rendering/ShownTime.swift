import Glibc
package import JobmonCore

/// Formats times: in the user's time zone on a terminal, in UTC elsewhere, so that a saved text means the same
/// everywhere.
package struct ShownTime: Sendable, Equatable {
    private let isLocal: Bool

    package static let utc = ShownTime(isLocal: false)
    package static let local = ShownTime(isLocal: true)

    /// - Parameter terminal: the terminal of the output.
    package init(on terminal: Terminal) { self.init(isLocal: terminal.isTerminal) }

    private init(isLocal: Bool) { self.isLocal = isLocal }

    /// `2026-01-31 09:30:00 UTC`, `2026-01-31 10:30:00 CET`.
    package func text(_ time: Timestamp) -> String {
        let parts = parts(time)
        return "\(parts.clock) \(parts.zone)"
    }

    /// The start and end of a period: `2026-01-31 09:30:00 to 2026-01-31 09:31:00 UTC`.
    package func span(_ start: Timestamp, _ end: Timestamp) -> String {
        let (first, last) = (parts(start), parts(end))
        return first.zone == last.zone ? "\(first.clock) to \(text(end))" : "\(text(start)) to \(text(end))"
    }

    /// The time without its zone; `zone` returns that.
    package func clock(_ time: Timestamp) -> String { parts(time).clock }

    /// The name of the time zone at a given time.
    package func zone(at time: Timestamp) -> String { parts(time).zone }

    private func parts(_ time: Timestamp) -> (clock: String, zone: String) {
        let utc = (String(time.description.prefix(19)).replacing("T", with: " "), "UTC")
        guard isLocal else { return utc }
        var seconds = time_t(time.milliseconds / 1000)
        if time.milliseconds % 1000 < 0 { seconds -= 1 }
        var broken = tm()
        guard localtime_r(&seconds, &broken) != nil else { return utc }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = "\(broken.tm_year + 1900)-\(two(broken.tm_mon + 1))-\(two(broken.tm_mday))"
        let clock = "\(two(broken.tm_hour)):\(two(broken.tm_min)):\(two(broken.tm_sec))"
        return ("\(date) \(clock)", broken.tm_zone.map { String(cString: $0) } ?? "local time")
    }
}
