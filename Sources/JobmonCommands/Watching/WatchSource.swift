import JobmonCore

/// Reads the state for a picture: a few rows and the counts, whatever the number of jobs. The groups of errors are read
/// beside it, by `GroupFollower`.
struct WatchSource {
    let queue: String?
    /// The option that a suggested command needs for the same directory: ` -d DIR`, or nothing.
    let again: String

    /// The jobs that are watched.
    var filter: JobFilter { JobFilter(queue: queue) }

    /// - Parameter running: the maximum number of running jobs to read.
    func look(_ reading: any LedgerReading, running: Int) async throws(Problem) -> WatchPicture.Seen {
        let summary = try await reading.summary(queue: queue)
        var seen = WatchPicture.Seen(summary: summary, queue: queue, now: TimeSource.system.now())
        let ofQueue = queue.map { " --queue \(ShellWord.quoted($0))" } ?? ""
        seen.listing = "jobmon errors\(again)\(ofQueue)"
        guard running > 0 else { return seen }
        seen.running = try await reading.jobs(
            JobFilter(statuses: [.running], queue: queue), page: Page(limit: running)
        ).items
        return seen
    }
}
