import JobmonCore
import Testing

@testable import JobmonLedger

/// What users decide about groups of errors.
@Suite(.timeLimit(.minutes(20)))
struct GroupChangeTests {
    let clock = ManualClock()
    let ledger: SQLiteLedger

    init() throws { ledger = try SQLiteLedger.open(.memory, time: clock.source) }

    private func fail(_ key: String, code: Int) async throws {
        try await ledger.say(.exec(key))
        try await ledger.say(.running(key))
        try await ledger.say(.failed(key, code: code, stderr: "Error: no data\n"))
    }

    /// Four groups by their exit codes: E1 has three errors, E2 two, E3 and E4 one each.
    private func failAll() async throws {
        for (index, code) in [1, 1, 2, 3, 4, 2, 1].enumerated() { try await fail("i\(index)", code: code) }
        #expect(try await errors() == ["1", "1", "2", "3", "4", "2", "1"])
    }

    /// The group of each error.
    private func errors() async throws -> [String] {
        try await ledger.rows("SELECT signature_id FROM error ORDER BY id")
    }

    private func groups() async throws -> [String] {
        try await ledger.rows(
            """
            SELECT id, coalesce(muted, ''), coalesce(note, ''), coalesce(merged_into, '') FROM error_group ORDER BY id
            """)
    }

    @Test func aMergeGivesTheErrorsToTheTarget() async throws {
        try await failAll()
        let batch = try await ledger.record([.plain(.group(2, .merge(into: 1)))])
        #expect(batch.results.map(\.outcome) == [.recorded])
        #expect(try await errors() == ["1", "1", "1", "3", "4", "1", "1"])
        #expect(try await groups() == ["1|||", "2|||1", "3|||", "4|||"])
        // Later errors of that cause too, whether their group is in memory or not.
        try await fail("later", code: 2)
        #expect(try await errors().last == "1")
        #expect(try await ledger.numbers(JobFilter(groups: [1])) == [1, 2, 3, 6, 7, 8])
        #expect(try await ledger.numbers(JobFilter(groups: [2])).isEmpty)
        try await ledger.checkInvariants()
    }

    @Test func mergesMakeNoChain() async throws {
        try await failAll()
        try await ledger.say(.group(4, .merge(into: 3)))
        try await ledger.say(.group(3, .merge(into: 1)))
        #expect(try await groups() == ["1|||", "2|||", "3|||1", "4|||1"])
        for (index, code) in [3, 4].enumerated() { try await fail("later\(index)", code: code) }
        #expect(try await errors() == ["1", "1", "2", "1", "1", "2", "1", "1", "1"])
    }

    @Test func errorsOfTheSameBatchAreMergedToo() async throws {
        try await failAll()
        let facts: [Fact] = [
            .exec("a"), .running("a"), .failed("a", code: 2, stderr: "Error: no data\n"), .group(2, .merge(into: 1)),
            .exec("b"), .running("b"), .failed("b", code: 2, stderr: "Error: no data\n"),
        ]
        _ = try await ledger.record(facts.map { .plain($0) })
        #expect(try await errors().suffix(2) == ["1", "1"])
        try await ledger.checkInvariants()
    }

