import JobmonCore
import JobmonMonitor
import JobmonRequests
import JobmonTestSupport
import Testing

/// The same tests for both connections: in the monitor's own process, and over HTTP.
@Suite(.timeLimit(.minutes(20)))
struct ConnectionTests {
    enum Kind: CaseIterable {
        case inProcess
        case remote
    }

    private func withConnection(
        _ kind: Kind, _ name: String = #function, _ body: (any MonitorConnection, Fixture) async throws -> Void
    ) async throws {
        try await withFixture(name) { fixture async throws in
            try await fixture.withMonitor { monitor async throws in
                switch kind {
                case .inProcess: try await body(monitor.connection, fixture)
                case .remote: try await body(fixture.remote(), fixture)
                }
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func recordsAndReads(_ kind: Kind) async throws {
        try await withConnection(kind) { connection, fixture async throws in
            let results = try await connection.record([
                Facts.submitted("a", params: ["year": 1995, "loc": "é &=%"]), Facts.running("a"), Facts.failed("a"),
                Facts.submitted("b"), Facts.running("b"), Facts.complete("b"), Facts.failed("b"), Facts.complete("x"),
            ])
            #expect(
                results.map(\.outcome) == [
                    .recorded, .recorded, .recorded, .recorded, .recorded, .recorded, .refused, .early,
                ])
            #expect(results[6].problem?.code == .contradiction)
            #expect(try await connection.record([]) == [])

            let ledger = fixture.ledger
            let all = try await connection.jobs(JobFilter(), page: Page())
            #expect(try await all == ledger.jobs(JobFilter(), page: Page()))
            #expect(all.items.map(\.status) == [.failed, .complete])
            let filters = [
                JobFilter(statuses: [.failed]), JobFilter(name: "job b"), JobFilter(queue: "q"),
                JobFilter(params: [.init(name: "year", value: "1995"), .init(name: "loc", value: "é &=%")]),
                JobFilter(jids: [1, 2, 3]),
            ]
            for filter in filters {
                #expect(
                    try await connection.jobs(filter, page: Page(limit: 1)) == ledger.jobs(filter, page: Page(limit: 1))
                )
                #expect(try await connection.errors(filter, page: Page()) == ledger.errors(filter, page: Page()))
            }
            #expect(try await connection.jobs(filters[3], page: Page()).items.count == 1)
            #expect(try await connection.job(1) == ledger.job(1))
            #expect(try await connection.instance(1) == ledger.instance(1))
            #expect(try await connection.instance(key: "b") == ledger.instance(key: "b"))
            #expect(try await connection.instance(key: "nobody") == nil)
            #expect(try await connection.summary(queue: nil) == ledger.summary(queue: nil))
            #expect(try await connection.summary(queue: "q") == ledger.summary(queue: "q"))
            let query = try await connection.query(
                "select job_instance_id, exit_code, 1.5, null, 'é' from job_instance", limits: QueryLimits())
            #expect(query.rows == [[1, 3, .double(1.5), .null, "é"], [2, 0, .double(1.5), .null, "é"]])
            #expect(
                try await connection.query("select 1 union select 2", limits: QueryLimits(rows: 1)).truncated)
            let changes = try await connection.changes(after: 0, limit: 100)
            #expect(try await changes == ledger.changes(after: 0, limit: 100))
            #expect(try await connection.changes(after: 2, limit: 2).map(\.sequence) == [3, 4])
        }
    }

    @Test(arguments: Kind.allCases)
    func problems(_ kind: Kind) async throws {
        try await withConnection(kind) { connection, fixture async throws in
            func code(_ body: () async throws -> Void) async -> Problem.Code? {
                await #expect(throws: Problem.self) { try await body() }?.code
            }
            #expect(await code { _ = try await connection.job(99) } == .notFound)
            #expect(await code { _ = try await connection.instance(99) } == .notFound)
            #expect(await code { _ = try await connection.query("drop table job", limits: QueryLimits()) } == .invalid)
            #expect(await code { _ = try await connection.query("select", limits: QueryLimits()) } == .invalid)
            let missing = Event(fact: .outcome(.id(99), Outcome(evidence: Evidence(exitCode: 0))))
            let results = try await connection.record([missing])
            #expect(results.map(\.outcome) == [.refused])
            #expect(results.first?.problem?.code == .notFound)
            let retry = try await connection.record([Event(fact: .retry(.jid(99)))])
            #expect(retry.first?.problem?.code == .notFound)
        }
    }

    @Test(arguments: Kind.allCases)
    func repeatsChangeNothing(_ kind: Kind) async throws {
        try await withConnection(kind) { connection, _ async throws in
            let events = (0..<5).map { Facts.submitted("k\($0)", sender: "s", seq: Int64($0)) }
            let first = try await connection.record(events)
            let second = try await connection.record(events)
            #expect(second.map(\.outcome) == Array(repeating: .repeat, count: 5))
            #expect(second.map(\.jid) == first.map(\.jid))
        }
    }

    @Test(arguments: Kind.allCases)
    func followsFromNowOnAndFromBefore(_ kind: Kind) async throws {
        try await withConnection(kind) { connection, _ async throws in
            _ = try await connection.record([Facts.submitted("a"), Facts.running("a")])
            let live = try await connection.follow(after: nil)
            let replayed = try await connection.follow(after: 0)
            _ = try await connection.record([Facts.complete("a"), Facts.submitted("b")])
            let ledger = try await connection.changes(after: 0, limit: 100)
            #expect(try await take(2, from: live) == Array(ledger[2...]))
            #expect(try await take(4, from: replayed) == ledger)
        }
    }

    private func take(_ count: Int, from stream: AsyncThrowingStream<[Change], any Error>) async throws -> [Change] {
        var taken: [Change] = []
        for try await changes in stream {
            taken += changes
            if taken.count >= count { break }
        }
        return taken
    }

    // Subscribers under load that start at different moments: every change once, in order.
    @Test(arguments: Kind.allCases)
    func followsUnderLoad(_ kind: Kind) async throws {
        try await withConnection(kind) { connection, _ async throws in
            let count: Int64 = 1200
            try await withThrowingTaskGroup { group in
                group.addTask {
                    for start in stride(from: 0, to: count, by: 8) {
                        _ = try await connection.record((start..<start + 8).map { Facts.submitted("k\($0)") })
                    }
                }
                for number in 0..<8 {
                    group.addTask {
                        // Each disconnects a few times, and continues where it was.
                        var last: Int64 = 0
                        var seen: [Int64] = []
                        while last < count {
                            var taken = 0
                            for try await changes in try await connection.follow(after: last) {
                                seen += changes.map(\.sequence)
                                last = seen.last ?? last
                                taken += 1
                                if taken > number || last >= count { break }
                            }
                        }
                        #expect(seen == Array(1...count))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func followingEndsWithTheMonitor(_ kind: Kind) async throws {
        try await withFixture { fixture async throws in
            var task: Task<Int, any Error>?
            try await fixture.withMonitor { monitor async throws in
                let connection: any MonitorConnection = kind == .inProcess ? monitor.connection : fixture.remote()
                let stream = try await connection.follow(after: nil)
                task = Task {
                    var count = 0
                    for try await changes in stream { count += changes.count }
                    return count
                }
                _ = try await connection.record([Facts.submitted("a"), Facts.running("a")])
            }
            #expect(try await task?.value == 2)
        }
    }
}
