import JobmonCore

/// Which groups of errors have a message, and when: each new one has one, some seconds after it appeared, so that its
/// number of jobs says something. A run that fails in hundreds of ways sends few. Times are seconds of the monotonic clock.
struct NotifySchedule {
    /// Seconds from the first new group to its message. Groups that appear meanwhile have theirs at the same time.
    static let settling = 5.0
    /// The maximum number of groups that have a message of their own.
    static let most = 12

    enum Announcement: Sendable, Equatable {
        case group(ErrorGroup)
        /// The number of new groups without a message of their own. It is sent once.
        case more(Int)
    }

    /// Groups that are no news, or not any more.
    private var known: Set<Int64>
    /// A group with an earlier error is no news either; nil: `known` has all of them.
    private let since: Timestamp?
    /// New groups without a message, as they were read last.
    private var waiting: [ErrorGroup] = []
    /// When the first of those that wait was read.
    private var opened: Double?
    private var announced = 0
    private var isFull = false

    /// - Parameters:
    ///   - known: groups that have errors already.
    ///   - since: the beginning, if some groups that have errors are not among these.
    init(known: [ErrorGroup] = [], since: Timestamp? = nil) {
        self.known = Set(known.map(\.number))
        self.since = since
    }

    /// Takes the present groups, those of most jobs first.
    mutating func take(_ groups: [ErrorGroup], at now: Double) {
        waiting = groups.filter { group in
            guard group.muted == nil, !known.contains(group.number) else { return false }
            return since.map { group.firstSeen >= $0 } ?? true
        }
        opened = waiting.isEmpty ? nil : opened ?? now
    }

    /// What is to be sent now; it counts as sent.
    /// - Parameter isLast: whether no more groups come.
    mutating func due(at now: Double, isLast: Bool = false) -> [Announcement] {
        guard let opened, isLast || now - opened >= Self.settling else { return [] }
        let groups = waiting
        waiting = []
        self.opened = nil
        known.formUnion(groups.map(\.number))
        guard !isFull else { return [] }
        let chosen = groups.prefix(Self.most - announced)
        announced += chosen.count
        let left = groups.count - chosen.count
        isFull = left > 0
        var announcements = chosen.map { Announcement.group($0) }
        if left > 0 { announcements.append(.more(left)) }
        return announcements
    }
}
