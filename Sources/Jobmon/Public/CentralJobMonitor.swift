import JobmonCore
import JobmonLedger
import JobmonReporting
import Synchronization

/// The monitor of a directory, in this process: it answers requests (the responder), publishes every change (the
/// publisher) and keeps the durable record (the ledger, `job_monitor.sqlite`).
///
/// Other processes find it as any monitor: while this program runs, `jobmon jobs -d DIRECTORY` in a terminal and jobs
/// on this host can reach it. It serves from the end of `init` until `stopResponder` and `stopPublisher`. If the
/// program is killed, nothing that was acknowledged is lost, and the next monitor of the directory continues.
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
/// `withCentralJobMonitor` stops the monitor by itself, even if an error is thrown.
public final class CentralJobMonitor: Sendable {
    /// The directory, absolute.
    public var directory: String { layout.root }
    /// Whether the ledger is kept in the directory. If not, it is lost when the monitor ends.
    public let isPersistent: Bool

    let layout: DirectoryLayout
    let served: DirectoryMonitor
    private let running: Task<Problem?, Never>
    private let state = Mutex(State())

    private struct State {
        /// The queues to stop when the monitor ends.
        var open: [Int: QueueSession] = [:]
        var lastID = 0
        /// The monitor accepts no more queues, since it could not stop them.
        var hasEnded = false
    }

    /// Creates the directory if it is missing, and starts to serve it. Returns once the monitor answers requests and
    /// has taken in what was in the spool.
    ///
    /// - Parameters:
    ///   - directory: the directory of all files, relative to the current directory.
    ///   - persistent: keep the ledger in the directory. If false, the ledger is in memory and is lost at the end; only
    ///     reports remain.
    ///   - address: the address to listen on. `any` listens on all addresses of this host, which jobs on other hosts
    ///     need.
    ///   - port: the port to listen on; 0: any free port.
    /// - Throws: `inUse` if another monitor serves the directory (the message names it), `unavailable` if the
    ///   directory, its ledger or the address cannot be used.
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
        // Its lifetime is that of this object, not of a scope: `stopPublisher` awaits it.
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

    // MARK: - Stopping

    /// Stops the responder. Running jobs of this program's local queues are ended and recorded; to let them finish,
    /// call `blockTillDone` first. Requests are refused from now on, and reports of jobs are spooled for the next
    /// monitor. Reading, reports and subscribers work until `stopPublisher`.
    public func stopResponder() async {
        let sessions = end()
        for session in sessions { session.requestStop() }
        for session in sessions { _ = await session.finished() }
        served.closeResponder()
    }

    /// Stops the responder, then the publisher, and with it the monitor. When it returns, every subscriber has received
    /// the remaining changes, the ledger is closed, and the directory is free for another monitor.
    public func stopPublisher() async {
        await stopResponder()
        served.stop()
        _ = await running.value
    }

    // MARK: - Reading

    /// The jobs with a status, in the order of their numbers, with their instances.
    /// - Parameters:
    ///   - status: the status; nil: any.
    ///   - queue: only jobs of this queue.
    ///   - name: only jobs with this name.
    ///   - params: only jobs with these params.
    /// - Throws: `unavailable` if the ledger cannot be read.
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

    /// The job with a number.
    /// - Throws: `notFound` if there is none, `unavailable` if the ledger cannot be read.
    public func job(_ jid: Int64) async throws(JobmonError) -> RecordedJob {
        let reading = served.connection
        return try await publicly { () async throws(Problem) in RecordedJob(try await reading.job(jid)) }
    }

    /// The number of jobs by status, counted at one time.
    /// - Parameter queue: only jobs of this queue.
    /// - Throws: `unavailable` if the ledger cannot be read.
    public func counts(queue: String? = nil) async throws(JobmonError) -> [JobStatus: Int] {
        let reading = served.connection
        return try await publicly { () async throws(Problem) in
            let summary = try await reading.summary(queue: queue)
            return Dictionary(uniqueKeysWithValues: summary.jobs.map { (JobStatus($0.key), $0.value) })
        }
    }

    /// The changes from now on, or after a sequence number, in order and without a gap. The sequence ends with the
    /// monitor. To continue later, keep the last number and pass it as `after`.
    public func events(after sequence: Int64? = nil) -> JobEvents {
        let connection = served.connection
        return JobEvents { await JobEvents.reader(of: connection, after: sequence) }
    }

    /// Writes `job_report.csv` (one row per job instance) and `job_status_report.csv` (one row per status change of an
    /// instance). The files are RFC 4180 in UTF-8; docs/operations.md describes them.
    ///
    /// - Parameter folder: the target folder, created if it is missing; nil: the monitor's directory.
    /// - Returns: the paths of both files.
    /// - Throws: `unavailable` if one cannot be written. An earlier file is then unchanged.
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

    /// Accepts no more queues. - Returns: the open queues.
    private func end() -> [QueueSession] {
        state.withLock {
            $0.hasEnded = true
            return Array($0.open.values)
        }
    }

    /// Registers a queue that runs on this monitor, until `forget`. If the monitor is ending, the queue is stopped at
    /// once.
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

/// Serves a directory while `body` runs, then stops the monitor in order, even if `body` throws. See
/// `CentralJobMonitor`.
///
/// - Parameters:
///   - directory: the directory of all files.
///   - persistent: keep the ledger in the directory.
///   - isolation: the actor on which `body` runs; the default is that of the caller.
///   - body: uses the monitor.
/// - Returns: the result of `body`.
/// - Throws: a `JobmonError` if the directory cannot be served, and any error of `body`.
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
