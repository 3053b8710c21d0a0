package import JobmonCore
import JobmonReporting
import JobmonRequests

/// Follows the published changes from monitor to monitor, without a gap: it remembers the last sequence number and
/// continues from there at the next monitor. For one reader.
package actor ChangeFollower {
    /// What a reader receives.
    package enum News: Sendable {
        case changes([Change])
        /// No monitor publishes at the moment; the follower searches for the next one.
        case away
        /// A monitor publishes again.
        case back
    }

    /// Returns the current monitor; nil if there is none.
    package typealias Connect = @Sendable () async -> (any MonitorConnection)?

    private let connect: Connect
    private let pause: Double
    private var seen: Int64?
    private var isAway = false
    /// The last stream ended without a change: wait before asking for the next one.
    private var owesPause = false
    private var iterator: AsyncThrowingStream<[Change], any Error>.AsyncIterator?

    /// - Parameters:
    ///   - sequence: follow the changes after this number; nil: from the first connection on.
    ///   - pause: seconds between two searches for a monitor.
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

    /// The next news; nil once the task is cancelled.
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
                    // The last number, not the highest: a ledger that is made anew starts from the beginning.
                    seen = changes.last?.sequence ?? seen
                    return .changes(changes)
                }
            } catch {
                // The monitor went away: find the next one, and continue from `seen`.
            }
            iterator = nil
            if Task.isCancelled { return nil }
            owesPause = true
            if goesAway() { return .away }
        }
        return nil
    }

    /// Notes that no monitor publishes. - Returns: whether the reader does not know that yet.
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
            // Nothing may be missed if the first stream breaks off before it delivers anything.
            start = try await connection.summary(queue: nil).sequence
        }
        seen = start
        return try await connection.follow(after: start).makeAsyncIterator()
    }

    private func wait() async -> Bool { (try? await Task.sleep(for: .seconds(pause))) != nil }
}
