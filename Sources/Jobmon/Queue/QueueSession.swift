import JobmonCore
import JobmonQueue
import Synchronization

/// An open queue: its lock is held, its supervisor runs, and its runner runs until the feed is closed and every job is
/// over.
final class QueueSession: Sendable {
    let feed = JobFeed()
    private let runner = Mutex<QueueRunner?>(nil)
    private let running = Mutex<Task<Result<QueueSummary, Problem>, Never>?>(nil)

    private init() {}

    /// Opens a queue on a monitor of this process, and returns once it accepts jobs. The queue keeps the monitor alive
    /// until it is over.
    /// - Throws: why it cannot be opened: another process runs it, or its supervisor does not start.
    static func open(
        _ settings: QueueSettings, configuration: QueueState.Configuration, monitor: CentralJobMonitor,
        say: @escaping @Sendable (String) -> Void
    ) async throws(Problem) -> QueueSession {
        let session = QueueSession()
        let (opened, open) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let task = Task<Result<QueueSummary, Problem>, Never> {  // allowed: awaited by `finished`
            defer {
                open.finish()
                withExtendedLifetime(monitor) {}
            }
            do throws(Problem) {
                return .success(
                    try await QueueRun.run(settings, monitor: monitor.served, say: say) {
                        (environment) async throws(Problem) -> QueueSummary in
                        let runner = QueueRunner(
                            queue: settings.queue, configuration: configuration, environment: environment, notice: say)
                        session.runner.withLock { $0 = runner }
                        open.yield()
                        return try await runner.run(session.feed)
                    })
            } catch {
                session.feed.refuse(error)
                return .failure(error)
            }
        }
        session.running.withLock { $0 = task }
        for await _ in opened { return session }
        switch await task.value {
        case .success: return session
        case .failure(let problem): throw problem
        }
    }

    /// The current number of jobs by state.
    var counts: QueueCounts { runner.withLock { $0?.counts } ?? QueueCounts() }

    /// Asks the queue to stop: it starts nothing more, and what runs is ended and recorded.
    func requestStop() { runner.withLock { $0 }?.requestStop() }

    /// Waits until the queue is over: every fact is acknowledged or spooled.
    func finished() async -> Result<QueueSummary, Problem> {
        guard let task = running.withLock({ $0 }) else {
            return .failure(Problem(.internalError, "the queue was never opened"))
        }
        return await task.value
    }
}
