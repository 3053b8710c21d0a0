package import JobmonCore
package import JobmonQueue
import Synchronization

/// The lines that `watch` shows for one state.
package struct WatchPicture {
    /// The state at one time.
    package struct Seen: Sendable {
        package var queue: String?
        package var now: Timestamp
        package var counts: QueueCounts
        /// Running instances that have not been heard of for a long time.
        package var late: Int
        /// The number of errors, one for each failed attempt.
        package var errors: Int
        /// The first running jobs.
        package var running: [JobRecord] = []
        /// The groups of errors, as they were read last.
        var groups = SeenGroups()
        /// The command that lists all groups.
        var listing = "jobmon errors"

        package init(summary: Summary, queue: String?, now: Timestamp) {
            self.queue = queue
            self.now = now
            late = summary.late
            errors = summary.errors
            counts = QueueCounts()
            for (status, count) in summary.jobs {
                switch status {
                case .queued, .submitted: counts.queued += count
                case .running: counts.running += count
                case .unknown: counts.unclear += count
                case .complete: counts.complete += count
                case .failed: counts.failed += count
                case .cancelled: counts.cancelled += count
                }
            }
        }

        /// The number of jobs that are not over.
        package var left: Int { counts.total - counts.over }
        /// Whether there were jobs, and all are over. While there is a monitor, an unclear one may still report.
        package var isOver: Bool { counts.total > 0 && left == 0 }
    }

    /// The number of running jobs for which a terminal has room, so that at least as many groups of errors fit below
    /// them; 0 if there is no terminal.
    package static func rows(of terminal: Terminal) -> Int {
        guard let rows = terminal.rows else { return 0 }
        return max(1, min(20, (rows - 7) / 2))
    }

    package static func lines(_ seen: Seen, perSecond: Double?, terminal: Terminal) -> [String] {
        let columns = max(20, (terminal.columns ?? 80) - 1)
        var lines = [head(seen, perSecond: perSecond, columns: columns), bar(seen.counts, columns: columns)]
        if !seen.running.isEmpty {
            var table = TextTable(
                [
                    .init("JID", isNumber: true), .init("RUNNING", widest: 30), .init("PARAMS", widest: 40),
                    .init("TRY", isNumber: true), .init("HOST", widest: 16), .init("TIME", isNumber: true),
                ],
                terminal: terminal)
            let rows = seen.running.prefix(Self.rows(of: terminal)).map { job -> [TextTable.Cell] in
                let latest = job.instances.last
                return [
                    .init(String(job.jid)), .init(Printable.line(job.description.shownName)),
                    .init(Printable.line(job.description.params.shown)),
                    .init(String((latest?.retryNumber ?? 0) + 1)), .init(Printable.line(latest?.host ?? "")),
                    .init(latest?.elapsed(now: seen.now).map(Units.duration) ?? ""),
                ]
            }
            lines += split(table.header(for: rows) + table.lines(rows))
            lines += more(seen.counts.running - rows.count)
        }
        // The cursor is in a line of its own, below the picture.
        let room = (terminal.rows ?? 24) - 1 - lines.count
        lines += GroupPicture(groups: seen.groups, now: seen.now, command: seen.listing)
            .lines(room: room, terminal: terminal)
        return lines
    }

    package static func head(_ seen: Seen, perSecond: Double?, columns: Int? = nil) -> String {
        let queue = seen.queue.map { "\(Printable.line($0)): " } ?? ""
        let late = seen.late > 0 ? ", \(Units.grouped(seen.late)) late" : ""
        let room = columns.map { $0 - DisplayWidth.of(queue) - late.utf8.count }
        let text =
            seen.counts.total == 0
            ? "no jobs yet" : RunProgress.line(seen.counts, perSecond: perSecond, columns: room.map { max(1, $0) })
        return columns.map { DisplayWidth.cut(queue + text + late, to: $0) } ?? queue + text + late
    }

    private static func bar(_ counts: QueueCounts, columns: Int) -> String {
        guard counts.total > 0 else { return "" }
        let width = min(60, columns - 7)
        let share = Double(counts.over) / Double(counts.total)
        let full = Int((share * Double(width)).rounded(.down))
        let percent = Int((share * 100).rounded(.down))
        return "[\(String(repeating: "#", count: full))\(String(repeating: ".", count: width - full))] \(percent)%"
    }

    private static func more(_ count: Int) -> [String] { count > 0 ? ["     and \(Units.grouped(count)) more"] : [] }

    static func split(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: true).map { String($0) }
    }
}

/// The output of `watch`: on a terminal, one picture at the bottom that is redrawn; elsewhere lines.
final class WatchScreen: Sendable {
    private struct State {
        /// The columns of the lines on the terminal.
        var drawn: [Int] = []
        var nextLine = 0.0
        var gap = 1.0
        var said = ""
        var groups = GroupLog()
    }

    private let terminal: @Sendable () -> Terminal
    private let time: TimeSource
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameter terminal: returns the current terminal, since its size may change.
    init(
        terminal: @escaping @Sendable () -> Terminal, time: TimeSource = .system,
        write: @escaping @Sendable (String) -> Void = { WatchScreen.out($0) }
    ) {
        self.terminal = terminal
        self.time = time
        self.write = write
    }

    func show(_ seen: WatchPicture.Seen, perSecond: Double?, isLast: Bool) {
        state.withLock { state in
            let terminal = terminal()
            guard terminal.canRedraw else { return showLine(seen, perSecond: perSecond, isLast: isLast, &state) }
            let lines = WatchPicture.lines(seen, perSecond: perSecond, terminal: terminal)
            write(Drawn.clear(state.drawn, endedLines: true, terminal) + lines.map { $0 + "\n" }.joined())
            state.drawn = lines.map { DisplayWidth.of(Printable.line($0)) }
        }
    }

    private func showLine(_ seen: WatchPicture.Seen, perSecond: Double?, isLast: Bool, _ state: inout State) {
        let now = time.steadySeconds()
        let isDue = isLast || now >= state.nextLine
        let groups = state.groups.lines(seen.groups, command: seen.listing, countsAreDue: isDue)
        if !groups.isEmpty { write(groups.map { $0 + "\n" }.joined()) }
        guard isDue else { return }
        let news = WatchPicture.head(seen, perSecond: nil)
        guard news != state.said || !groups.isEmpty else { return }
        state.gap = min(60, state.gap * 2)
        state.nextLine = now + state.gap
        guard news != state.said else { return }
        state.said = news
        write(WatchPicture.head(seen, perSecond: perSecond) + "\n")
    }

    /// Writes a message to stderr, above the picture.
    func say(_ text: String) {
        state.withLock { state in
            write(Drawn.clear(state.drawn, endedLines: true, terminal()))
            state.drawn = []
            Messages.say(text)
        }
    }

    /// Leaves the last picture on the terminal.
    func end() { state.withLock { $0.drawn = [] } }

    private static func out(_ text: String) {
        let output = Output()
        // The reader may have gone; then there is nothing to report.
        do {
            try output.write(text)
            try output.flush()
        } catch {}
    }
}
