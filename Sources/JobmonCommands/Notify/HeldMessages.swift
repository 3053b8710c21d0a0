import Synchronization

/// Messages on stderr beside a picture on a terminal, which they would disturb: they are printed when it is over.
/// Elsewhere they are printed at once.
final class HeldMessages: Sendable {
    private let isHolding: Bool
    private let held = Mutex<[String]>([])

    init(isHolding: Bool) { self.isHolding = isHolding }

    /// - Parameter text: one sentence.
    func say(_ text: String) {
        guard isHolding else { return print(text) }
        held.withLock { $0.append(text) }
    }

    /// Prints what is held.
    func release() {
        let texts = held.withLock { held in
            defer { held = [] }
            return held
        }
        for text in texts { print(text) }
    }

    private func print(_ text: String) { Messages.say("jobmon: \(Printable.line(text))") }
}
