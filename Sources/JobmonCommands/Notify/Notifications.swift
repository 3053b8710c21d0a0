import Jobmon
import JobmonCore
import JobmonQueue
import JobmonReporting
import JobmonViews
import Synchronization

/// The messages about the jobs of a queue: one for each new group of errors, and one at the end. What goes wrong with them is
/// said on stderr, and changes nothing for the jobs.
final class Notifications: Sendable {
    private struct State {
        var reads = GroupSchedule()
        /// Nil until it is known which groups have errors already.
        var schedule: NotifySchedule?
        var counts = QueueCounts()
        /// The last message is handed over; nothing is sent after it.
        var isEnded = false
        /// The delivery of the last message has ended.
        var isSettled = false
        var hasComplained = false
    }

    /// Nil: the jobs of all queues.
    private let queue: String?
    private let layout: DirectoryLayout
    private let hasDetails: Bool
    private let notifiers: [Notifier]
    private let say: @Sendable (String) -> Void
    private let time: TimeSource
    private let state = Mutex(State())

    /// Seconds that one look at the groups may take.
    private static let patience = 5.0

    /// - Parameter say: shows a message to the user, one sentence per call.
    /// - Returns: nil if there is no target.
    init?(
        _ targets: [NotifyTarget], queue: String?, layout: DirectoryLayout, hasDetails: Bool,
        time: TimeSource = .system, say: @escaping @Sendable (String) -> Void
    ) {
        guard !targets.isEmpty else { return nil }
        self.queue = queue
        self.layout = layout
        self.hasDetails = hasDetails
        self.time = time
        self.say = say
        notifiers = targets.map { Notifier($0, time: time, say: say) }
    }

    // MARK: Beside a run

    /// Runs `work`, and sends a message for each new group of errors meanwhile.
    static func beside<Value: Sendable>(
        _ notifications: Notifications?, _ reading: any LedgerReading,
        counts: @escaping @Sendable () -> QueueCounts, _ work: @escaping @Sendable () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        guard let notifications else { return try await work() }
        await notifications.begin(reading)
        return try await withWork(
            work,
            beside: {
                while (try? await Task.sleep(for: .seconds(1))) != nil {
                    await notifications.look(reading, counts())
                }
            })
    }

    /// Whether the jobs were begun: then the end is worth a message.
    var hasBegun: Bool { state.withLock { $0.schedule != nil } }

    /// The numbers of jobs at the last look.
    var counts: QueueCounts { state.withLock { $0.counts } }

    // MARK: Beside `watch`

    /// Looks until all jobs are over, and sends the last message then; or until the task is cancelled.
    func watch() async {
        while await !lookAndEnd() {
            guard (try? await Task.sleep(for: .seconds(2))) != nil else { return }
        }
    }

    /// If all jobs are over, sends the last message unless it was sent, and waits for it.
    func endIfOver() async {
        if await lookAndEnd() { return }
        // Another task may be sending it.
        let deadline = time.steadySeconds() + Notifier.limit + 2
        while state.withLock({ $0.isEnded && !$0.isSettled }), time.steadySeconds() < deadline {
            guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
        }
    }

    /// - Returns: whether this call has sent the last message.
    private func lookAndEnd() async -> Bool {
        guard !state.withLock({ $0.isEnded }) else { return false }
        let seen: WatchPicture.Seen
        do throws(Problem) {
            let reading = try await DirectoryAccess.open(layout, wait: 1).reading
            let summary = try await reading.summary(queue: queue)
            seen = WatchPicture.Seen(summary: summary, queue: queue, now: time.now())
            if !hasBegun { await begin(reading) }
            await look(reading, seen.counts)
        } catch {
            // The monitor is away, which `watch` says.
            return false
        }
        guard seen.isOver else { return false }
        return await end(.done, counts: seen.counts, failed: JobFilter(statuses: [.failed], queue: queue))
    }

    // MARK: Groups

    /// Notes which groups have errors already: they are no news.
    private func begin(_ reading: any LedgerReading) async {
        let began = time.now()
        var known: [ErrorGroup] = []
        var since: Timestamp?
        do throws(Problem) {
            if try await reading.summary(queue: queue).errors > 0 {
                let (groups, ungrouped) = try await readGroups(reading, of: JobFilter(queue: queue))
                known = groups
                // Older errors that are grouped later are no news either.
                if ungrouped > 0 { since = began }
            }
        } catch {
            since = began
            complain(error)
        }
        let schedule = NotifySchedule(known: known, since: since)
        state.withLock { $0.schedule = schedule }
    }

