package import JobmonCore
import JobmonMonitor
import JobmonRequests
package import JobmonWire

extension DirectoryAccess {
    /// The answers that the page gives: those of the monitor, or made from the file if there is none.
    /// - Parameter seconds: how long a monitor may take to read its jobs, so that every answer is a whole one; 0: do not
    ///   wait, and get `.unavailable` meanwhile.
    /// - Throws: `.unavailable` if the monitor does not answer; `.contradiction` if it is of a version without views.
    package func views(waiting seconds: Double) async throws(Problem) -> any ViewReading {
        if let file { return ViewAnswers(of: file, layout: layout, time: .system) }
        // Whoever waits for a person must not wait long for a monitor that is stopped.
        let views = RemoteConnection(layout: layout, patience: seconds, timeout: seconds > 0 ? 60 : 15)
        // Every view but the first screen waits until the jobs are read.
        if seconds > 0 { _ = try await views.view(.hosts, QueryString()) }
        return views
    }

    /// Why the monitor cannot give such answers; nil: it can, or there is none.
    package func viewProblem() async -> Problem? {
        guard hasMonitor else { return nil }
        do throws(Problem) {
            _ = try await RemoteConnection(layout: layout, patience: 1).view(.session, QueryString())
            return nil
        } catch {
            return error.code == .contradiction ? error : nil
        }
    }

    /// Asks the monitor to do what a person asks for on the page.
    /// - Throws: `.unavailable` if there is no monitor, or if it did not answer: then it may have been done;
    ///   `.contradiction` if the jobs are others by now: nothing was done.
    package func change(_ endpoint: PageEndpoint, _ body: JSON) async throws(Problem) -> JSON {
        guard hasMonitor else {
            throw Problem(
                .unavailable, "there is no monitor in \(layout.root)",
                hint: "use jobmon retry, jobmon cancel or jobmon errors mute")
        }
        // Sent once: it has no identity, and a second retry of jobs that failed again meanwhile would be one too many.
        return try await RemoteConnection(layout: layout, patience: 0).change(endpoint, body)
    }
}
