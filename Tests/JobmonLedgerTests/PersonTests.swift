import JobmonCore
import JobmonLedger
import Testing

/// Users' requests (retry and cancel), and silent instances.
@Suite(.timeLimit(.minutes(20)))
struct PersonTests {
    let clock = ManualClock()
    let ledger: SQLiteLedger

    init() throws { ledger = try SQLiteLedger.open(.memory, time: clock.source) }

    private func failedJob() async throws {
        try await ledger.say(.job("a"))
        try await ledger.say(.attempt("i", of: "a"))
        try await ledger.say(.failed("i"))
    }

    @Test func aFailedJobIsTriedOnceMore() async throws {
        try await failedJob()
        let batch = try await ledger.record([.plain(.retry(.jid(1)))])
        #expect(batch.results.first?.outcome == .recorded)
        #expect(batch.changes.first?.jobStatus == .queued)
        #expect(batch.changes.first?.jobKey == "a")
        #expect(try await ledger.job(1).description.maxAttempts == 2)
        #expect(try await ledger.say(.retry(.jid(1))).problem?.code == .contradiction)
        try await ledger.checkInvariants()
    }

    @Test(arguments: [false, true])
    func aCancelledJobIsTriedOnceMore(started: Bool) async throws {
        try await ledger.say(.job("a"))
        if started { try await ledger.say(.attempt("i", of: "a")) }
        #expect(try await ledger.say(.cancel(.jid(1))).outcome == .recorded)
        if started {
            #expect(try await ledger.job(1).status == .submitted)
            #expect(try await ledger.say(.cancel(.jid(1))).outcome == .repeat)
            try await ledger.say(.cancelled("i"))
        }
        #expect(try await ledger.job(1).status == .cancelled)
        #expect(try await ledger.say(.cancel(.jid(1))).problem?.message.contains("CANCELLED") == true)
        #expect(try await ledger.say(.retry(.key(queue: "q", key: "a"))).outcome == .recorded)
        let job = try await ledger.job(1)
        #expect(job.status == .queued)
        #expect(!job.cancelRequested)
        #expect(job.attempts < job.description.maxAttempts)
        try await ledger.say(.attempt("j", of: "a"))
        try await ledger.say(.cancelled("j"))
        #expect(try await ledger.job(1).status == .cancelled)
        try await ledger.checkInvariants()
    }

    @Test func aJobThatIsToBeCancelledEndsCancelledOrComplete() async throws {
        for (key, end, expected) in [
            ("a", Fact.failed("a"), Status.cancelled), ("b", .complete("b"), .complete),
            ("c", .cancelled("c"), .cancelled),
        ] {
            try await ledger.say(.job(key, maxAttempts: 5))
            try await ledger.say(.attempt(key, of: key))
            try await ledger.say(.running(key))
            try await ledger.say(.cancel(.key(queue: "q", key: key)))
            try await ledger.say(end)
            #expect(try await ledger.job(try #require(ledger.instance(key: key)?.jid)).status == expected)
        }
        try await ledger.checkInvariants()
    }

    @Test func whatBelongsToNoQueueIsLeftToThePerson() async throws {
        try await ledger.say(.exec("i"))
        try await ledger.say(.running("i", pid: 4711))
        let cancel = try await ledger.say(.cancel(.jid(1)))
        #expect(cancel.outcome == .refused)
        #expect(cancel.problem?.hint?.contains("n1") == true)
        #expect(cancel.problem?.hint?.contains("4711") == true)
        try await ledger.say(.failed("i"))
        let retry = try await ledger.say(.retry(.jid(1)))
        #expect(retry.problem?.code == .contradiction)
        #expect(retry.problem?.hint?.contains("same way") == true)
        #expect(try await ledger.job(1).status == .failed)
    }

    @Test func aLateCompleteCompletesTheJob() async throws {
        try await ledger.say(.job("a", maxAttempts: 2))
        try await ledger.say(.attempt("i", of: "a"))
        try await ledger.say(.running("i"))
        try await ledger.say(.lost("i"))
        try await ledger.say(.attempt("j", of: "a"))
        try await ledger.say(.running("j"))
        let late = try await ledger.record([.plain(.complete("i"))])
        #expect(late.changes.first?.jobStatus == .complete)
        try await ledger.say(.cancelled("j"))
        #expect(try await ledger.job(1).status == .complete)
        try await ledger.checkInvariants()
    }

    @Test func silenceMakesLateAndASignOfLifeEndsThat() async throws {
        try await ledger.say(.exec("i"))
        try await ledger.say(.running("i"))
        try await ledger.say(.exec("waiting"))
        clock.advance(100)
        try await ledger.say(.exec("young"))
        try await ledger.say(.running("young"))
        let silent = clock.now.advanced(bySeconds: -90)
        let lost = clock.now.advanced(bySeconds: -600)
        #expect(try await ledger.markLate(silentSince: silent, lostSince: lost).isEmpty)
        #expect(try await ledger.summary(queue: nil).late == 1)
        #expect(try await ledger.instance(1).lateSince == clock.now)
        #expect(try await ledger.instance(1).status == .running)
        #expect(try await ledger.say(.heartbeat([.key("i"), .key("young")])).outcome == .recorded)
        #expect(try await ledger.instance(1).lateSince == nil)
        #expect(try await ledger.instance(1).lastSeen == clock.now)
        clock.advance(1000)
        let gone = try await ledger.markLate(silentSince: clock.now, lostSince: clock.now)
        #expect(gone.map(\.instance) == [.key("i"), .key("young")])
        try await ledger.say(.complete("i"))
        try await ledger.say(.lost("young"))
        #expect(try await ledger.summary(queue: nil).late == 0)
        #expect(try await ledger.markLate(silentSince: clock.now, lostSince: clock.now).isEmpty)
        try await ledger.checkInvariants()
    }

    @Test func heartbeatsAreNotKeptAsEvents() async throws {
        #expect(try await ledger.say(.heartbeat([.key("i")])).outcome == .early)
        try await ledger.say(.exec("i"))
        #expect(
            try await ledger.say(.heartbeat([.key("i")])) == EventResult(outcome: .recorded, jid: 1, jobInstanceID: 1))
        try await ledger.say(.complete("i"))
        let before = try await ledger.dump()
        #expect(try await ledger.say(.heartbeat([.key("i")])).outcome == .repeat)
        #expect(try await ledger.dump() == before)
        #expect(try await ledger.rows("SELECT count(*) FROM event") == ["2"])
    }
}
