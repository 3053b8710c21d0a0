import JobmonCore
import JobmonViews

/// What sets the jobs of groups of errors apart, found out in the background: it takes long in large ledgers, and
/// changes slowly.
actor GroupDifferences {
    private let ledger: any LedgerReading
    private let time: TimeSource
    private let onNews: @Sendable () async -> Void
    private var found: [Int64: (sentences: [String], jobs: Int, at: Double)] = [:]
    private var wanted: [(number: Int64, jobs: Int)] = []
    private var isAtWork = false

    /// Seconds for which a comparison counts although the group grew.
    private static let freshSeconds = 30.0

    init(ledger: any LedgerReading, time: TimeSource, onNews: @escaping @Sendable () async -> Void) {
        self.ledger = ledger
        self.time = time
        self.onNews = onNews
    }

    /// What is known of these groups. What is not known yet, or too old, is found out for a later question.
    func known(_ groups: [(number: Int64, jobs: Int)]) -> [Int64: [String]] {
        let now = time.steadySeconds()
        wanted = groups.filter { group in
            guard let known = found[group.number] else { return true }
            return known.jobs != group.jobs && now - known.at > Self.freshSeconds
        }
        if !wanted.isEmpty, !isAtWork {
            isAtWork = true
            Task { await work() }  // allowed: it ends when nothing is wanted any more
        }
        return found.mapValues(\.sentences)
    }

    /// What sets these groups apart: what is not known yet is found out first.
    func whole(_ groups: [(number: Int64, jobs: Int)]) async -> [Int64: [String]] {
        for group in groups where found[group.number]?.jobs != group.jobs {
            let sentences = await compare(group.number)
            found[group.number] = (sentences, group.jobs, time.steadySeconds())
        }
        return found.mapValues(\.sentences)
    }

    private func work() async {
        var isNew = false
        while !wanted.isEmpty {
            let group = wanted.removeFirst()
            let sentences = await compare(group.number)
            isNew = isNew || sentences != found[group.number]?.sentences ?? []
            found[group.number] = (sentences, group.jobs, time.steadySeconds())
        }
        isAtWork = false
        if isNew { await onNews() }
    }

    private func compare(_ group: Int64) async -> [String] {
        do throws(Problem) {
            let comparison = try await JobComparison.of(group: group, queue: nil, in: ledger)
            return try await comparison?.differences().prefix(3).map(\.sentence) ?? []
        } catch {
            // The rest is worth as much without it.
            return []
        }
    }
}
