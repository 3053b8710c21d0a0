/// For how many requests the writer waits before a commit, and for how long.
///
/// A sender that waits for its answer sends again as soon as it has it. So those that were just answered, and those that
/// came during the commit, will soon have sent all there is. Where a flush takes long, as on a network disk, a commit costs
/// the same for one request as for all of them, but without a wait two groups of senders take turns: one sends while the
/// other's commit is under way. Nobody waits longer than a commit takes, and a sender that is alone does not wait. On a quick
/// disk nobody is waited for: there the senders of the one group use the processors while the other's commit is written.
struct CommitGathering: Sendable, Equatable {
    /// The number of requests that will soon be there; 1: nobody is waited for.
    private(set) var expected = 1
    /// When the wait is over, in seconds of the steady clock.
    private(set) var until = -Double.infinity

    /// Events from which on a commit is large enough: the cost of the commit itself is a small part of it.
    private static let enough = 64
    /// Seconds that a commit takes at least where others are waited for.
    private static let slow = 0.002
    /// Seconds for which is waited at most, whatever a commit takes.
    private static let longest = 0.05

    /// Whether to commit what there is.
    /// - Parameters:
    ///   - requests: those that wait.
    ///   - events: the events in them.
    func isEnough(requests: Int, events: Int, at now: Double) -> Bool {
        requests >= expected || events >= Self.enough || now >= until
    }

    /// A commit has ended.
    /// - Parameters:
    ///   - requests: those in the commit.
    ///   - events: the events in them.
    ///   - waiting: the requests that came meanwhile.
    ///   - begun: when it began.
    mutating func noteCommit(requests: Int, events: Int, waiting: Int, from begun: Double, to now: Double) {
        let seconds = now - begun
        expected = events >= Self.enough || seconds < Self.slow ? 1 : requests + waiting
        until = now + min(Self.longest, seconds)
    }
}
