import JobmonCore
import JobmonReporting
import Logging
import ServiceLifecycle
import Synchronization

/// Takes in what senders left in the spool while no monitor answered: everything before the monitor is ready, and new
/// files every few seconds.
final class SpoolIntake: Service {
    /// The result of one scan.
    struct Result: Sendable, Equatable {
        /// Events that were recorded by this scan.
        var recorded = 0
        /// Events that the ledger had already.
        var repeats = 0
        /// Events that were refused. They count as delivered, and are kept as evidence.
        var refused = 0
        /// Files or parts of files that could not be read and were moved aside.
        var unreadable = 0
    }

    private let reader: SpoolReader?
    private let writer: EventWriter
    private let configuration: MonitorConfiguration
    private let logger: Logger

    /// - Parameter layout: nil for a monitor without a directory; then there is nothing to take in.
    init(layout: DirectoryLayout?, writer: EventWriter, configuration: MonitorConfiguration, logger: Logger) {
        reader = layout.map { SpoolReader(layout: $0) }
        self.writer = writer
        self.configuration = configuration
        self.logger = logger
    }

    /// Takes in what is in the spool now.
    /// - Throws: `.unavailable` if the ledger cannot be written. What was not recorded stays in the spool.
    func runOnce() async throws(Problem) -> Result {
        var result = Result()
        guard let reader else { return result }
        for batch in reader.batches() {
            if configuration.hasLostDirectory() { return result }
            for unreadable in batch.unreadable {
                result.unreadable += 1
                let line = unreadable.line.map { " line \($0)" } ?? ""
                logger.warning(
                    "an entry of the spool is not an event; its file is moved to spool/bad",
                    metadata: [LogKey.file: "\(unreadable.path)\(line)", LogKey.error: "\(unreadable.reason)"])
            }
            for answer in try await writer.record(batch.events) {
                switch answer.outcome {
                case .recorded, .early: result.recorded += 1
                case .repeat: result.repeats += 1
                case .refused:
                    result.refused += 1
                    logger.warning(
                        "a spooled event was refused",
                        metadata: [LogKey.problem: "\(answer.problem.map { "\($0)" } ?? "without a reason")"])
                }
            }
            batch.acknowledge()
        }
        return result
    }

    /// Records facts that this monitor found itself, after those that were spooled.
    func record(_ events: [Event]) async throws(Problem) -> [EventResult] { try await writer.record(events) }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while (try? await Task.sleep(for: .seconds(configuration.spoolSeconds))) != nil {
                do throws(Problem) {
                    _ = try await runOnce()
                } catch {
                    logger.error("the spool could not be taken in", metadata: [LogKey.problem: "\(error)"])
                }
            }
        }
    }
}
