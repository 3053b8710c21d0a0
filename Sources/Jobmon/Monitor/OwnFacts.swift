import JobmonCore
import JobmonReporting
import JobmonRequests
import Synchronization

/// Reports of this program about itself: that a piece of it runs, has failed, is alive. Nothing is lost while the
/// monitor is away, and the caller does not wait.
final class OwnFacts: Sendable {
    /// The number of facts in one request.
    private static let batch = 500
    /// The maximum number of facts that wait to be sent. Further facts are in the spool only. Further logged errors are
    /// dropped: a program may log errors in a loop while the monitor is away.
    private static let mostWaiting = 10_000

    private let time: TimeSource
    private let facts: SpooledConnection
    private let remote: RemoteConnection
    private let isSending = Mutex(false)

    private static let all = Mutex<[DirectoryLayout: OwnFacts]>([:])

    /// The instance for a directory.
    static func of(_ layout: DirectoryLayout) -> OwnFacts {
        all.withLock { all in
            if let known = all[layout] { return known }
            let made = OwnFacts(layout: layout)
            all[layout] = made
            return made
        }
    }

    private init(layout: DirectoryLayout, time: TimeSource = .system) {
        self.time = time
        facts = SpooledConnection(layout: layout, time: time)
        remote = RemoteConnection(layout: layout, patience: 1, timeout: 5)
    }

    func now() -> Timestamp { time.now() }

    /// Spools a fact and sends it later. A heartbeat is only sent.
    func say(_ fact: Fact) {
        if case .error = fact, facts.waiting >= Self.mostWaiting { return }
        facts.say(fact, limit: Self.mostWaiting)
        let begins = isSending.withLock { isSending in
            defer { isSending = true }
            return !isSending
        }
        guard begins else { return }
        Task { await send() }  // allowed: ends when nothing waits; what it can't send lies in the spool
    }

    /// Waits until all facts are acknowledged or left to the spool, at most `seconds`.
    func settle(within seconds: Double) async {
        let deadline = time.steadySeconds() + seconds
        while isSending.withLock({ $0 }), time.steadySeconds() < deadline {
            guard (try? await Task.sleep(for: .milliseconds(2))) != nil else { return }
        }
    }

    private func send() async {
        while hasMore() {
            try? await facts.deliver(over: remote, atMost: Self.batch, orLeave: true)
        }
    }

    /// Whether facts wait. If none does, the sending is over; a fact that comes later begins it again.
    private func hasMore() -> Bool {
        isSending.withLock { isSending in
            isSending = facts.waiting > 0
            return isSending
        }
    }
}
