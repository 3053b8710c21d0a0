import JobmonCore
import JobmonLedger
import JobmonReporting
import Synchronization

/// The monitor of a directory, in this process: it answers requests (the responder), publishes every change (the
/// publisher) and keeps the durable record (the ledger, `job_monitor.sqlite`).
///
/// It is found like any other: `jobmon jobs -d DIRECTORY` in a terminal, and jobs on this host, reach it while this
/// program runs. It serves from the end of `init` to `stopResponder` and `stopPublisher`; when the program is killed,
/// nothing that was acknowledged is lost, and the next monitor of the directory goes on.
///
///     let monitor = try await CentralJobMonitor(directory: "run", persistent: true)
///     let queue = try await JobQueue(monitor: monitor, executor: .local(parallelism: 4))
///     let job = queue.createJob(runfile: "model.py", name: "model 1995", parameters: ["--year", "1995"])
///     try await queue.queueJob(job, timeout: .seconds(600))
///     try await queue.blockTillDone()
///     try await monitor.generateReport()
///     await monitor.stopResponder()
///     await monitor.stopPublisher()
///
/// `withCentralJobMonitor` ends it by itself, whatever is thrown.
public final class CentralJobMonitor: Sendable {
    /// The directory, absolute.
    public var directory: String { layout.root }
    /// Whether the ledger is kept in the directory; else it is gone when the monitor ends.
    public let isPersistent: Bool

    let layout: DirectoryLayout
    let served: DirectoryMonitor
    private let running: Task<Problem?, Never>
    private let state = Mutex(State())

    private struct State {
        /// What is to be told when the monitor ends: its queues.
        var open: [Int: QueueSession] = [:]
        var lastID = 0
        /// It takes no more queues: they would have nobody to tell.
        var hasEnded = false
    }

    /// Makes the directory where it is missing, and begins to serve it. Returns once requests are answered and what lay
    /// in the spool is taken in.
    ///
    /// - Parameters:
    ///   - directory: where everything is kept; relative to the current directory.
    ///   - persistent: keep the ledger in the directory. Without that it is in memory, gone at the end; what is left are
    ///     the reports.
    ///   - address: the address to listen on; `any`: all of this host's, which jobs on other hosts need.
    ///   - port: the port to listen on; 0: any that is free.
    /// - Throws: `inUse` when another monitor serves the directory (which one is said), `unavailable` when the directory,
    ///   its ledger or the address can't be used.
    public init(
        directory: String, persistent: Bool = true, listen address: String = "127.0.0.1", port: Int = 0
    ) async throws(JobmonError) {
        let (layout, served) = try await publicly { () async throws(Problem) in
            let layout = try DirectoryLayout(of: directory)
            return (
                layout,
                try await DirectoryMonitor.prepare(
                    DirectoryMonitor.Configuration(
                        layout: layout, inMemory: !persistent, address: address, port: port, say: { _ in }))
            )
        }
        guard let served else { throw JobmonError(MonitorLock.refusal(layout), .inUse) }
        self.layout = layout
        self.served = served
        isPersistent = persistent
        // It lives as long as this object says, not as long as a scope: `stop` awaits it.
        running = Task {  // allowed: awaited by stopPublisher; ended by stopResponder and by deinit
            do throws(Problem) {
                try await served.run()
                return nil
            } catch {
                return error
            }
        }
        _ = try await publicly { () async throws(Problem) in try await served.ready() }
        let running = running
        Task { [weak self] in  // allowed: ends with the monitor
            _ = await running.value
            self?.end().forEach { $0.requestStop() }
        }
    }

    deinit { served.stop() }

    // MARK: - Ending

    /// Ends the responder: jobs of this program's queues that still run are ended and recorded (call `blockTillDone` first
    /// if they are to finish), and requests are refused; what jobs say from now on is spooled for the next monitor.
    /// Reading, reports and subscribers go on until `stopPublisher`.
    public func stopResponder() async {
        let sessions = end()
        for session in sessions { session.requestStop() }
        for session in sessions { _ = await session.finished() }
        served.closeResponder()
    }

    /// Ends the publisher, and with it the monitor: every subscriber has had the rest, the ledger is closed, and the
    /// directory is free for another monitor when this returns.
    public func stopPublisher() async {
        await stopResponder()
        served.stop()
        _ = await running.value
    }

    // MARK: - Reading

