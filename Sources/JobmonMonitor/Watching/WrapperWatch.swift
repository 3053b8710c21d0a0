import JobmonCore
import JobmonReporting
import JobmonSystem
import Logging
import ServiceLifecycle
import Synchronization

/// Watches the wrappers on this host. If a wrapper was killed and its command is gone, the instance is over, and no
/// process will report its end. (Wrappers on other hosts are only known to be silent; the watchdog handles those.)
final class WrapperWatch: Service {
    private let ledger: any Ledger
    private let intake: SpoolIntake
    private let configuration: MonitorConfiguration
    private let time: TimeSource
    private let logger: Logger
    private let watched = Mutex<[String: Watched]>([:])
    private let isWatching: Bool

    /// A running instance, as far as is known, by its key.
    private struct Watched {
        var wrapper: ProcessIdentity
        var command: ProcessIdentity?
    }

    init(
        ledger: any Ledger, intake: SpoolIntake, configuration: MonitorConfiguration, time: TimeSource, logger: Logger
    ) {
        self.ledger = ledger
        self.intake = intake
        self.configuration = configuration
        self.time = time
        self.logger = logger
        // Without them, a process cannot be distinguished from a later one with the same pid.
        isWatching = HostIdentity.bootID != nil && HostIdentity.pidNamespace != nil
    }

    /// Notes facts that were recorded.
    func note(_ events: ArraySlice<Event>) {
        guard isWatching else { return }
        for event in events {
            switch event.fact {
            case .running(.key(let key), let start):
                guard let wrapper = start.wrapper, isHere(start) else { continue }
                watched.withLock { $0[key] = Watched(wrapper: wrapper.process, command: start.process) }
            case .outcome(.key(let key), _): watched.withLock { _ = $0.removeValue(forKey: key) }
            default: continue
            }
        }
    }

    private func isHere(_ start: Start) -> Bool {
        start.host == HostIdentity.host && start.bootID == HostIdentity.bootID
            && start.wrapper?.namespace == HostIdentity.pidNamespace
    }

    /// Checks once, and returns the keys of instances that were found to be lost.
    func runOnce() async throws(Problem) -> [String] {
        let gone = watched.withLock { $0 }.filter { _, watched in
            !ProcessTable.isAlive(watched.wrapper) && !(watched.command.map(ProcessTable.isAlive) ?? false)
        }
        guard !gone.isEmpty else { return [] }
        // Everything that a wrapper reported is spooled or recorded by the time it is gone.
        _ = try await intake.runOnce()
        var lost: [Event] = []
        for (key, watched) in gone where self.watched.withLock({ $0[key] }) != nil {
            guard let record = try await ledger.instance(key: key), !record.status.isFinal else { continue }
            let outcome = Outcome(
                status: .failed, cause: .lost,
                description:
                    "its wrapper (pid \(watched.wrapper.pid)) was killed; the end of the command was not observed")
            lost.append(Event(time: time.now(), fact: .outcome(.key(key), outcome)))
        }
        watched.withLock { watched in for key in gone.keys { watched[key] = nil } }
        guard !lost.isEmpty else { return [] }
        logger.warning("wrappers were killed", metadata: [LogKey.events: "\(lost.count)"])
        _ = try await intake.record(lost)
        return lost.compactMap(\.fact.instanceKey)
    }

    /// Finds the instances that were running here when the last monitor ended.
    private func recall() async {
        let running = "SELECT job_instance_id FROM job_instance WHERE status = 2 AND executor <> 'local'"
        do throws(Problem) {
            guard isWatching, try await !ledger.query("\(running) LIMIT 1", limits: QueryLimits()).rows.isEmpty else {
                return
            }
            // An event that names a wrapper is stored whole: nothing else has it.
            let found = try await ledger.query(
                """
                SELECT body FROM event_whole WHERE kind = 'running' AND outcome = 'recorded'
                AND job_instance_id IN (\(running))
                """, limits: QueryLimits())
            let events = found.rows.compactMap { row -> Event? in
                guard case .string(let body)? = row.first, let json = try? JSON(parsing: Array(body.utf8)) else {
                    return nil
                }
                return try? Event(json)
            }
            let known = watched.withLock { $0 }
            note(events.filter { event in event.fact.instanceKey.map { known[$0] == nil } ?? false }[...])
        } catch {
            logger.error("running instances could not be looked up", metadata: [LogKey.problem: "\(error)"])
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await recall()
            while (try? await Task.sleep(for: .seconds(configuration.wrapperSeconds))) != nil {
                do throws(Problem) {
                    _ = try await runOnce()
                } catch {
                    logger.error("killed wrappers could not be recorded", metadata: [LogKey.problem: "\(error)"])
                }
            }
        }
    }
}
