import JobmonCore
import Logging
import ServiceLifecycle

/// Groups the errors of a ledger that was written before there were groups, in small parts beside the work, once.
final class ErrorGrouping: Service {
    private let ledger: any Ledger
    private let logger: Logger
    /// Errors in one transaction: events wait no longer than that takes.
    private static let part = 500

    init(ledger: any Ledger, logger: Logger) {
        self.ledger = ledger
        self.logger = logger
    }

    /// Groups all. - Returns: the number of errors that were grouped.
    func runOnce() async throws(Problem) -> Int {
        var count = 0
        while !Task.isCancelled {
            let grouped = try await ledger.groupErrors(limit: Self.part)
            count += grouped
            if grouped < Self.part { break }
        }
        return count
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            do throws(Problem) {
                let count = try await runOnce()
                if count > 0 { logger.info("errors were grouped", metadata: [LogKey.events: "\(count)"]) }
            } catch {
                // They stay without a group until the next start; new errors are grouped as they come.
                logger.error("errors could not be grouped", metadata: [LogKey.problem: "\(error)"])
            }
            // A service that ends would end the monitor.
            while (try? await Task.sleep(for: .seconds(3600))) != nil {}
        }
    }
}
