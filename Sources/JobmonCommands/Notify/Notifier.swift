import JobmonCore
import Synchronization

/// Sends messages to one target, one after the other, beside what the process does. What goes wrong is said once for each
/// kind of failure, and has no other effect.
final class Notifier: Sendable {
    /// Seconds that the delivery of a message may take.
    static let limit = 10.0
    /// The maximum number of messages that wait. There are fewer, since a run has few messages.
    private static let mostWaiting = 32

    private struct State {
        var waiting: [NotifyMessage] = []
        var isSending = false
        /// The delivery of the last message has ended.
        var isLastOver = false
        /// Kinds of failures that were said.
        var said: Set<String> = []
    }

    private let target: NotifyTarget
    private let limit: Double
    private let time: TimeSource
    private let say: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameter say: shows a message to the user, one sentence per call.
    init(
        _ target: NotifyTarget, limit: Double = Notifier.limit, time: TimeSource = .system,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.target = target
        self.limit = limit
        self.time = time
        self.say = say
    }

    /// Sends a message after those that wait, and returns at once.
    func post(_ message: NotifyMessage) {
        let begins = state.withLock { state in
            guard state.waiting.count < Self.mostWaiting else { return false }
            state.waiting.append(message)
            defer { state.isSending = true }
            return !state.isSending
        }
        guard begins else { return }
        Task { await send() }  // allowed: ends when nothing waits; nobody may wait for a slow target
    }

    /// Sends the last message. Those that wait are sent before, as long as half of the time is left, and dropped then.
    /// Returns when the delivery has ended, or the time is over, or the task is cancelled.
    func finish(_ last: NotifyMessage) async {
        let deadline = time.steadySeconds() + limit
        await settle(until: deadline - limit / 2) { !$0.isSending }
        let dropped = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting.count
        }
        if dropped > 0 { say("\(Units.count(dropped, "notification")) not sent: no time was left") }
        let left = deadline - time.steadySeconds()
        Task {  // allowed: waited for right below, as long as there is time
            await deliver(last, within: left)
            state.withLock { $0.isLastOver = true }
        }
        // A program that does not end is ended first, and that is said.
        await settle(until: deadline + 1.5) { $0.isLastOver }
    }

    /// Waits until a condition holds, the time is over, or the task is cancelled.
    private func settle(until deadline: Double, _ isSettled: @Sendable (State) -> Bool) async {
        while !state.withLock({ isSettled($0) }), time.steadySeconds() < deadline {
            guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { return }
        }
    }

    private func send() async {
        while let message = next() { await deliver(message, within: limit) }
    }

    /// The next message; nil if none waits: then the sending is over, and a message that comes later begins it again.
    private func next() -> NotifyMessage? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isSending = false
                return nil
            }
            return state.waiting.removeFirst()
        }
    }

    private func deliver(_ message: NotifyMessage, within seconds: Double) async {
        guard let failure = await target.deliver(message.json.text, within: seconds, time: time) else { return }
        let isNew = state.withLock { $0.said.insert(failure.kind).inserted }
        if isNew { say("a notification was not sent: \(failure.sentence)") }
    }
}
