import JobmonCore
import JobmonQueue
import JobmonReporting
import JobmonSystem
public import Logging

/// A queue of jobs. It runs them through its executor, detects jobs that died without a report, and starts failed jobs
/// again while they have retries left.
///
/// Jobs start as soon as they are queued. A queue has a name: if a program is killed, the next one that opens the queue
/// of that name continues with its unfinished jobs. A job that is queued again under the same key is the same job: if
/// it is complete, it is not run again.
public actor JobQueue {
    /// The settings of a queue.
    public struct Options: Sendable {
        /// The maximum number of retries of a failed job, unless the job has its own. The delays grow from 1 s to 60 s.
        public var retries = 0
        /// Rules about failures with certain causes. For the failures that a rule is about, it replaces `retries`.
        public var retryRules: [RetryRule] = []
        /// The default rules apply too: once with 1.5 times the memory after `outOfMemory`, once with 1.5 times the run
        /// time after `timeLimit`, and up to 3 times in a row after `nodeFailure`, `preempted`, `requeued` and `lost`.
        public var usesDefaultRetryRules = true
        /// Retries never request more memory than this; nil: what the cluster's partition can give.
        public var maxMemory: MemorySize?
        /// Retries never request more run time than this; nil: what the cluster's partition can give.
        public var maxRuntime: Duration?
        /// How many jobs of some kind may run at once: by their name, `["stata": 4]`, or by the value of a param,
        /// `["db=main": 2]`. Names and values may contain `*` and `?`.
        public var limits: [String: Int] = [:]
        /// Capture stdout and stderr of jobs, in `logs/` of the directory.
        public var capturesOutput = true
        /// The programs that run scripts.
        public var interpreters = Interpreters.standard
        /// Receives the queue's messages for the user.
        public var logger = Logger(label: "jobmon.queue")

        /// No retries but those of the default rules, captured output, the standard interpreters.
        public init() {}

        /// The rules as the queue runs by them.
        var relaunch: RelaunchRules {
            get throws(JobmonError) {
                let texts = (usesDefaultRetryRules ? [] : [RelaunchRules.noneWord]) + retryRules.map(\.text)
                do throws(Problem) {
                    return try RelaunchRules(
                        texts: texts,
                        limits: RelaunchLimits(memory: maxMemory?.bytes, runtime: maxRuntime?.inSeconds))
                } catch {
                    throw JobmonError(error)
                }
            }
        }
    }

    /// The queue's name in the ledger.
    public nonisolated let name: String
    /// Where the queue's jobs run.
    public nonisolated let executor: JobExecutor
    /// The queue's settings.
    public nonisolated let options: Options
    private let monitor: CentralJobMonitor
    private var session: (open: QueueSession, id: Int)?
    private var opening: Task<Result<QueueSession, JobmonError>, Never>?

    /// Opens a queue on a monitor of this program. Unfinished jobs of an earlier program in this queue continue at
    /// once.
    ///
    /// - Parameters:
    ///   - monitor: the monitor, which must outlive the queue.
    ///   - executor: where the jobs run.
    ///   - name: the queue's name. Only one queue of a name can be open at once.
    ///   - options: the queue's settings.
    /// - Throws: `executableNotFound` if there is no `jobmon` executable to supervise local jobs, `inUse` if another
    ///   program runs the queue, `unavailable` if its supervisor does not start.
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
        _ = try options.relaunch
        _ = try await opened()
    }

    /// When the last reference is gone, the queue accepts no more jobs and ends once all are over. Its monitor serves
    /// the directory until then.
    deinit { session?.open.feed.close() }

    /// Describes a job. Nothing is recorded or started before the job is queued.
    ///
    /// - Parameters:
    ///   - runfile: a script, whose interpreter follows from its extension, or a program.
    ///   - name: the job's name for people; nil: the file name of the runfile.
    ///   - parameters: the arguments, one word per element.
    ///   - params: named values for filters.
    ///   - key: identifies the job in the next run of the program; nil: it is a new job each time.
    public nonisolated func createJob(
        runfile: String, name: String? = nil, parameters: [String] = [], params: [String: String] = [:],
        key: String? = nil
    ) -> Job {
        Job(
            name: name ?? runfile.split(separator: "/").last.map { String($0) } ?? runfile, runfile: runfile,
            parameters: parameters, params: params, key: key ?? makeUUID(), workingDirectory: nil, environment: [:])
    }

    /// Queues a job. It starts as soon as there is room. Cancelling the task does not take the job back.
    ///
    /// - Parameters:
    ///   - job: the job.
    ///   - slots: the number of slots (cores on one host) that it needs; nil: one. On this host, `OMP_NUM_THREADS` and
    ///     variables like it are set to it where they are not set.
    ///   - memory: the memory that it needs.
    ///   - gpus: the number of GPUs that it needs. On this host, `CUDA_VISIBLE_DEVICES` names those that it has.
    ///   - priority: jobs with a higher one start first.
    ///   - after: jobs of this queue that must be complete before it starts. If one of them failed for good, the job is
    ///     cancelled, and revived when that one is retried.
    ///   - project: the project to which a cluster charges it.
    ///   - timeout: the time limit of an attempt, after which it is ended; nil: no limit.
    ///   - retries: the maximum number of retries if it fails; nil: the number in the queue's options.
    ///   - expect: files and directories that must exist and not be empty after exit code 0; else the job failed. A
    ///     relative path begins at the job's working directory; `{name}` is replaced by the param of that name.
    ///   - failOn: regular expressions (PCRE2). If a line of output matches one, the job failed in spite of exit code 0.
    /// - Returns: its number in the ledger (`jid`), once it is on disk.
    /// - Throws: `invalid` if the job is invalid (the message says why), `ended` if `blockTillDone` is waiting or the
    ///   queue was stopped, `unavailable` if the monitor cannot record it.
    @discardableResult
    public func queueJob(
        _ job: Job, slots: Int? = nil, memory: MemorySize? = nil, gpus: Int = 0, priority: Int = 0,
        after: [JobDependency] = [], project: String? = nil, timeout: Duration? = nil, retries: Int? = nil,
        expect: [String] = [], failOn: [String] = []
    ) async throws(JobmonError) -> Int64 {
        let jids = try await queueJobs(
            [job], slots: slots, memory: memory, gpus: gpus, priority: priority, after: after,
            project: project, timeout: timeout, retries: retries, expect: expect, failOn: failOn)
        return jids[0]
    }

    /// Queues many jobs at once, which is faster than one by one.
    /// - Returns: their numbers, in order, once they are on disk.
    /// - Throws: the errors of `queueJob`; some of the jobs may have been queued.
    @discardableResult
    public func queueJobs(
        _ jobs: [Job], slots: Int? = nil, memory: MemorySize? = nil, gpus: Int = 0, priority: Int = 0,
        after: [JobDependency] = [], project: String? = nil, timeout: Duration? = nil, retries: Int? = nil,
        expect: [String] = [], failOn: [String] = []
    ) async throws(JobmonError) -> [Int64] {
        let limits = JobLimits(
            slots: slots, memory: memory, project: project, timeout: timeout, retries: retries ?? options.retries,
            gpus: gpus, priority: priority, criteria: SuccessCriteria(expected: expect, failurePatterns: failOn))
        let interpreters = options.interpreters
        let new = try await publicly { () async throws(Problem) in
            for source in failOn { _ = try LinePattern(source) }
            return try jobs.map { (job) throws(Problem) in
                var new = NewJob(
                    key: job.key, description: try JobDescription(job, limits, interpreters: interpreters))
                new.after = after.map(\.reference)
                return new
            }
        }
        let feed = try await opened().feed
        return try await publicly { () async throws(Problem) in try await feed.add(new) }
    }

    /// Waits until every job of the queue is over, including those of earlier programs. Failed jobs do not make it
    /// throw; the result lists them. Jobs that are queued afterwards open the queue again.
    ///
    /// If the task is cancelled, the queue is stopped: running local jobs are ended (TERM, then KILL after 5 s) and
    /// recorded, and the next program continues with them.
    /// - Throws: `ended` if the queue was stopped; `unavailable` if it could not continue, with the reason.
    @discardableResult
    public func blockTillDone() async throws(JobmonError) -> QueueResult {
        let session = try await opened()
        session.feed.close()
        return try await ended(session)
    }

    /// Stops the queue: it starts nothing more, and running local jobs are ended and recorded. Jobs in a cluster
    /// continue there. The next program, or the next job that is queued, continues with what is left. Returns when the
    /// queue has ended.
    public func stop() async {
        guard let session = session?.open else { return }
        session.feed.close()
        session.requestStop()
        _ = try? await ended(session)
    }

    /// The current number of jobs by state.
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
        // If several callers find it closed, one of them opens it.
        let task = opening ?? Task { await open() }  // allowed: awaited right below
        opening = task
        defer { opening = nil }
        return try await task.value.get()
    }

    private func open() async -> Result<QueueSession, JobmonError> {
        var settings = QueueSettings(
            layout: monitor.layout, queue: name, executor: executor.name, slots: executor.parallelism)
        settings.room = executor.room
        var configuration = QueueState.Configuration(
            queue: name, executor: executor.name, policy: .retry(RelaunchPolicy.Backoff()),
            // Checked when the queue was made.
            relaunch: (try? options.relaunch) ?? .defaults, window: settings.room.slots,
            logs: options.capturesOutput ? monitor.layout : nil, leavesRunning: executor.isCluster,
            hearsFromMonitor: executor.isCluster)
        configuration.limits = options.limits.sorted { $0.key < $1.key }.map {
            PatternChange(pattern: JobPattern($0.key), number: max(0, $0.value))
        }
        guard !monitor.served.hasEnded else { return .failure(JobmonError(MonitorFinder.givenIsGone)) }
        let logger = options.logger
        do throws(Problem) {
            let opened = try await QueueSession.open(
                settings, configuration: configuration, monitor: monitor, say: { logger.notice("\($0)") })
            session = (opened, monitor.note(opened))
            return .success(opened)
        } catch {
            // This queue's own lock is released by now: if the lock is held, another process holds it.
            let isInUse = FileLock.isHeld(monitor.layout.queueLock(name)) == true
            return .failure(JobmonError(error, isInUse ? .inUse : nil))
        }
    }
}

