package import JobmonCore
package import JobmonQueue
import JobmonReporting

/// A queue of a directory, put together: its lock, the monitor that it finds or becomes, the executor.
package enum QueueRun {
    /// Opens a queue and gives `body` what a scheduler needs; then closes it in order. By the end every fact is
    /// acknowledged; after a stop, or where that takes too long then, what is not lies in the spool.
    ///
    /// - Parameters:
    ///   - monitor: the directory's monitor, where it is this process; nil: it is looked for, or become.
    ///   - say: tells the user a sentence.
    /// - Throws: `.unavailable` when the directory or its ledger can't be used, or a queue of that name runs already
    ///   (by whom is said); and what `body` throws.
    package static func run(
        _ settings: QueueSettings, monitor: DirectoryMonitor? = nil, time: TimeSource = .system,
        say: @escaping @Sendable (String) -> Void,
        _ body: @escaping @Sendable (QueueEnvironment) async throws(Problem) -> QueueSummary
    ) async throws(Problem) -> QueueSummary {
        let layout = settings.layout
        try layout.makeFolders()
        let lock = try takeQueue(settings.queue, layout)
        defer { withExtendedLifetime(lock) {} }
        let link = MonitorLink(
            layout: layout, own: monitor, time: time, isInPlace: { [weak lock] in lock?.isInPlace ?? true },
            say: say)
        // Its supervisor comes up while we look for the monitor, or become it.
        let executor = try QueueExecutor.begin(settings, link: link, time: time, say: say)
        do throws(Problem) {
            try await link.reachable(from: executor)
            var summary = try await link.run(
                { (link) async throws(Problem) -> QueueSummary in
                    try await executor.ready()
                    return try await body(environment(settings, link: link, executor: executor, time: time))
                }, endingWithin: { $0.ending == .stopped ? stopPatience : nil })
            // The next queue of this process is to have the supervisor to itself, and this one is to be forgotten.
            executor.letGo()
            link.onStopped {}
            if let lost = link.lost { summary.ending = .failed(lost) }
            return summary
        } catch {
            // A supervisor that never heard of its queue would wait for it.
            await executor.giveUp()
            link.onStopped {}
            throw error
        }
    }

    private static func environment(
        _ settings: QueueSettings, link: MonitorLink, executor: QueueExecutor, time: TimeSource
    ) -> QueueEnvironment {
        var environment = QueueEnvironment(
            reading: LinkReading(link: link),
            enqueue: { (events) async throws(Problem) in try await link.enqueue(events) },
            sink: FactSink { await link.record($0) }, executor: executor.executor, window: { executor.window },
            changes: { link.changes(queue: settings.queue) },
            writeFence: { (key) async throws(Problem) in try QueueFence.write(key, settings.layout) }, time: time)
        environment.whenAskedToStop = { link.onStopped($0) }
        return environment
    }

    /// Seconds that a queue which was stopped waits for acknowledgements; what has none by then lies in the spool.
    private static let stopPatience = 3.0

    private static func takeQueue(_ queue: String, _ layout: DirectoryLayout) throws(Problem) -> FileLock {
        let path = layout.queueLock(queue)
        if let lock = try FileLock.acquire(path) { return lock }
        let who = FileLock.holder(path).map { "process \($0.pid) on \($0.host)" } ?? "another process"
        throw Problem(
            .unavailable, "the queue \"\(queue)\" of \(layout.root) is run by \(who) already",
            hint: "wait for its end, or name another queue with --queue")
    }
}
