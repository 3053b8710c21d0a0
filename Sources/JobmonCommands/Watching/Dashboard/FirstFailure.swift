import Synchronization

/// The first error of work that cannot throw, for a task that waits for it.
final class FirstFailure: Sendable {
    private let failures: AsyncStream<any Error>
    private let sender: AsyncStream<any Error>.Continuation

    init() { (failures, sender) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1)) }

    func note(_ error: any Error) { sender.yield(error) }

    /// Waits for an error and throws it; returns when it is cancelled.
    func wait() async throws {
        for await error in failures { throw error }
    }
}