/// The result of running a queue.
public struct QueueResult: Sendable, Hashable {
    /// The number of jobs by state.
    public struct Counts: Sendable, Hashable {
        /// Jobs for which another attempt is due, or none was made yet.
        public var queued: Int
        /// Jobs whose command runs.
        public var running: Int
        /// Jobs whose last instance is in an unknown state at the moment.
        public var unclear: Int
        /// Jobs that are complete.
        public var complete: Int
        /// Jobs that failed and have no attempts left.
        public var failed: Int
        /// Jobs that were cancelled.
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
        /// The number of the job in the ledger.
        public var jid: Int64
        /// The job's name.
        public var name: String
        /// The number of attempts used.
        public var attempts: Int
        /// Why its last attempt failed.
        public var cause: FailureCause?
        /// The headline of its error.
        public var headline: String
    }

    /// The number of jobs by state at the end.
    public var counts: Counts
    /// The failed jobs, in the order of `jid`; at most 1,000. `CentralJobMonitor.jobs(withStatus:)` returns all.
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

/// Opens a queue, runs `body`, and waits until all jobs are over. If `body` throws, the queue is stopped. See
/// `JobQueue`.
///
/// - Parameters:
///   - monitor: the monitor, which must outlive the queue.
///   - executor: where the jobs run.
///   - name: the queue's name.
///   - options: the queue's settings.
///   - isolation: the actor on which `body` runs; the default is that of the caller.
///   - body: queues the jobs.
/// - Returns: the result of the queue.
/// - Throws: a `JobmonError` if the queue cannot be opened or was stopped, and any error of `body`.
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