    /// The jobs of a status (of all, when nil), in the order of their numbers, with their instances.
    /// - Parameters:
    ///   - status: the status; nil: any.
    ///   - queue: only those of this queue.
    ///   - name: only those of this name.
    ///   - params: only those with these params.
    /// - Throws: `unavailable` when the ledger can't be read.
    public func jobs(
        withStatus status: JobStatus? = nil, queue: String? = nil, name: String? = nil, params: [String: String] = [:]
    ) async throws(JobmonError) -> [RecordedJob] {
        let filter = JobFilter(
            statuses: status.map { [$0.inner] } ?? [], queue: queue, name: name,
            params: params.map { JobFilter.Param(name: $0.key, value: $0.value) })
        let reading = served.connection
        return try await publicly { () async throws(Problem) in
            var jobs: [RecordedJob] = []
            var page = Page(after: 0, limit: Page.maximumLimit)
            while true {
                let part = try await reading.jobs(filter, page: page)
                jobs += part.items.map { RecordedJob($0) }
                guard let next = part.next else { return jobs }
                page.after = next
            }
        }
    }

    /// A job by its number.
    /// - Throws: `notFound` when there is none, `unavailable` when the ledger can't be read.
    public func job(_ jid: Int64) async throws(JobmonError) -> RecordedJob {
        let reading = served.connection
        return try await publicly { () async throws(Problem) in RecordedJob(try await reading.job(jid)) }
    }

    /// How many jobs have which status, in one look.
    /// - Parameter queue: only those of this queue.
    public func counts(queue: String? = nil) async throws(JobmonError) -> [JobStatus: Int] {
        let reading = served.connection
        return try await publicly { () async throws(Problem) in
            let summary = try await reading.summary(queue: queue)
            return Dictionary(uniqueKeysWithValues: summary.jobs.map { (JobStatus($0.key), $0.value) })
        }
    }

    /// What is recorded from now on, or from after a sequence number, in order and without a gap. It ends with the
    /// monitor. Who keeps the last number goes on from there the next time.
    public func events(after sequence: Int64? = nil) -> JobEvents {
        let connection = served.connection
        return JobEvents { await JobEvents.reader(of: connection, after: sequence) }
    }

    /// Writes `job_report.csv` (a row for each job instance) and `job_status_report.csv` (a row for each status that one
    /// took): RFC 4180, UTF-8, described in docs/operations.md.
    ///
    /// - Parameter folder: where they are written; nil: the directory. It is made where it is missing.
    /// - Returns: the paths of both.
    /// - Throws: `unavailable` when one can't be written: earlier ones are as they were.
    @discardableResult
    public func generateReport(into folder: String? = nil) async throws(JobmonError) -> [String] {
        let layout = layout
        let isPersistent = isPersistent
        let reading = served.connection
        return try await publicly { () async throws(Problem) in
            let folder = try folder.map { (path) throws(Problem) in try DirectoryLayout(of: path).root } ?? layout.root
            return try await DirectoryAccess.writeReports(
                of: layout, reading: reading,
                fromFile: isPersistent && SQLiteLedger.isReadBesideItsMonitor(layout.ledger),
                into: folder
            ).map(\.path)
        }
    }

    // MARK: - Queues

    /// No queue is to go on: those that there are.
    private func end() -> [QueueSession] {
        state.withLock {
            $0.hasEnded = true
            return Array($0.open.values)
        }
    }

    /// A queue runs on this monitor until `forget`; one that comes when the end has begun is stopped at once.
    func note(_ session: QueueSession) -> Int {
        let (id, hasEnded) = state.withLock {
            $0.lastID += 1
            $0.open[$0.lastID] = session
            return ($0.lastID, $0.hasEnded)
        }
        if hasEnded { session.requestStop() }
        return id
    }

    func forget(_ id: Int) { _ = state.withLock { $0.open.removeValue(forKey: id) } }
}

/// Serves a directory for the time of `body`, then ends in order, whatever `body` throws: see `CentralJobMonitor`.
///
/// - Parameters:
///   - directory: where everything is kept.
///   - persistent: keep the ledger in the directory.
///   - isolation: where `body` runs: where the caller does.
///   - body: what is done meanwhile, with the monitor.
/// - Returns: what `body` returns.
/// - Throws: a `JobmonError` when the directory can't be served, and what `body` throws.
public func withCentralJobMonitor<Value>(
    directory: String, persistent: Bool = true, isolation: isolated (any Actor)? = #isolation,
    _ body: (CentralJobMonitor) async throws -> Value
) async throws -> Value {
    let monitor = try await CentralJobMonitor(directory: directory, persistent: persistent)
    do {
        let value = try await body(monitor)
        await monitor.stopPublisher()
        return value
    } catch {
        await monitor.stopPublisher()
        throw error
    }
}
