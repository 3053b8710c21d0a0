package import JobmonCore
import JobmonLedger
import JobmonMonitor
package import JobmonReporting
import JobmonRequests
package import Logging
import Synchronization

/// A monitor with the directory that it serves: the lock, the ledger, `monitor_info.json`.
package final class DirectoryMonitor: Sendable {
    package struct Configuration: Sendable {
        package var layout: DirectoryLayout
        /// Keep the ledger in memory only. The directory still has the lock, `monitor_info.json` and the spool.
        package var inMemory: Bool
        /// The address to listen on, or `any`.
        package var address: String
        /// The port to listen on; 0: any free port.
        package var port: Int
        package var time: TimeSource
        package var logger: Logger
        /// Shows a message to the user, one sentence per call.
        package var say: @Sendable (String) -> Void

        package init(
            layout: DirectoryLayout, inMemory: Bool = false, address: String = "127.0.0.1", port: Int = 0,
            time: TimeSource = .system, logger: Logger = quietLogger, say: @escaping @Sendable (String) -> Void
        ) {
            self.layout = layout
            self.inMemory = inMemory
            self.address = address
            self.port = port
            self.time = time
            self.logger = logger
            self.say = say
        }
    }

    /// A logger that logs only what needs attention.
    package static var quietLogger: Logger {
        var logger = Logger(label: "jobmon") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        return logger
    }

    private let configuration: Configuration
    private let secret: String
    private let lock: Mutex<MonitorLock?>
    private let ledger: SQLiteLedger
    private let monitor: Monitor
    private let readiness: AsyncStream<Result<MonitorInfo, Problem>>
    private let announce: AsyncStream<Result<MonitorInfo, Problem>>.Continuation

    private init(configuration: Configuration, lock: MonitorLock, ledger: SQLiteLedger) {
        self.configuration = configuration
        self.lock = Mutex(lock)
        self.ledger = ledger
        secret = String((makeUUID() + makeUUID()).filter { $0 != "-" })
        var settings = MonitorConfiguration(secret: secret)
        settings.address = configuration.address
        settings.port =
            configuration.port != 0
            ? configuration.port : LastPort.again(configuration.layout, address: configuration.address) ?? 0
        settings.hostNames = [HostIdentity.host]
        let layout = configuration.layout
        settings.isAskedAbout = { silent in
            // A queue that runs asks its cluster's scheduler, which knows of a wrapper that can't be heard.
            guard let queue = silent.queue, ClusterScheduler(rawValue: silent.executor) != nil else { return false }
            return FileLock.isHeld(layout.queueLock(queue)) == true
        }
        // A weak reference: when the lock is released, the directory is free.
        settings.hasLostDirectory = { [weak lock] in lock.map { !$0.isInPlace } ?? false }
        monitor = Monitor(
            ledger: ledger, layout: configuration.layout, configuration: settings, time: configuration.time,
            logger: configuration.logger)
        (readiness, announce) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Creates the directory if it is missing, takes its lock and opens its ledger. What a dead monitor left is
    /// replaced, and the user is told.
    /// - Returns: nil if another monitor serves the directory: it has the lock, or it answers from a host that the lock
    ///   does not reach.
    /// - Throws: `.unavailable` if the directory or the ledger cannot be used, with the reason and a hint. The ledger's
    ///   file is then unchanged.
    package static func prepare(_ configuration: Configuration) async throws(Problem) -> DirectoryMonitor? {
        let layout = configuration.layout
        try layout.makeFolders()
        guard let lock = try MonitorLock.take(layout) else { return nil }
        guard await !isServedFromElsewhere(layout) else { return nil }
        DirectoryPrivacy.tighten(layout)
        if let warning = DirectoryPrivacy.warning(layout) { configuration.say(warning) }
        if let stale = MonitorLock.stale(layout) { configuration.say(stale) }
        if configuration.inMemory, SQLiteLedger.isThere(layout.ledger) {
            throw Problem(
                .unavailable, "\(layout.root) has a ledger, job_monitor.sqlite, which a ledger in memory would hide",
                hint: "use another directory for a ledger in memory, or continue with that ledger")
        }
        let ledger = try SQLiteLedger.open(
            configuration.inMemory ? .memory : .file(path: layout.ledger), time: configuration.time)
        return DirectoryMonitor(configuration: configuration, lock: lock, ledger: ledger)
    }

    /// Some shared file systems keep locks to one host. So a monitor on another host that answers also counts.
    private static func isServedFromElsewhere(_ layout: DirectoryLayout) async -> Bool {
        guard let info = MonitorInfo.read(layout), info.host != HostIdentity.host else { return false }
        return await RemoteConnection(layout: layout, patience: 1).isAlive(within: 2)
    }

    /// The connection within this process, valid from the start of `run` to its end.
    package var connection: any MonitorConnection { monitor.connection }

    /// Waits until the monitor answers.
    /// - Returns: its address.
    /// - Throws: why it will not answer.
    @discardableResult
    package func ready() async throws(Problem) -> MonitorInfo {
        for await result in readiness { return try result.get() }
        throw Problem(.unavailable, "the monitor ended before it was ready")
    }

    /// Serves the directory until it is asked to stop or the task is cancelled or shut down. Then closes the ledger and
    /// frees the directory.
    /// - Throws: why it could not serve, or why the ledger could not be closed.
    package func run() async throws(Problem) {
        let failure: Problem?
        do {
            try await monitor.run { [self] bound in announce.yield(.success(try publish(bound))) }
            failure = nil
        } catch let problem as Problem {
            failure = problem
        } catch is CancellationError {
            failure = nil
        } catch {
            failure = Problem(.internalError, "the monitor ended with an unexpected error: \(error)")
        }
        MonitorInfo.read(configuration.layout).flatMap { $0.secret == secret ? $0 : nil }?.remove(configuration.layout)
        if let failure { announce.yield(.failure(failure)) }
        announce.finish()
        // Other owners of this object must not keep the next monitor out.
        defer { lock.withLock { $0 = nil } }
        do throws(Problem) {
            try await ledger.close()
        } catch {
            throw failure ?? error
        }
        if let failure { throw failure }
    }

    /// Whether it has stopped serving: the directory may belong to another monitor, or to none.
    package var hasEnded: Bool { lock.withLock { $0 == nil } }

    /// Stops answering requests from other processes. This process can use it until `stop`.
    package func closeResponder() { monitor.closeResponder() }

    /// Asks the monitor to stop in order; `run` returns when it has.
    package func stop() { monitor.stop() }

    private func publish(_ bound: Monitor.Bound) throws(Problem) -> MonitorInfo {
        let address = bound.address == "0.0.0.0" || bound.address == "::" ? HostAddress.reachable : bound.address
        let info = MonitorInfo(
            host: HostIdentity.host, address: address, port: bound.port, pid: ProcessNumber.own,
            hostBootID: HostIdentity.bootID, secret: secret, started: configuration.time.now(),
            version: JobmonVersion.current)
        try info.write(configuration.layout)
        LastPort.note(bound.port, configuration.layout)
        return info
    }
}
