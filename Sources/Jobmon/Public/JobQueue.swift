import JobmonCore
import JobmonQueue
import JobmonReporting
public import Logging

/// A queue of jobs: it runs them through its executor as they come, notices those that died without a word, and
/// relaunches what failed as often as it may.
///
/// Jobs start as soon as they are queued. A queue is named; when a program is killed, the next one that opens the queue of
/// that name goes on with what is left of it, and a job that is queued again under the same key is the same job: what is
/// complete is not run again.
public actor JobQueue {
    /// How a queue treats its jobs.
    public struct Options: Sendable {
        /// How often a job that failed is tried again, unless it says otherwise; pauses grow from 1 s to 60 s.
        public var retries = 0
        /// Keep what jobs write to stdout and stderr, in `logs/` in the directory.
        public var capturesOutput = true
        /// What runs scripts.
        public var interpreters = Interpreters.standard
        /// Where the queue says what a person should know.
        public var logger = Logger(label: "jobmon.queue")

        /// No retries, output captured, the standard interpreters.
        public init() {}
    }

    /// The queue's name in the ledger.
    public nonisolated let name: String
    /// Where its jobs run.
    public nonisolated let executor: JobExecutor
    /// How it treats its jobs.
    public nonisolated let options: Options
    private let monitor: CentralJobMonitor
    private var session: (open: QueueSession, id: Int)?
    private var opening: Task<Result<QueueSession, JobmonError>, Never>?

    /// Opens a queue on a monitor of this program. What an earlier program left unfinished in it goes on at once.
    ///
    /// - Parameters:
    ///   - monitor: the monitor, which must outlive the queue.
    ///   - executor: where jobs run.
    ///   - name: the queue's name; two of one name can't be open at once.
    ///   - options: how it treats its jobs.
    /// - Throws: `executableNotFound` without a `jobmon` to supervise local jobs, `inUse` when the queue is run by
    ///   somebody else, `unavailable` when its supervisor does not come up.
    public init(
        monitor: CentralJobMonitor, executor: JobExecutor = .local(), name: String = "queue",
        options: Options = Options()
    ) async throws(JobmonError) {
        guard !name.isEmpty else {
            throw JobmonError(.invalid, "the name of the queue is empty", hint: "give the queue a name")
        }
        self.name = name
        self.executor = executor
        self.options = options
        self.monitor = monitor
        try executor.check()
        _ = try await opened()
    }

    /// A queue that nobody holds any more takes no more jobs, and comes to its end by itself; its monitor serves the
    /// directory until then.
    deinit { session?.open.feed.close() }

    /// Describes a job. Nothing is recorded, and nothing runs, before it is queued.
    ///
    /// - Parameters:
    ///   - runfile: a script, which gets its interpreter by its ending, or a program.
    ///   - name: what people know it by; nil: the runfile's own name.
    ///   - parameters: what it is called with, word by word.
    ///   - params: named values to filter by.
    ///   - key: what makes it the same job in the next run of the program; nil: it is a new job each time.
    public nonisolated func createJob(
        runfile: String, name: String? = nil, parameters: [String] = [], params: [String: String] = [:],
        key: String? = nil
    ) -> Job {
        Job(
            name: name ?? runfile.split(separator: "/").last.map { String($0) } ?? runfile, runfile: runfile,
            parameters: parameters, params: params, key: key ?? makeUUID(), workingDirectory: nil, environment: [:])
    }

    /// Queues a job; it runs as soon as there is room.
    ///
    /// - Parameters:
    ///   - job: what is to be done.
    ///   - slots: slots that it needs of a cluster.
    ///   - memory: memory that it needs of a cluster.
    ///   - project: the project that a cluster books it on.
    ///   - timeout: the time after which an attempt is ended.
    ///   - retries: how often it is tried again when it fails; nil: as the queue's options say.
    /// - Returns: its number in the ledger (`jid`), once it is on disk.
    /// - Throws: `invalid` when it can't be a job (why is said), `ended` when somebody waits for the queue's end or the
    ///   queue was stopped, `unavailable` when the monitor can't record it.
    @discardableResult
    public func queueJob(
        _ job: Job, slots: Int = 1, memory: MemorySize? = nil, project: String? = nil, timeout: Duration? = nil,
        retries: Int? = nil
    ) async throws(JobmonError) -> Int64 {
        let jids = try await queueJobs(
            [job], slots: slots, memory: memory, project: project, timeout: timeout, retries: retries)
        return jids[0]
    }

    /// Queues many jobs at once, which is faster than one by one.
    /// - Returns: their numbers, in order, once they are on disk.
    /// - Throws: as `queueJob`; some may have been queued then.
    @discardableResult
    public func queueJobs(
        _ jobs: [Job], slots: Int = 1, memory: MemorySize? = nil, project: String? = nil, timeout: Duration? = nil,
        retries: Int? = nil
    ) async throws(JobmonError) -> [Int64] {
        let limits = JobLimits(
            slots: slots, memory: memory, project: project, timeout: timeout, retries: retries ?? options.retries)
        let interpreters = options.interpreters
        let new = try await publicly { () async throws(Problem) in
            try jobs.map { (job) throws(Problem) in
                NewJob(key: job.key, description: try JobDescription(job, limits, interpreters: interpreters))
            }
        }
        let feed = try await opened().feed
        return try await publicly { () async throws(Problem) in try await feed.add(new) }
    }

    /// Waits until every job of the queue is over: those of earlier programs too. Jobs that fail don't make it throw;
    /// the result names them. Jobs that are queued afterwards open the queue again.
    ///
    /// When the task is cancelled the queue is stopped: running local jobs are ended (TERM, and KILL after 5 s) and
    /// recorded, and the next program goes on with them.
    /// - Throws: `ended` when the queue was stopped, `unavailable` when it could not go on, and why.
    @discardableResult
    public func blockTillDone() async throws(JobmonError) -> QueueResult {
        let session = try await opened()
        session.feed.close()
        return try await ended(session)
    }

    /// Stops the queue: nothing more is started, running local jobs are ended and recorded. The next program, or the next
    /// job that is queued, goes on with what is left. Returns when it is over.
    public func stop() async {
        guard let session = session?.open else { return }
        session.feed.close()
        session.requestStop()
        _ = try? await ended(session)
    }

    /// How many jobs are where, as of now.
    public var counts: QueueResult.Counts { QueueResult.Counts(session?.open.counts ?? QueueCounts()) }

    private func ended(_ session: QueueSession) async throws(JobmonError) -> QueueResult {
        let result = await withTaskCancellationHandler {
            await session.finished()
        } onCancel: {
            session.requestStop()
        }
        if let current = self.session, current.open === session {
            monitor.forget(current.id)
            self.session = nil
        }
        let summary: QueueSummary
        do throws(Problem) { summary = try result.get() } catch { throw JobmonError(error) }
        switch summary.ending {
        case .done, .halted: return QueueResult(summary)
        case .stopped:
            throw JobmonError(
                .ended,
                "the queue \"\(name)\" was stopped: \(summary.counts.over) of \(summary.counts.total) jobs are over",
                hint: "queue the same jobs again to continue")
        case .failed(let problem): throw JobmonError(problem)
        }
    }

    private func opened() async throws(JobmonError) -> QueueSession {
        if let session { return session.open }
        // Of several that find it closed, one opens it.
        let task = opening ?? Task { await open() }  // allowed: awaited right below
        opening = task
        defer { opening = nil }
        return try await task.value.get()
    }

    private func open() async -> Result<QueueSession, JobmonError> {
        let settings = QueueSettings(
            layout: monitor.layout, queue: name, executor: executor.name, slots: executor.parallelism)
        let configuration = QueueState.Configuration(
            executor: executor.name, policy: .retry(RelaunchPolicy.Backoff()), window: settings.slots,
            logs: options.capturesOutput ? monitor.layout : nil, leavesRunning: executor.isCluster,
            hearsFromMonitor: executor.isCluster)
        guard !monitor.served.hasEnded else { return .failure(JobmonError(MonitorLink.givenIsGone)) }
        let logger = options.logger
        do throws(Problem) {
            let opened = try await QueueSession.open(
                settings, configuration: configuration, monitor: monitor, say: { logger.notice("\($0)") })
            session = (opened, monitor.note(opened))
            return .success(opened)
        } catch {
            // Ours was let go of: who holds it is somebody else.
            let isInUse = FileLock.isHeld(monitor.layout.queueLock(name)) == true
            return .failure(JobmonError(error, isInUse ? .inUse : nil))
        }
    }
}

