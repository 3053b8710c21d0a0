import JobmonCore
import ServiceLifecycle

/// Sees that the directory was removed under the monitor, or made anew: what it would record then nobody could read.
struct HomeWatch: Service {
    let configuration: MonitorConfiguration
    /// Ends the monitor, and says why.
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
        // To end by itself would end the others.
        try? await gracefulShutdown()
    }
}
