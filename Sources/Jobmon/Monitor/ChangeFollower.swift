package import JobmonCore
import JobmonReporting
import JobmonRequests

/// Follows what is published, from monitor to monitor, without a gap: it remembers the last sequence number that it saw
/// and goes on from there wherever the next monitor is. Read by one reader.
package actor ChangeFollower {
    /// What a reader learns.
    package enum News: Sendable {
        case changes([Change])
        /// Nobody publishes at the moment; it is looked for who does next.
        case away
        /// Somebody publishes again.
        case back
    }

    /// The monitor of the moment; nil while there is none.
    package typealias Connect = @Sendable () async -> (any MonitorConnection)?

    private let connect: Connect
    private let pause: Double
    private var seen: Int64?
    private var isAway = false
    /// The last stream ended without a change: the next one is not asked for at once.
    private var owesPause = false
    private var iterator: AsyncThrowingStream<[Change], any Error>.AsyncIterator?

    /// - Parameters:
    ///   - sequence: what comes after this number is followed; nil: what comes from the first connection on.
    ///   - pause: seconds between two looks for a monitor.
    package init(after sequence: Int64?, pause: Double = 0.1, connect: @escaping Connect) {
        self.connect = connect
        self.pause = pause
        seen = sequence
    }

    /// Follows a directory's monitors.
    package static func following(_ layout: DirectoryLayout, after sequence: Int64?) -> ChangeFollower {
        let remote = RemoteConnection(layout: layout, patience: 1, timeout: 10)
        return ChangeFollower(after: sequence) { MonitorInfo.read(layout) == nil ? nil : remote }
    }

    /// What happens next; nil once the task is cancelled.
    package func next() async -> News? {
        while !Task.isCancelled {
            if owesPause {
                owesPause = false
                guard await wait() else { return nil }
            }
            do {
                var reader: AsyncThrowingStream<[Change], any Error>.AsyncIterator
                if let iterator {
                    reader = iterator
                } else if let connection = await connect() {
                    reader = try await start(connection)
                    if isAway {
                        isAway = false
                        iterator = reader
                        return .back
                    }
                } else {
                    owesPause = true
                    if goesAway() { return .away }
                    continue
                }
                if let changes = try await reader.next(isolation: self) {
                    iterator = reader
                    // Not the highest: a ledger that is made anew begins anew.
                    seen = changes.last?.sequence ?? seen
                    return .changes(changes)
                }
            } catch {
                // The monitor went away; the next one is looked for, and we read on from `seen`.
            }
            iterator = nil
            if Task.isCancelled { return nil }
            owesPause = true
            if goesAway() { return .away }
        }
        return nil
    }

    /// Whether it is news that nobody publishes.
    private func goesAway() -> Bool {
        defer { isAway = true }
        return !isAway
    }

    private func start(
        _ connection: any MonitorConnection
    ) async throws -> AsyncThrowingStream<[Change], any Error>.AsyncIterator {
        let start: Int64
        if let seen {
            start = seen
        } else {
            // So that nothing is missed when the first stream breaks off before it brought anything.
            start = try await connection.summary(queue: nil).sequence
        }
        seen = start
        return try await connection.follow(after: start).makeAsyncIterator()
    }

    private func wait() async -> Bool { (try? await Task.sleep(for: .seconds(pause))) != nil }
}
