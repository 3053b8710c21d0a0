import JobmonCore
import JobmonLedger
import JobmonTestSupport
import Synchronization
import Testing

@testable import JobmonCommands
@testable import JobmonViews

/// When `watch` reads the groups of errors, and what it knows of their growth.
@Suite(.timeLimit(.minutes(20)))
struct GroupFollowerTests {
    /// Queue `a` has two failed jobs of one cause; queue `it's b` has one of it and one of another cause.
    private static func ledger() async throws -> SQLiteLedger {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        let jobs = [
            ("a", "Error: no file in.1.csv\n"), ("a", "Error: no file in.2.csv\n"),
            ("it's b", "Error: no file in.3.csv\n"), ("it's b", "Error: no licence\n"),
        ]
        for (index, job) in jobs.enumerated() {
            let reference = JobReference.key(queue: job.0, key: "k\(index)")
            let instance = InstanceReference.key("i\(index)")
            let facts: [Fact] = [
                .job(reference, JobDescription(runfile: "/bin/true")),
                .submitted(instance, Submission(job: reference, executor: "local")),
                .running(instance, Start(host: "n7")),
                .outcome(instance, Outcome(evidence: Evidence(exitCode: 1), stderr: job.1)),
            ]
            _ = try await ledger.record(facts.map { Event(time: Sample.time, fact: $0) })
        }
        return ledger
    }

    @Test("the groups of a queue, whatever its name is")
    func ofAQueue() async throws {
        let ledger = try await Self.ledger()
        func jobs(_ queue: String?) async throws -> [Int] {
            try await GroupQuery(reading: ledger, filter: JobFilter(queue: queue)).groups().groups.map(\.jobs)
        }
        #expect(try await jobs(nil) == [3, 1])
        #expect(try await jobs("a") == [2])
        #expect(try await jobs("it's b") == [1, 1])
        #expect(try await jobs("none") == [])
    }

