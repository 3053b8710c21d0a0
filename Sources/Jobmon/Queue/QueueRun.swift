package import JobmonCore
package import JobmonQueue
import JobmonReporting

/// Assembles a queue of a directory: its lock, the monitor that it finds or becomes, and the executor.
package enum QueueRun {
    /// Opens a queue, gives `body` what `QueueRunner` needs, and closes the queue in order. At the end every fact is
    /// acknowledged. After a stop, facts that are not acknowledged in time are in the spool.
    ///
    /// - Parameters:
    ///   - monitor: the directory's monitor, if it is in this process; nil: find one, or become it.
    ///   - say: shows a message to the user, one sentence per call.
    /// - Throws: `.unavailable` if the directory or its ledger cannot be used, or if a queue of that name runs already
    ///   (the message names its process); and any error of `body`.
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
        // The supervisor starts while this process finds the monitor, or becomes it.
        let executor = try QueueExecutor.begin(settings, link: link, time: time, say: say)
        do throws(Problem) {
            try await link.reachable(from: executor)
            var summary = try await link.run(
                { (link) async throws(Problem) -> QueueSummary in
                    try await executor.ready()
                    return try await body(environment(settings, link: link, executor: executor, time: time))
                }, endingWithin: { $0.ending == .stopped ? stopPatience : nil })
            // Free the supervisor for the next queue of this process, and do not call this queue any more.
            executor.letGo()
            link.onStopped {}
            if let lost = link.lost { summary.ending = .failed(lost) }
            return summary
        } catch {
            // A supervisor whose queue never connected would wait for it.
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
        if settings.executor == QueueExecutor.local {
            let room = settings.room
            environment.refusal = { room.refusal(of: JobNeed($0.resources)) }
        }
        environment.setParallelism = { executor.setParallelism($0) }
        environment.whenAskedToStop = { link.onStopped($0) }
        return environment
    }

    /// Seconds that a stopped queue waits for acknowledgements. The remaining facts are in the spool.
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
