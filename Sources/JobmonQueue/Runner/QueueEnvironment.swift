package import JobmonCore

/// What a queue needs of the world around it. Whoever composes a program fills it in.
package struct QueueEnvironment: Sendable {
    /// Reads the ledger. The spool was taken in before the queue is started.
    package var reading: any LedgerReading
    /// Hands `job` facts over, and waits for the monitor where it is away: a new job needs its `jid`. A result for
    /// each, in order.
    package var enqueue: @Sendable ([Event]) async throws(Problem) -> [EventResult]
    package var sink: FactSink
    package var executor: any Executor
    /// How many instances the executor wants to have, running and waiting. Asked again and again.
    package var window: @Sendable () -> Int
    /// What the monitor publishes from the moment of the call on, across restarts of the monitor. One reader.
    package var changes: @Sendable () -> AsyncStream<[Change]>
    /// Writes the fence of an instance key.
    package var writeFence: @Sendable (String) async throws(Problem) -> Void
    package var time: TimeSource
    /// Takes what is to be called when somebody asks this process, being the monitor too, to stop.
    package var whenAskedToStop: @Sendable (@escaping @Sendable () -> Void) -> Void = { _ in }

    package init(
        reading: any LedgerReading, enqueue: @escaping @Sendable ([Event]) async throws(Problem) -> [EventResult],
        sink: FactSink, executor: any Executor, window: @escaping @Sendable () -> Int,
        changes: @escaping @Sendable () -> AsyncStream<[Change]>,
        writeFence: @escaping @Sendable (String) async throws(Problem) -> Void, time: TimeSource
    ) {
        self.reading = reading
        self.enqueue = enqueue
        self.sink = sink
        self.executor = executor
        self.window = window
        self.changes = changes
        self.writeFence = writeFence
        self.time = time
    }
}