/// What a queue came to.
public struct QueueResult: Sendable, Hashable {
    /// How many jobs are where.
    public struct Counts: Sendable, Hashable {
        /// Another attempt is due, or none was made yet.
        public var queued: Int
        /// Jobs whose command runs.
        public var running: Int
        /// Jobs of whose last instance nobody can say anything at the moment.
        public var unclear: Int
        /// Jobs that are done.
        public var complete: Int
        /// Jobs that failed with all their attempts used.
        public var failed: Int
        /// Jobs that somebody cancelled.
        public var cancelled: Int

        /// All jobs of the queue.
        public var total: Int { queued + running + unclear + complete + failed + cancelled }

        init(_ counts: QueueCounts) {
            queued = counts.queued
            running = counts.running
            unclear = counts.unclear
            complete = counts.complete
            failed = counts.failed
            cancelled = counts.cancelled
        }
    }

    /// A job that failed for good.
    public struct Failure: Sendable, Hashable {
        /// The ledger's number of the job.
        public var jid: Int64
        /// What people know it by.
        public var name: String
        /// Attempts used.
        public var attempts: Int
        /// Why its last attempt failed.
        public var cause: FailureCause?
        /// The line of its error that says most.
        public var headline: String
    }

    /// How many jobs ended how.
    public var counts: Counts
    /// The jobs that failed, in the order of `jid`: the first thousand. `CentralJobMonitor.jobs(withStatus:)` has all.
    public var failures: [Failure]
    /// Whether every job is complete.
    public var isComplete: Bool { counts.complete == counts.total }

    init(_ summary: QueueSummary) {
        counts = Counts(summary.counts)
        failures = summary.failures.map {
            Failure(
                jid: $0.jid, name: $0.name, attempts: $0.attempts, cause: $0.cause.map { FailureCause($0) },
                headline: $0.headline)
        }
    }
}

/// A queue for the time of `body`, which then is waited for; when `body` throws, it is stopped. See `JobQueue`.
///
/// - Parameters:
///   - monitor: the monitor, which must outlive the queue.
///   - executor: where jobs run.
///   - name: the queue's name.
///   - options: how it treats its jobs.
///   - isolation: where `body` runs: where the caller does.
///   - body: queues the jobs.
/// - Returns: what the queue came to.
/// - Throws: a `JobmonError` when the queue can't be opened or was stopped, and what `body` throws.
@discardableResult
public func withJobQueue(
    monitor: CentralJobMonitor, executor: JobExecutor = .local(), name: String = "queue",
    options: JobQueue.Options = JobQueue.Options(), isolation: isolated (any Actor)? = #isolation,
    _ body: (JobQueue) async throws -> Void
) async throws -> QueueResult {
    let queue = try await JobQueue(monitor: monitor, executor: executor, name: name, options: options)
    do {
        try await body(queue)
        return try await queue.blockTillDone()
    } catch {
        await queue.stop()
        throw error
    }
}
