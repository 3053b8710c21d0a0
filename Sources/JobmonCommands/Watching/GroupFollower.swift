import JobmonCore
import JobmonViews
import Synchronization

/// Reads the groups of errors beside the loop of `watch`, so that a slow answer never delays the picture: the loop
/// takes what is known, and asks for more.
final class GroupFollower: Sendable {
    private struct State {
        var schedule = GroupSchedule()
        var growth = GroupGrowth()
        var groups = SeenGroups()
        /// The last reading is done: an earlier one that ends later is out of date.
        var isLast = false
        /// A message that is not said yet.
        var complaint: String?
        var hasComplained = false

        mutating func complain(_ text: String) {
            guard !hasComplained else { return }
            hasComplained = true
            complaint = text
        }
    }

    private let filter: JobFilter
    private let time: TimeSource
    private let state = Mutex(State())
    private let requests: AsyncStream<any LedgerReading>
    private let asking: AsyncStream<any LedgerReading>.Continuation

    /// - Parameter filter: the jobs whose errors count.
    init(filter: JobFilter, time: TimeSource = .system) {
        self.filter = filter
        self.time = time
        (requests, asking) = AsyncStream.makeStream(of: (any LedgerReading).self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Reads whenever it is asked to, until the task is cancelled.
    func run() async {
        for await reading in requests { _ = await read(reading, isLast: false) }
    }

    /// Asks for the groups if there are errors that they do not include, and returns at once.
    /// - Parameter errors: the number of errors in the ledger.
    func refresh(_ reading: any LedgerReading, errors: Int) {
        let now = time.steadySeconds()
        let begins = state.withLock { state in
            if errors == 0 { state.growth.start(at: now) }
            if state.schedule.isSlow(at: now) {
                state.complain("the groups of errors take long to read; those that are shown are older")
            }
            return state.schedule.begins(errors: errors, at: now)
        }
        if begins { asking.yield(reading) }
    }

    /// Reads the groups for the last time, and waits for that.
    /// - Returns: why they could not be read; nil if they were.
    func readLast(_ reading: any LedgerReading) async -> Problem? { await read(reading, isLast: true) }

    /// The groups as they were read last, with their growth until now.
    var groups: SeenGroups {
        let now = time.steadySeconds()
        return state.withLock { state in
            var groups = state.groups
            for index in groups.groups.indices {
                groups.groups[index].recent = state.growth.recent(groups.groups[index], at: now)
            }
            return groups
        }
    }

    /// A message for the user that was not returned before; at most one in all.
    func complaint() -> String? {
        state.withLock { state in
            defer { state.complaint = nil }
            return state.complaint
        }
    }

    private func read(_ reading: any LedgerReading, isLast: Bool) async -> Problem? {
        do throws(Problem) {
            let (groups, ungrouped) = try await GroupQuery(reading: reading, filter: filter, seconds: 10).groups()
            note(SeenGroups(groups, ungrouped: ungrouped), isLast: isLast)
            return nil
        } catch {
            note(error)
            return error
        }
    }

    private func note(_ groups: SeenGroups, isLast: Bool) {
        let now = time.steadySeconds()
        state.withLock { state in
            guard isLast || !state.isLast else { return }
            state.isLast = isLast
            state.schedule.ends(isWhole: groups.ungrouped == 0, at: now)
            state.growth.note(groups, at: now)
            state.groups = groups
        }
    }

    private func note(_ problem: Problem) {
        let now = time.steadySeconds()
        state.withLock { state in
            state.schedule.ends(isWhole: false, at: now)
            // That the monitor is away, the loop says itself.
            guard problem.code != .unavailable else { return }
            state.complain(
                "the groups of errors cannot be read: \(problem.message); those that are shown may be older")
        }
    }
}
