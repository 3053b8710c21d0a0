import JobmonCore
import Logging
import Synchronization

/// Logs requests that were refused, so that somebody who tries to get in is seen, and cannot fill the disk by it.
final class RefusalLog: Sendable {
    private struct State {
        var minute = 0
        var lines = 0
    }

    /// Lines in a minute; the rest is only counted by the answers' statuses.
    private static let most = 100

    private let logger: Logger
    private let time: TimeSource
    private let state = Mutex(State())

    init(logger: Logger, time: TimeSource) {
        self.logger = logger
        self.time = time
    }

    func note(_ problem: Problem, path: String) {
        let minute = Int(time.steadySeconds() / 60)
        let lines = state.withLock { state in
            if state.minute != minute { state = State(minute: minute) }
            state.lines += 1
            return state.lines
        }
        guard lines <= Self.most else { return }
        logger.warning(
            lines == Self.most
                ? "a request was refused; further ones of this minute are not logged" : "a request was refused",
            metadata: [LogKey.path: "\(path.prefix(100))", LogKey.problem: "\(problem.message)"])
    }
}
