import ServiceLifecycle

/// Stops the monitor in order on request, from any thread.
struct StopSwitch: Service {
    private let asked: AsyncStream<Void>
    private let asking: AsyncStream<Void>.Continuation

    init() { (asked, asking) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    /// Asks the monitor to stop. The service group then stops its services one by one.
    func ask() { asking.yield() }

    /// Returns once a stop is requested, which makes the group stop in order.
    func run() async throws {
        for await _ in asked.cancelOnGracefulShutdown() { return }
    }
}
