package import JobmonCore
package import JobmonReporting
import JobmonRequests

/// The monitor as a separate process: `jobmon monitor DIR`.
extension CentralJobMonitor {
    /// Serves a directory until a stop request, a graceful shutdown or cancellation; then stops in order.
    ///
    /// - Parameter onReady: called with the monitor's address once it answers.
    /// - Throws: `.unavailable` if another monitor serves the directory (the message names it), or if it cannot be
    ///   served.
    package static func run(
        _ configuration: DirectoryMonitor.Configuration, onReady: @escaping @Sendable (MonitorInfo) async -> Void
    ) async throws(Problem) {
        guard let monitor = try await DirectoryMonitor.prepare(configuration) else {
            throw MonitorLock.refusal(configuration.layout)
        }
        let failure: Problem? = await withTaskGroup(of: Problem?.self) { group in
            group.addTask {
                do throws(Problem) {
                    try await monitor.run()
                    return nil
                } catch {
                    return error
                }
            }
            group.addTask {
                // If it never gets ready, `run` throws why.
                do throws(Problem) { await onReady(try await monitor.ready()) } catch {}
                return nil
            }
            var failure: Problem?
            for await problem in group { failure = failure ?? problem }
            return failure
        }
        if let failure { throw failure }
    }

    /// Asks the monitor of a directory to stop, and returns once it has released the directory.
    /// - Returns: its address; nil if there is no monitor.
    /// - Throws: `.unavailable` if it does not answer, does not stop within `seconds`, or the task is cancelled.
    package static func stop(_ layout: DirectoryLayout, within seconds: Double = 30, time: TimeSource = .system)
        async throws(Problem) -> MonitorInfo?
    {
        guard let info = MonitorInfo.read(layout), FileLock.isHeld(layout.monitorLock) != false else { return nil }
        let remote = RemoteConnection(layout: layout, patience: 3)
        do throws(Problem) {
            try await remote.stopMonitor()
        } catch {
            throw error
        }
        let deadline = time.steadySeconds() + seconds
        while FileLock.isHeld(layout.monitorLock) != false, MonitorInfo.read(layout)?.pid == info.pid {
            guard time.steadySeconds() < deadline else {
                throw Problem(
                    .unavailable,
                    "the monitor, process \(info.pid) on \(info.host), was asked to stop, but has not ended yet",
                    hint: "wait a little, or end it with: kill \(info.pid)")
            }
            do { try await Task.sleep(for: .milliseconds(20)) } catch {
                throw Problem(.unavailable, "interrupted while waiting for the monitor's end")
            }
        }
        return info
    }
}
