import JobmonCore
import JobmonLedger
import JobmonTestSupport
import Testing

@testable import JobmonMonitor

/// A follower gets every change once and in order, wherever it starts and however slow it is.
@Suite(.timeLimit(.minutes(20)))
struct FollowerTests {
    private func record(_ count: Int, _ prefix: String, in monitor: Monitor) async throws {
        for number in 0..<count {
            _ = try await monitor.connection.record([
                Facts.submitted("\(prefix)\(number)"), Facts.running("\(prefix)\(number)"),
                Facts.complete("\(prefix)\(number)"),
            ])
        }
    }

    /// The sequence numbers that a follower gets until it has reached the ledger's last one.
    private func sequences(_ follower: Follower, until last: Int64) async throws -> [Int64] {
        var sequences: [Int64] = []
        while sequences.last ?? 0 < last, let changes = try await follower.nextChanges() {
            sequences += changes.map(\.sequence)
        }
        return sequences
    }

    @Test func replayAndLiveMeetWithoutAGap() async throws {
        try await withMonitor(adjust: {
            $0.publishSeconds = 0.002
            $0.keptChanges = 40
        }) { fixture async throws in
            let monitor = fixture.monitor
            try await record(50, "before", in: monitor)
            try await withThrowingTaskGroup { group in
                group.addTask { try await record(200, "during", in: monitor) }
                for start in stride(from: Int64(0), through: 140, by: 7) {
                    group.addTask {
                        let follower = monitor.connection.follower(after: start)
                        let seen = try await sequences(follower, until: 750)
                        #expect(seen == Array(start + 1...750))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await monitor.connection.changes(after: 0, limit: 10000).map(\.sequence) == Array(1...750))
        }
    }

    @Test func followingFromNowOn() async throws {
        try await withMonitor { fixture async throws in
            try await record(3, "old", in: fixture.monitor)
            let follower = fixture.monitor.connection.follower(after: nil)
            #expect(follower.start == 9)
            try await record(2, "new", in: fixture.monitor)
            #expect(try await sequences(follower, until: 15) == Array(10...15))
        }
    }

    // A subscriber that was far behind is told so, and misses nothing.
    @Test func aSlowReaderIsToldAndMissesNothing() async throws {
        try await withMonitor(adjust: {
            $0.publishSeconds = 0.001
            $0.keptChanges = 30
        }) { fixture async throws in
            let follower = fixture.monitor.connection.follower(after: 0)
            try await record(1, "a", in: fixture.monitor)
            var seen: [Int64] = []
            while seen.last ?? 0 < 3, let changes = try await follower.nextChanges() { seen += changes.map(\.sequence) }
            // It must have been live once before it can lag.
            _ = try await record(1, "b", in: fixture.monitor)
            while seen.last ?? 0 < 6, let changes = try await follower.nextChanges() { seen += changes.map(\.sequence) }
            try await record(100, "c", in: fixture.monitor)
            let publisher = fixture.monitor.connection.publisher
            try await waitUntil("all is published") {
                if case .nothing = publisher.look(after: 306) { true } else { false }
            }
            var lagged = 0
            while seen.last ?? 0 < 306, let delivery = try await follower.next() {
                switch delivery {
                case .lagged(let cursor):
                    lagged += 1
                    #expect(cursor == 6)
                case .changes(let changes): seen += changes.map(\.sequence)
                case .chunks(let chunks, let cursor):
                    seen += chunks.flatMap(\.changes).map(\.sequence).filter { $0 > cursor }
                case .nothing: break
                }
            }
            #expect(lagged == 1)
            #expect(seen == Array(1...306))
        }
    }

    @Test func anotherLedgersNumberStartsAnew() async throws {
        try await withMonitor { fixture async throws in
            try await record(2, "a", in: fixture.monitor)
            let follower = fixture.monitor.connection.follower(after: 1_000_000)
            #expect(follower.start == 0)
            #expect(try await sequences(follower, until: 6) == Array(1...6))
        }
    }

    @Test func cancelledReadersAndTheEnd() async throws {
        let ended = try await withEndedMonitor { monitor async throws in
            let cancelled = Task { try await monitor.connection.follower(after: nil).nextChanges() }
            cancelled.cancel()
            let last = try await cancelled.value
            #expect(last == nil)
            return Task {
                var count = 0
                for try await changes in try await monitor.connection.follow(after: 0) { count += changes.count }
                return count
            }
        }
        // What was committed before the end still arrived.
        #expect(try await ended.value == 6)
    }

    private func withEndedMonitor(
        _ body: (Monitor) async throws -> Task<Int, any Error>
    ) async throws -> Task<Int, any Error> {
        var following: Task<Int, any Error>?
        try await withMonitor { fixture async throws in
            following = try await body(fixture.monitor)
            try await record(2, "a", in: fixture.monitor)
        }
        return try #require(following)
    }

    @Test func quietStreamsShowSignsOfLife() async throws {
        try await withMonitor(adjust: { $0.keepAliveSeconds = 0.02 }) { fixture async throws in
            let follower = fixture.monitor.connection.follower(after: nil)
            guard case .nothing? = try await follower.next() else {
                Issue.record("something else came")
                return
            }
            follower.stop()
            #expect(try await follower.next() == nil)
        }
    }
}
