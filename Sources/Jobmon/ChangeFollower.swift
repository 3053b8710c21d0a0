import JobmonCore

/// Follows what is published of one queue, from monitor to monitor, without a gap: it remembers the last sequence
/// number that it saw and goes on from there wherever the next monitor is. Read by one reader.
actor ChangeFollower {
    private let link: MonitorLink
    private let queue: String
    private var seen: Int64
    private var iterator: AsyncThrowingStream<[Change], any Error>.AsyncIterator?

    init(link: MonitorLink, queue: String, after sequence: Int64) {
        self.link = link
        self.queue = queue
        seen = sequence
    }

    /// The next changes of the queue; nil once the task is cancelled.
    func next() async -> [Change]? {
        while !Task.isCancelled {
            do {
                var reader: AsyncThrowingStream<[Change], any Error>.AsyncIterator
                if let iterator {
                    reader = iterator
                } else if let connection = link.connection {
                    reader = try await connection.follow(after: seen).makeAsyncIterator()
                } else {
                    guard await link.pause(0.1) else { return nil }
                    continue
                }
                if let changes = try await reader.next(isolation: self) {
                    iterator = reader
                    seen = max(seen, changes.last?.sequence ?? seen)
                    let ours = changes.filter { $0.queue == queue }
                    if !ours.isEmpty { return ours }
                    continue
                }
            } catch {
                // The monitor went away; the link finds the next one, and we read on from `seen`.
            }
            iterator = nil
            guard await link.pause(0.1) else { return nil }
        }
        return nil
    }
}
