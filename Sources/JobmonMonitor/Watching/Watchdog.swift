import JobmonCore
import Logging
import ServiceLifecycle
import Synchronization

/// Detects running instances that are silent: first they are late, after a long time UNKNOWN. Silence never makes an
/// instance FAILED.
final class Watchdog: Service {
    private let ledger: any Ledger
    private let writer: EventWriter
    private let configuration: MonitorConfiguration
    private let time: TimeSource
    private let logger: Logger
    /// The earliest time from which silence counts: before it, the monitor could not hear anything.
    private let listening: Mutex<(since: Timestamp, last: Timestamp)>

    init(
        ledger: any Ledger, writer: EventWriter, configuration: MonitorConfiguration, time: TimeSource, logger: Logger
    ) {
        self.ledger = ledger
        self.writer = writer
        self.configuration = configuration
        self.time = time
        self.logger = logger
        let now = time.now()
        listening = Mutex((now, now))
    }

    /// Checks once, and returns the instances that became UNKNOWN.
    func runOnce(now: Timestamp) async throws(Problem) -> [InstanceReference] {
        let since = listening.withLock { listening in
            // A monitor that was suspended, or whose host slept, could not hear anything meanwhile.
            let gap = now.seconds(since: listening.last)
            if gap > 3 * configuration.watchdogSeconds + 1 || gap < 0 { listening.since = now }
            listening.last = now
            return listening.since
        }
        let heard = now.seconds(since: since)
        let never = Timestamp(milliseconds: 0)
        guard heard >= configuration.lateSeconds else { return [] }
        let silent = try await ledger.markLate(
            silentSince: now.advanced(bySeconds: -configuration.lateSeconds),
            lostSince: heard >= configuration.lostSeconds
                ? now.advanced(bySeconds: -configuration.lostSeconds) : never)
        // Asked once per queue, which may have ten thousand instances.
        var asked: [String: Bool] = [:]
        let lost = silent.filter { silent in
            let key = "\(silent.executor) \(silent.queue ?? "")"
            let isAsked = asked[key] ?? configuration.isAskedAbout(silent)
            asked[key] = isAsked
            return !isAsked
        }.map(\.instance)
        if lost.isEmpty { return [] }
        logger.warning("instances have not reported for long", metadata: [LogKey.events: "\(lost.count)"])
        _ = try await writer.record(
            lost.map { Event(time: now, fact: .outcome($0, Outcome(status: .unknown, cause: .lost))) })
        return lost
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while (try? await Task.sleep(for: .seconds(configuration.watchdogSeconds))) != nil {
                do throws(Problem) {
                    _ = try await runOnce(now: time.now())
                } catch {
                    logger.error("late instances could not be determined", metadata: [LogKey.problem: "\(error)"])
                }
            }
        }
    }
}