    /// Reads the groups if there are new errors, and sends what is due.
    private func look(_ reading: any LedgerReading, _ counts: QueueCounts) async {
        state.withLock { $0.counts = counts }
        do throws(Problem) {
            let errors = try await reading.summary(queue: queue).errors
            let now = time.steadySeconds()
            if state.withLock({ $0.reads.begins(errors: errors, at: now) }) { await take(reading) }
        } catch {
            // The monitor is away for a moment, or for good, which others say.
        }
        await announce(reading, counts)
    }

    private func take(_ reading: any LedgerReading) async {
        do throws(Problem) {
            let (groups, ungrouped) = try await readGroups(reading, of: JobFilter(queue: queue))
            let now = time.steadySeconds()
            state.withLock { state in
                state.reads.ends(isWhole: ungrouped == 0, at: now)
                state.schedule?.take(groups, at: now)
            }
        } catch {
            let now = time.steadySeconds()
            state.withLock { $0.reads.ends(isWhole: false, at: now) }
            complain(error)
        }
    }

    private func announce(_ reading: any LedgerReading, _ counts: QueueCounts, isLast: Bool = false) async {
        let now = time.steadySeconds()
        let due = state.withLock { $0.schedule?.due(at: now, isLast: isLast) ?? [] }
        guard !due.isEmpty else { return }
        var news: [ErrorGroup] = []
        for case .group(let group) in due { news.append(group) }
        let examples = await GroupExample.read(of: news, in: reading)
        for announcement in due {
            switch announcement {
            case .group(let group): post(message(counts, .group(described(group, examples))))
            case .more(let count): post(message(counts, .moreGroups(count)))
            }
        }
    }

    private func readGroups(
        _ reading: any LedgerReading, of filter: JobFilter
    ) async throws(Problem) -> (groups: [ErrorGroup], ungrouped: Int) {
        try await GroupQuery(reading: reading, filter: filter, seconds: Self.patience).groups()
    }

    private func complain(_ problem: Problem) {
        guard problem.code != .unavailable else { return }
        let isFirst = state.withLock { state in
            defer { state.hasComplained = true }
            return !state.hasComplained
        }
        if isFirst { say("new groups of errors may have no notification, they cannot be read: \(problem.message)") }
    }

    // MARK: Messages

    private func message(_ counts: QueueCounts, _ content: NotifyMessage.Content) -> NotifyMessage {
        let origin = hasDetails ? NotifyMessage.Origin(host: HostIdentity.host, directory: layout.root) : nil
        return NotifyMessage(queue: queue, counts: counts, content: content, origin: origin)
    }

    private func described(_ group: ErrorGroup, _ examples: [Int64: GroupExample]) -> NotifyMessage.Group {
        NotifyMessage.Group(group, examples[group.number], detailsOf: hasDetails ? layout.root : nil)
    }

    private func post(_ message: NotifyMessage) {
        for notifier in notifiers { notifier.post(message) }
    }

    /// Sends what is left, and the last message. Returns when it is delivered, or cannot be, or its time is over.
    /// - Parameters:
    ///   - seconds: the duration of the run; nil: unknown.
    ///   - filter: the jobs that failed, whose groups are listed.
    ///   - problem: what ended the run.
    /// - Returns: false if another call has done that, or does it.
    @discardableResult
    func end(
        _ ending: NotifyMessage.Ending, counts: QueueCounts, seconds: Double? = nil, failed filter: JobFilter,
        problem: Problem? = nil
    ) async -> Bool {
        let isFirst = state.withLock { state in
            defer { state.isEnded = true }
            return !state.isEnded
        }
        guard isFirst else { return false }
        var end = NotifyMessage.End(ending: ending, seconds: seconds)
        if hasDetails { end.problem = problem.map { SecretMask.masked($0.message) } }
        do throws(Problem) {
            let reading = try await DirectoryAccess.open(layout, wait: 1).reading
            if try await reading.summary(queue: queue).errors > 0 {
                await take(reading)
                await announce(reading, counts, isLast: true)
            }
            if counts.failed > 0 {
                let groups = try await readGroups(reading, of: filter).groups.filter { $0.muted == nil }
                let listed = Array(groups.prefix(NotifyMessage.listed))
                let examples = await GroupExample.read(of: listed, in: reading)
                end.groups = listed.map { described($0, examples) }
                end.moreGroups = groups.count - listed.count
            }
        } catch {
            complain(error)
        }
        let last = message(counts, .end(end))
        await withTaskGroup(of: Void.self) { group in
            for notifier in notifiers { group.addTask { await notifier.finish(last) } }
        }
        state.withLock { $0.isSettled = true }
        return true
    }
}
