import JobmonCore
import Testing

@testable import JobmonLedger

/// The ledger applies the relaunch rules of queues and jobs to failures.
@Suite struct RelaunchRecordTests {
    private static let gib: Int64 = 1 << 30

    private func job(_ key: String, memory: Int64? = nil, own: [String]? = nil, maxAttempts: Int = 1) throws -> Fact {
        var resources = JSONObject()
        if let memory { resources.append("memory", .int(memory)) }
        if let own { resources[RelaunchRules.resource] = try RelaunchRules(texts: own).jobResource }
        return .job(
            .key(queue: "q", key: key),
            JobDescription(name: key, runfile: "x", resources: resources, maxAttempts: maxAttempts))
    }

    private func failure(_ instance: String, _ cause: Cause, exitCode: Int? = nil) -> Fact {
        .outcome(
            .key(instance), Outcome(status: .failed, cause: cause, evidence: Evidence(exitCode: exitCode)))
    }

    private func record(_ ledger: SQLiteLedger, _ facts: [Fact]) async throws {
        for result in try await ledger.record(facts.map { Event.plain($0) }).results {
            #expect(result.outcome == .recorded, "\(result)")
        }
    }

    private func job(_ ledger: SQLiteLedger, _ jid: Int64 = 1) async throws -> JobRecord {
        try #require(try await ledger.jobs(JobFilter(jids: [jid]), page: Page(after: 0, limit: 1)).items.first)
    }