    @Test("a slow answer delays nothing, and is said once")
    func slow() async throws {
        let reading = HeldReading(try await Self.ledger())
        let clock = Mutex(0.0)
        let time = TimeSource(wall: { Sample.time }, steady: { clock.withLock { $0 } })
        let follower = GroupFollower(filter: JobFilter(), time: time)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await follower.run() }
            defer { group.cancelAll() }
            follower.refresh(reading, errors: 0)
            follower.refresh(reading, errors: 3)
            try await waitUntil("it is asked") { reading.asked == 1 }
            clock.withLock { $0 = 5 }
            follower.refresh(reading, errors: 4)
            #expect(follower.groups.isEmpty && follower.complaint() == nil)
            clock.withLock { $0 = 20 }
            follower.refresh(reading, errors: 4)
            #expect(follower.complaint()?.contains("take long") == true)
            #expect(follower.complaint() == nil && reading.asked == 1)
            reading.letThrough()
            try await waitUntil("it has answered") { !follower.groups.isEmpty }
            #expect(follower.groups.groups.map(\.jobs) == [3, 1])
            #expect(follower.groups.groups.map(\.recent) == [3, 1], "there was none at the start")
        }
    }

    @Test("a failed query leaves what is known, and is said once")
    func failed() async throws {
        let reading = HeldReading(try await Self.ledger())
        reading.letThrough()
        let clock = Mutex(0.0)
        let time = TimeSource(wall: { Sample.time }, steady: { clock.withLock { $0 } })
        let follower = GroupFollower(filter: JobFilter(queue: "a"), time: time)
        #expect(await follower.readLast(reading) == nil)
        reading.fail(Problem(.invalid, "the query took too long"))
        for _ in 1...2 { #expect(await follower.readLast(reading)?.code == .invalid) }
        #expect(follower.groups.groups.map(\.jobs) == [2])
        #expect(follower.complaint()?.contains("the query took too long") == true)
        #expect(follower.complaint() == nil)
    }

    @Test("groups are read if there are new errors, at most once a second, and seldom if that takes long")
    func schedule() {
        var schedule = GroupSchedule()
        func begins(errors: Int, at time: Double) -> Bool { schedule.begins(errors: errors, at: time) }
        #expect(!begins(errors: 0, at: 0), "without errors there is nothing to read")
        #expect(begins(errors: 2, at: 10))
        #expect(!begins(errors: 3, at: 19), "one at a time")
        #expect(!schedule.isSlow(at: 20) && schedule.isSlow(at: 20.1))
        schedule.ends(isWhole: true, at: 10.01)
        #expect(!schedule.isSlow(at: 99))
        #expect(!begins(errors: 3, at: 10.9))
        #expect(!begins(errors: 2, at: 11), "nothing is new")
        #expect(begins(errors: 3, at: 11))
        schedule.ends(isWhole: true, at: 13)
        #expect(!begins(errors: 4, at: 30.9) && begins(errors: 4, at: 31))
        schedule.ends(isWhole: false, at: 61)
        #expect(!begins(errors: 4, at: 120.9) && begins(errors: 4, at: 121), "it is repeated")
    }

    private func growing(_ jobs: Int...) -> SeenGroups {
        let groups = jobs.enumerated().map { index, jobs in
            ErrorGroup(
                number: Int64(index) + 1, title: "x", rule: "", errors: jobs, jobs: jobs, firstSeen: Sample.time,
                lastSeen: Sample.time, example: 1, exampleLine: "x")
        }
        return SeenGroups(groups, ungrouped: 0)
    }

    @Test("growth is that of the last minute, and goes back to 0 by itself")
    func growth() {
        var growth = GroupGrowth()
        func recent(_ groups: SeenGroups, _ time: Double) -> [Int] { groups.groups.map { growth.recent($0, at: time) } }
        #expect(recent(growing(7), 0) == [0], "nothing is known")
        growth.note(growing(100), at: 0)
        #expect(recent(growing(100), 0) == [0], "when they failed is not known")
        for second in 1...3 { growth.note(growing(100 + second), at: Double(second)) }
        #expect(recent(growing(103), 3) == [3])
        growth.note(growing(110, 4), at: 30)
        #expect(recent(growing(110, 4), 30) == [10, 4])
        #expect(recent(growing(110, 4), 70) == [7, 4])
        #expect(recent(growing(110, 4), 90) == [0, 0])
        growth.note(growing(111, 4), at: 500)
        #expect(recent(growing(111, 4), 500) == [1, 0])
        growth.note(growing(50, 4), at: 501)
        #expect(recent(growing(50, 4), 501) == [0, 0], "forgotten jobs")

        var fresh = GroupGrowth()
        fresh.start(at: 0)
        fresh.start(at: 900)
        fresh.note(growing(5), at: 1000)
        #expect(fresh.recent(growing(5).groups[0], at: 1000) == 5)
    }
}

/// A ledger that answers queries only when it is let.
private final class HeldReading: LedgerReading {
    private let ledger: SQLiteLedger
    private let state = Mutex((asked: 0, isHeld: true, problem: Problem?.none))

    init(_ ledger: SQLiteLedger) { self.ledger = ledger }

    /// The number of queries so far.
    var asked: Int { state.withLock { $0.asked } }

    func letThrough() { state.withLock { $0.isHeld = false } }

    func fail(_ problem: Problem) { state.withLock { $0.problem = problem } }

    func query(_ sql: String, limits: QueryLimits) async throws(Problem) -> QueryResult {
        state.withLock { $0.asked += 1 }
        do {
            try await waitUntil("the query is let through") { !state.withLock { $0.isHeld } }
        } catch {
            throw Problem(.unavailable, "\(error)")
        }
        if let problem = state.withLock({ $0.problem }) { throw problem }
        return try await ledger.query(sql, limits: limits)
    }

    func jobs(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<JobRecord> {
        try await ledger.jobs(filter, page: page)
    }

    func job(_ jid: Int64) async throws(Problem) -> JobRecord { try await ledger.job(jid) }

    func instance(_ id: Int64) async throws(Problem) -> InstanceRecord { try await ledger.instance(id) }

    func instance(key: String) async throws(Problem) -> InstanceRecord? { try await ledger.instance(key: key) }

    func errors(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<ErrorRecord> {
        try await ledger.errors(filter, page: page)
    }

    func summary(queue: String?) async throws(Problem) -> Summary { try await ledger.summary(queue: queue) }

    func changes(after sequence: Int64, limit: Int) async throws(Problem) -> [Change] {
        try await ledger.changes(after: sequence, limit: limit)
    }
}
