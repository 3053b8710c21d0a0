import JobmonCore
import ServiceLifecycle

/// Detects that the directory was removed or replaced: nobody could read what the monitor would record there.
struct HomeWatch: Service {
    let configuration: MonitorConfiguration
    /// Stops the monitor with a reason.
    let end: @Sendable (Problem) -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(configuration.spoolSeconds))) != nil {
                guard configuration.hasLostDirectory() else { continue }
                return end(
                    Problem(
                        .unavailable, "the directory was removed while this monitor served it: the monitor ends",
                        hint: "start another monitor; the records were lost with the directory"))
            }
        }
        // If this service returned by itself, the group would end the others.
        try? await gracefulShutdown()
    }
}
