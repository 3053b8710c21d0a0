import Glibc
import JobmonCore
import JobmonQueue
import Synchronization

/// What `run` says while it goes: sentences, and how far it is. On a terminal the latter is one line, drawn again and
/// again at the bottom; elsewhere a line now and then.
final class RunScreen: Sendable {
    private struct State {
        /// What stands in the progress line; empty: there is none.
        var drawn = ""
        var rate = RunRate()
        var nextLine: Double
        var gap = 1.0
        var said = ""
    }

    private let terminal: @Sendable () -> Terminal
    private let showsProgress: Bool
    private let time: TimeSource
    /// When it began, by the steady clock.
    private let began: Double
    private let write: @Sendable (String) -> Void
    private let state: Mutex<State>

    /// - Parameter terminal: what the terminal is now: it may be made larger or smaller.
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

    /// Says a sentence, above the progress line.
    func say(_ text: String) {
        state.withLock { state in
            write("\(clear(state.drawn))jobmon: \(Printable.line(text))\n\(state.drawn)")
        }
    }

    /// Shows how far the queue is, if it is time for that.
    func show(_ counts: QueueCounts) {
        guard showsProgress, counts.total > 0 else { return }
        let now = time.steadySeconds()
        state.withLock { state in
            state.rate.note(over: counts.over, at: now)
            func line(_ columns: Int?) -> String {
                RunProgress.line(
                    counts, perSecond: state.rate.perSecond, elapsed: now - began, now: now, columns: columns)
            }
            if let columns = terminal().columns {
                let text = line(max(1, columns - 1))
                guard text != state.drawn else { return }
                write("\(clear(state.drawn))\(text)")
                state.drawn = text
            } else if now >= state.nextLine {
                state.gap = min(60, state.gap * 2)
                state.nextLine = now + state.gap
                // The rate alone is no news.
                let news = RunProgress.line(counts, perSecond: nil)
                guard news != state.said else { return }
                state.said = news
                write("jobmon: \(line(nil))\n")
            }
        }
    }

    /// Takes the progress line away.
    func end() {
        state.withLock { state in
            write(clear(state.drawn))
            state.drawn = ""
        }
    }

    /// Draws until the task is cancelled, at most 10 times a second.
    func follow(_ counts: @Sendable () -> QueueCounts) async {
        guard showsProgress else { return }
        while (try? await Task.sleep(for: .milliseconds(100))) != nil { show(counts()) }
    }

    private func clear(_ drawn: String) -> String {
        drawn.isEmpty ? "" : Drawn.clear([DisplayWidth.of(drawn)], endedLines: false, terminal())
    }
}
