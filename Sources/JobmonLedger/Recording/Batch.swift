import JobmonCore

/// What a batch collects until its end.
struct Batch {
    let now: Timestamp
    let nowText: String
    var changes: [Change] = []
    /// Which events came from whom.
    var deliveries = Deliveries()
    /// Statuses that instances took; written last, so that `recorded_time` is that of the commit.
    var statuses: [StatusRow] = []
    /// By queue ("" for none): how the numbers of errors (0) and of jobs of each status (1 to 7) change.
    var tally: [String: [Int]] = [:]
    /// How the counts of groups of errors change.
    var groups = GroupCounts()

    struct StatusRow {
        var jid: Int64
        var instance: Int64
        var status: Status
        var time: Timestamp
    }

    init(now: Timestamp) {
        self.now = now
        nowText = now.description
    }

    /// A job of `queue` had the status `from` (nil: is new) and has `to`.
    mutating func count(queue: String?, from: Status?, to: Status) {
        if let from { tally[queue ?? "", default: Self.none][from.rawValue] -= 1 }
        tally[queue ?? "", default: Self.none][to.rawValue] += 1
    }

    /// A job of `queue` with this status, and its errors, count no more.
    mutating func uncount(queue: String?, status: Status, errors: Int) {
        tally[queue ?? "", default: Self.none][status.rawValue] -= 1
        tally[queue ?? "", default: Self.none][0] -= errors
    }

    mutating func countError(queue: String?) { tally[queue ?? "", default: Self.none][0] += 1 }

    private static let none = [Int](repeating: 0, count: Status.allCases.count + 1)
}
