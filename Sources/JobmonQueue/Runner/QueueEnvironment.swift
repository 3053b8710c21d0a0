package import JobmonCore

/// What a queue needs from outside. The program that runs the queue fills it in.
package struct QueueEnvironment: Sendable {
    /// Reads the ledger. The spool must be taken in before the queue starts.
    package var reading: any LedgerReading
    /// Records `job` facts, with a result for each, in order. Waits for the monitor if it is away, since a new job
    /// needs its `jid`.
    package var enqueue: @Sendable ([Event]) async throws(Problem) -> [EventResult]
    package var sink: FactSink
    package var executor: any Executor
    /// The number of instances that the executor can have, running and waiting. It is asked repeatedly.
    package var window: @Sendable () -> Int
    /// Sets the maximum number of commands at once.
    package var setParallelism: @Sendable (Int) -> Void = { _ in }
    /// Why a job can never run here, as a sentence without its subject; nil: it can.
    package var refusal: @Sendable (JobDescription) -> String? = { _ in nil }
    /// The monitor's changes from this call on, across restarts of the monitor. One reader.
    package var changes: @Sendable () -> AsyncStream<[Change]>
    /// Writes the fence of an instance key. - Throws: why it could not be written.
    package var writeFence: @Sendable (String) async throws(Problem) -> Void
    package var time: TimeSource
    /// Registers a function to call when this process, which is the monitor too, is asked to stop.
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
