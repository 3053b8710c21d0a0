package import JobmonCore
import JobmonReporting
import JobmonRequests

/// Links to the page of a directory's monitor.
package enum PageLinks {
    /// Asks the monitor for a link.
    /// - Parameter share: seconds for which it can be used, for looking only; nil: for once, at once.
    /// - Returns: its address with the token, and when it is void.
    /// - Throws: `.unavailable` if no monitor answers; `.contradiction` if it is of a version that has no page.
    package static func make(
        _ layout: DirectoryLayout, share: Double?
    ) async throws(Problem) -> (address: String, expires: Timestamp) {
        do throws(Problem) {
            return try await RemoteConnection(layout: layout, patience: 3).pageAddress(share: share)
        } catch {
            guard error.code == .notFound else { throw error }
            throw Problem(
                .contradiction, "the monitor of \(layout.root) is of an earlier version, which has no page",
                hint: "stop it with jobmon stop, and start it again")
        }
    }

    /// Whether a monitor answers.
    package static func hasMonitor(_ layout: DirectoryLayout) async -> Bool {
        await RemoteConnection(layout: layout, patience: 1).isAlive(within: 3)
    }
}
