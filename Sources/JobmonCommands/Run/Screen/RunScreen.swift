import Glibc
import JobmonCore
import JobmonQueue
import Synchronization

/// The messages and progress of a `run`. On a terminal, progress is one line at the bottom that is redrawn; elsewhere
/// it is a line now and then.
final class RunScreen: Sendable {
    private struct State {
        /// The text of the progress line; empty if there is none.
        var drawn = ""
        var rate = RunRate()
        var nextLine: Double
        var gap = 1.0
        var said = ""
    }

    private let terminal: @Sendable () -> Terminal
    private let showsProgress: Bool
    private let time: TimeSource
    /// The start, by the monotonic clock.
    private let began: Double
    private let write: @Sendable (String) -> Void
    private let state: Mutex<State>

    /// - Parameter terminal: returns the current terminal, since its size may change.
    init(
        terminal: @escaping @Sendable () -> Terminal, showsProgress: Bool, time: TimeSource = .system,
        write: @escaping @Sendable (String) -> Void = { Messages.write($0) }
    ) {
        self.terminal = terminal
        self.showsProgress = showsProgress
        self.time = time
        self.write = write
        began = time.steadySeconds()
        state = Mutex(State(nextLine: began + 1))
    }

    /// Shows a message above the progress line.
    func say(_ text: String) {
        state.withLock { state in
            write("\(clear(state.drawn))jobmon: \(Printable.line(text))\n\(state.drawn)")
        }
    }

    /// Shows the queue's progress if an update is due.
    func show(_ counts: QueueCounts) {
        guard showsProgress, counts.total > 0 else { return }
        let now = time.steadySeconds()
        state.withLock { state in
            state.rate.note(over: counts.over, at: now)
            func line(_ columns: Int?) -> String {
                RunProgress.line(
                    counts, perSecond: state.rate.perSecond, elapsed: now - began, now: now, columns: columns)
            }
            if case let terminal = terminal(), terminal.canRedraw, let columns = terminal.columns {
                let text = line(max(1, columns - 1))
                guard text != state.drawn else { return }
                write("\(clear(state.drawn))\(text)")
                state.drawn = text
            } else if now >= state.nextLine {
                state.gap = min(60, state.gap * 2)
                state.nextLine = now + state.gap
                // A changed rate alone needs no new line.
                let news = RunProgress.line(counts, perSecond: nil)
                guard news != state.said else { return }
                state.said = news
                write("jobmon: \(line(nil))\n")
            }
        }
    }

    /// Removes the progress line.
    func end() {
        state.withLock { state in
            write(clear(state.drawn))
            state.drawn = ""
        }
    }

    /// Shows the progress until the task is cancelled, at most 10 times per second.
    func follow(_ counts: @Sendable () -> QueueCounts) async {
        guard showsProgress else { return }
        while (try? await Task.sleep(for: .milliseconds(100))) != nil { show(counts()) }
    }

    private func clear(_ drawn: String) -> String {
        drawn.isEmpty ? "" : Drawn.clear([DisplayWidth.of(drawn)], endedLines: false, terminal())
    }
}
