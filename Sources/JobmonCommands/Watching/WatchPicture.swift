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
        /// The first running jobs, and the latest failed ones in ascending order.
        package var running: [JobRecord] = []
        package var failed: [JobRecord] = []

        package init(summary: Summary, queue: String?, now: Timestamp) {
            self.queue = queue
            self.now = now
            late = summary.late
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

    /// The maximum number of failures that are listed per update if there is no terminal, one per line.
    package static let failuresInPlainText = 20

    /// The number of jobs of each kind for which a terminal has room.
    package static func rows(of terminal: Terminal) -> Int {
        guard let rows = terminal.rows else { return failuresInPlainText }
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
            let rows = seen.running.map { job -> [TextTable.Cell] in
                let latest = job.instances.last
                return [
                    .init(String(job.jid)), .init(Printable.line(job.description.shownName)),
                    .init(Printable.line(job.description.params.shown)),
                    .init(String((latest?.retryNumber ?? 0) + 1)), .init(Printable.line(latest?.host ?? "")),
                    .init(latest?.elapsed(now: seen.now).map(Units.duration) ?? ""),
                ]
            }
            lines += split(table.header(for: rows) + table.lines(rows))
            lines += more(seen.counts.running - seen.running.count)
        }
        if !seen.failed.isEmpty {
            var table = TextTable(
                [
                    .init("JID", isNumber: true), .init("FAILED", widest: 30, narrowest: 8, canGo: true),
                    .init("TRIES", isNumber: true, canGo: true), .init("WHY", reasonWidth: ErrorText.reasonWidth),
                ],
                terminal: terminal)
            let rows = seen.failed.suffix(Self.rows(of: terminal)).map { job -> [TextTable.Cell] in
                [
                    .init(String(job.jid), .red), .init(Printable.line(job.description.shownName)),
                    .init("\(job.attempts)/\(job.description.maxAttempts)"), .init(Printable.line(job.why)),
                ]
            }
            lines += split(table.header(for: rows) + table.lines(rows))
            lines += more(seen.counts.failed - rows.count)
        }
        return lines
    }

    /// The line of a failed job, if there is no terminal.
    package static func failure(_ job: JobRecord) -> String {
        "job \(job.jid) failed: \(Printable.line(job.description.shownName)): \(Printable.line(job.why))"
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

    private static func split(_ text: String) -> [String] {
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
        /// Jobs whose failure was shown, with their attempts at that time.
        var failures: [Int64: Int] = [:]
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
            guard terminal.isTerminal else { return showLine(seen, perSecond: perSecond, isLast: isLast, &state) }
            let lines = WatchPicture.lines(seen, perSecond: perSecond, terminal: terminal)
            write(Drawn.clear(state.drawn, endedLines: true, terminal) + lines.map { $0 + "\n" }.joined())
            state.drawn = lines.map { DisplayWidth.of(Printable.line($0)) }
        }
    }

    private func showLine(_ seen: WatchPicture.Seen, perSecond: Double?, isLast: Bool, _ state: inout State) {
        for job in seen.failed where state.failures.updateValue(job.attempts, forKey: job.jid) != job.attempts {
            write(WatchPicture.failure(job) + "\n")
        }
        let now = time.steadySeconds()
        guard isLast || now >= state.nextLine else { return }
        let news = WatchPicture.head(seen, perSecond: nil)
        guard news != state.said else { return }
        state.gap = min(60, state.gap * 2)
        state.nextLine = now + state.gap
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
