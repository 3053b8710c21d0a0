import ServiceLifecycle

/// Ends the monitor in order when somebody asks for it, from wherever.
struct StopSwitch: Service {
    private let asked: AsyncStream<Void>
    private let asking: AsyncStream<Void>.Continuation

    init() { (asked, asking) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    /// Asks for the end; the group of services then stops one by one.
    func ask() { asking.yield() }

    /// Returns once somebody asked, which ends the group in order.
    func run() async throws {
        for await _ in asked.cancelOnGracefulShutdown() { return }
    }
}