    @Test("killed for memory, a job gets more of it, once; then it has failed")
    func memory() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        try await record(
            ledger,
            [
                .run(queue: "q", relaunch: .defaults), try job("a", memory: Self.gib), .attempt("i1", of: "a"),
                .running("i1"), failure("i1", .outOfMemory),
            ])
        var seen = try await job(ledger)
        #expect(seen.status == .queued && seen.description.resources["memory"] == .int(Self.gib * 3 / 2))
        #expect(seen.description.maxAttempts == 2 && seen.attempts == 1)
        #expect(seen.instances.last?.relaunch?.memory?.to == Self.gib * 3 / 2)
        try await record(ledger, [.attempt("i2", of: "a"), .running("i2"), failure("i2", .outOfMemory)])
        seen = try await job(ledger)
        #expect(seen.status == .failed && seen.instances.last?.relaunch?.next == .retries)
    }

    @Test("all of it in one batch comes to the same")
    func oneBatch() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        try await record(
            ledger,
            [
                .run(queue: "q", relaunch: try RelaunchRules(texts: ["exit=75:2"])), try job("a"),
                .attempt("i1", of: "a"), failure("i1", .exit, exitCode: 75),
                .attempt("i2", of: "a"), failure("i2", .exit, exitCode: 75),
                .attempt("i3", of: "a"), failure("i3", .exit, exitCode: 75),
            ])
        let seen = try await job(ledger)
        #expect(seen.status == .failed && seen.attempts == 3 && seen.instances.count == 3)
        #expect(seen.instances.map { $0.relaunch?.next } == [.again, .again, .stop])
        let tally = try await ledger.summary(queue: "q")
        #expect(tally.jobs[.failed] == 1 && tally.jobs[.queued] == 0)
    }

    @Test("a rule that says never ends a job that has retries left, also when it is run again")
    func never() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        try await record(
            ledger,
            [
                .run(queue: "q", relaunch: try RelaunchRules(texts: ["exit:0"])), try job("a", maxAttempts: 3),
                .attempt("i1", of: "a"), failure("i1", .exit, exitCode: 1),
            ])
        #expect(try await job(ledger).status == .failed)
        _ = try await ledger.record([.plain(try job("a", maxAttempts: 5))])
        #expect(try await job(ledger).status == .failed)
        // A person may want it all the same.
        _ = try await ledger.record([.plain(.retry(.jid(1)))])
        #expect(try await job(ledger).status == .queued)
    }

    @Test("a node failure gives the attempt back, three times in a row; then one counts")
    func nodeFailure() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        try await record(ledger, [.run(queue: "q", relaunch: .defaults), try job("a", maxAttempts: 2)])
        for number in 1...5 {
            // It comes back to the first two.
            let host = "n\(number % 2)"
            let instance = "i\(number)"
            try await record(
                ledger,
                [
                    .submitted(.key(instance), Submission(job: .key(queue: "q", key: "a"), executor: "slurm")),
                    .running(
                        .key(instance), Start(host: "login", place: ClusterPlace(allocated: ["node": .string(host)]))),
                    // As from a scheduler that gives attempts back by itself.
                    .outcome(.key(instance), Outcome(status: .failed, cause: .nodeFailure, returnsAttempt: number > 3)),
                ])
            let seen = try await job(ledger)
            // The fourth counts, and begins the row anew.
            #expect(seen.instances[number - 1].relaunch?.avoids == (number == 4 ? nil : host))
            #expect(seen.attempts == (number < 4 ? 0 : 1) && seen.status == .queued, "\(number)")
        }
    }

    @Test(
        "where attempts run on this host alone, none is avoided; a rule that says never ends what was given back, too")
    func local() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        try await record(
            ledger,
            [
                .run(queue: "q", relaunch: try RelaunchRules(texts: ["lost:0", "signal:1,elsewhere"])), try job("a"),
                .attempt("i1", of: "a"), .running("i1"),
                .outcome(.key("i1"), Outcome(status: .failed, evidence: Evidence(signal: 9))),
                try job("b"), .attempt("i2", of: "b"), .running("i2"),
                .outcome(.key("i2"), Outcome(status: .failed, cause: .lost, returnsAttempt: true)),
            ])
        let seen = try await job(ledger, 1)
        #expect(seen.status == .queued && seen.instances[0].relaunch?.avoids == nil)
        let lost = try await job(ledger, 2)
        #expect(lost.status == .failed && lost.instances[0].relaunch?.words == "no other attempt (rule lost:0)")
    }

    @Test("an end that comes after the job has gone on decides nothing")
    func lateEnd() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        try await record(
            ledger,
            [
                .run(queue: "q", relaunch: try RelaunchRules(texts: ["exit:1"])), try job("a", maxAttempts: 2),
                .attempt("i1", of: "a"), .attempt("i2", of: "a"), failure("i2", .exit, exitCode: 1),
                failure("i1", .exit, exitCode: 1),
            ])
        let seen = try await job(ledger)
        #expect(seen.instances.map { $0.relaunch?.next } == [nil, .again])
        #expect(seen.status == .queued && seen.description.maxAttempts == 3)
    }

    @Test("the group of an error decides, and a job's own rules come first")
    func groups() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        try await record(
            ledger,
            [
                .run(queue: "q", relaunch: try RelaunchRules(texts: ["E1:1"])), try job("a"),
                try job("b", own: ["exit:0"]), .attempt("i1", of: "a"),
                .outcome(
                    .key("i1"), Outcome(status: .failed, evidence: Evidence(exitCode: 1), stderr: "no such thing")),
                .attempt("i2", of: "b"),
                .outcome(
                    .key("i2"), Outcome(status: .failed, evidence: Evidence(exitCode: 1), stderr: "no such thing")),
            ])
        #expect(try await job(ledger, 1).status == .queued)
        #expect(try await job(ledger, 2).status == .failed)
    }

    @Test("without rules of its queue, and without a queue, nothing changes")
    func noRules() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        try await record(
            ledger,
            [
                try job("a", memory: Self.gib), .attempt("i1", of: "a"), failure("i1", .outOfMemory), .exec("i2"),
                failure("i2", .outOfMemory), .run(queue: "q"), try job("b", memory: Self.gib),
                .attempt("i3", of: "b"), failure("i3", .outOfMemory),
            ])
        for jid in 1...3 {
            let seen = try await job(ledger, Int64(jid))
            #expect(seen.status == .failed && seen.instances[0].relaunch == nil)
        }
    }

    @Test("rules are changed while a queue runs, and the retries of jobs that are not over")
    func set() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        try await record(
            ledger,
            [
                .run(queue: "q", relaunch: try RelaunchRules(texts: ["exit:0"])), try job("a"), try job("b"),
                .attempt("i1", of: "a"), failure("i1", .exit, exitCode: 1),
                .set(queue: "q", QueueSetting(retries: 2, relaunch: try RelaunchRules(texts: ["exit:1"]))),
                .attempt("i2", of: "b"), failure("i2", .exit, exitCode: 1),
            ])
        #expect(try await job(ledger, 1).status == .failed)
        #expect(try await job(ledger, 1).description.maxAttempts == 1)
        let second = try await job(ledger, 2)
        #expect(second.status == .queued && second.description.maxAttempts == 4)
        let changes = try await ledger.changes(after: 0, limit: 100)
        let set = try #require(changes.first { $0.kind == "set" })
        #expect(set.queue == "q" && set.setting?.retries == 2 && set.setting?.relaunch?.texts == ["exit:1"])
    }

    @Test("fewer retries end what waits for one")
    func fewerRetries() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        try await record(
            ledger,
            [
                .run(queue: "q", relaunch: .off), try job("a", maxAttempts: 3), try job("b", maxAttempts: 3),
                .attempt("i1", of: "a"), failure("i1", .exit, exitCode: 1),
                .set(queue: "q", QueueSetting(retries: 0)),
            ])
        #expect(try await job(ledger, 1).status == .failed)
        #expect(try await job(ledger, 2).status == .queued)
        try await ledger.checkInvariants()
    }

    @Test("what was requested is kept with each attempt")
    func requested() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        let asked = RequestedResources(slots: 2, memory: Self.gib, runtime: 60)
        try await record(
            ledger,
            [
                try job("a"),
                .submitted(.key("i1"), Submission(job: .jid(1), executor: "slurm", requested: asked)),
            ])
        #expect(try await job(ledger).instances[0].requested == asked)
    }
}