    @Test func aNoteIsHandedOnAndMutedStays() async throws {
        try await failAll()
        let muted = clock.now.description
        for fact: Fact in [
            .group(2, .mute), .group(2, .note("two")), .group(3, .note("three")), .group(2, .merge(into: 1)),
            .group(3, .merge(into: 1)),
        ] { #expect(try await ledger.say(fact).outcome == .recorded) }
        #expect(try await groups() == ["1||two|", "2|\(muted)|two|1", "3||three|1", "4|||"])
        try await ledger.say(.group(4, .mute))
        try await ledger.say(.group(1, .merge(into: 4)))
        #expect(try await groups().last == "4|\(muted)|two|")
    }

    @Test func mutedGroupsAndNotes() async throws {
        try await failAll()
        let time = clock.now.advanced(bySeconds: -60)
        #expect(try await ledger.say(.group(1, .mute), at: time).outcome == .recorded)
        clock.advance(5)
        let again = try await ledger.record([.plain(.group(1, .mute))])
        #expect(again.results[0].outcome == .repeat && again.changes.isEmpty)
        #expect(try await groups().first == "1|\(time.description)||")
        #expect(try await ledger.say(.group(1, .unmute)).outcome == .recorded)
        #expect(try await ledger.say(.group(1, .unmute)).outcome == .repeat)
        #expect(try await ledger.say(.group(1, .note("é\n"))).outcome == .recorded)
        #expect(try await ledger.say(.group(1, .note("é\n"))).outcome == .repeat)
        #expect(try await groups().first == "1||é\n|")
        #expect(try await ledger.say(.group(1, .note(""))).outcome == .recorded)
        #expect(try await ledger.say(.group(1, .note(""))).outcome == .repeat)
        #expect(try await ledger.rows("SELECT count(*) FROM error_group WHERE note IS NULL") == ["4"])
    }

    @Test func aRefusedRequestChangesNothing() async throws {
        try await failAll()
        try await ledger.say(.group(3, .merge(into: 1)))
        let before = (try await groups(), try await errors())
        let requests: [(Int64, GroupChange, Problem.Code)] = [
            (9, .mute, .notFound), (9, .merge(into: 1), .notFound), (2, .merge(into: 9), .notFound),
            (2, .merge(into: 2), .contradiction), (2, .merge(into: 3), .contradiction),
            (3, .merge(into: 2), .contradiction), (3, .note("x"), .contradiction),
        ]
        for (group, change, code) in requests {
            let batch = try await ledger.record([.plain(.group(group, change))])
            #expect(batch.results[0].outcome == .refused && batch.results[0].problem?.code == code, "\(change)")
            #expect(batch.changes.isEmpty)
        }
        #expect(try await ledger.say(.group(3, .merge(into: 1))).outcome == .repeat)
        #expect(try await groups() == before.0)
        #expect(try await errors() == before.1)
        // They are kept as evidence.
        #expect(try await ledger.rows("SELECT count(*) FROM event WHERE outcome = 'refused'") == ["\(requests.count)"])
        try await ledger.checkInvariants()
    }

    @Test func changesArePublishedAndReadAgain() async throws {
        try await failAll()
        let last = try await ledger.summary(queue: nil).sequence
        var sender = Sender("s")
        let events = [
            sender.say(.group(2, .mute)), sender.say(.group(2, .unmute)), sender.say(.group(2, .note("x"))),
            sender.say(.group(2, .merge(into: 1))),
        ]
        let batch = try await ledger.record(events)
        #expect(batch.changes.map(\.kind) == ["mute", "unmute", "note", "merge"])
        #expect(batch.changes.allSatisfy { $0.group == 2 && $0.jid == nil })
        #expect(try await ledger.changes(after: last, limit: 10) == batch.changes)
        // Sent again, it is not done again.
        try await ledger.say(.group(1, .note("y")))
        let again = try await ledger.record(events)
        #expect(again.results.map(\.outcome) == [.repeat, .repeat, .repeat, .repeat] && again.changes.isEmpty)
        #expect(try await groups().first == "1||y|")
    }

    @Test func aRolledBackMergeLeavesNothing() async throws {
        try await failAll()
        struct Stop: Error {}
        await #expect(throws: (any Error).self) {
            try await ledger.write { recorder in
                try recorder.connection.inTransaction {
                    _ = try recorder.apply(.merge(into: 1), to: 2, at: Timestamp(milliseconds: 0))
                    throw Stop()
                }
            }
        }
        #expect(try await groups() == ["1|||", "2|||", "3|||", "4|||"])
        try await fail("later", code: 2)
        #expect(try await errors().last == "2")
    }
}
