import JobmonCore
import Testing

@testable import JobmonLedger

/// Which group an error is in.
@Suite(.timeLimit(.minutes(20)))
struct GroupTests {
    let clock = ManualClock()
    let ledger: SQLiteLedger

    init() throws { ledger = try SQLiteLedger.open(.memory, time: clock.source) }

    private func fail(_ key: String, _ stderr: String, code: Int = 1) async throws {
        try await ledger.say(.exec(key))
        try await ledger.say(.running(key))
        try await ledger.say(.failed(key, code: code, stderr: stderr))
    }

    private func numbers() async throws -> [String] {
        try await ledger.rows("SELECT coalesce(signature_id, 'none') FROM error ORDER BY id")
    }

    /// As in a ledger of a version that had no groups.
    private func ungroup() async throws {
        try await ledger.write {
            try $0.connection.execute("UPDATE error SET signature_id = NULL")
            try $0.connection.execute(
                "UPDATE error_group SET errors = 0, jobs = 0, first_seen = NULL, last_seen = NULL, example = NULL")
        }
    }

    private func failAll() async throws {
        try await fail("a", "Error: no file in.1.csv\n")
        try await fail("b", "Error: no file in.2.csv\n")
        try await fail("c", "Error: no file in.3.csv\n", code: 2)
        try await fail("d", "fit.sh: line 3: fit: command not found\n", code: 127)
        try await fail("e", "Error: no file in.4.csv\n")
        try await fail("f", "")
    }

    @Test func errorsOfOneCauseHaveOneNumber() async throws {
        try await failAll()
        #expect(try await numbers() == ["1", "1", "2", "3", "1", "4"])
        #expect(
            try await ledger.rows("SELECT title FROM error_group WHERE id = 3") == [
                "<path>.sh: line <number>: fit: command not found"
            ])
        try await ledger.checkInvariants()
    }

    @Test func olderErrorsAreGroupedPartByPart() async throws {
        try await failAll()
        let before = try await numbers()
        try await ungroup()
        #expect(try await ledger.groupErrors(limit: 4) == 4)
        #expect(try await ledger.groupErrors(limit: 4) == 2)
        #expect(try await ledger.groupErrors(limit: 4) == 0)
        #expect(try await numbers() == before)
        try await ledger.checkInvariants()
    }

    @Test func whatAJobReportsLaterCounts() async throws {
        try await fail("a", "Error: no file in.1.csv\n")
        try await fail("b", "")
        try await ledger.say(.error(.key("b"), JobError("Error: no file in.2.csv")))
        #expect(try await numbers() == ["1", "1"])
        #expect(try await counts() == ["1|2|2|1", "2|0|0|NULL"])
        try await ledger.checkInvariants()
    }

    private func counts() async throws -> [String] {
        try await ledger.rows("SELECT id, errors, jobs, coalesce(example, 'NULL') FROM error_group ORDER BY id")
    }

    @Test func attemptsOfOneJobAreErrorsOfOneJob() async throws {
        try await ledger.say(.job("k", maxAttempts: 3))
        for (key, line) in [("a", "Error: no file 1.csv"), ("b", "Error: no space"), ("c", "Error: no file 2.csv")] {
            try await ledger.say(.attempt(key, of: "k"))
            try await ledger.say(.running(key))
            try await ledger.say(.failed(key, code: 1, stderr: line))
        }
        #expect(try await counts() == ["1|2|1|1", "2|1|1|1"])
        try await ledger.checkInvariants()
    }

    @Test func whatIsForgottenDoesNotCount() async throws {
        try await failAll()
        try await ledger.say(.forget(.jid(1)))
        try await ledger.say(.forget(.jid(4)))
        #expect(try await counts() == ["1|2|2|2", "2|1|1|3", "3|0|0|NULL", "4|1|1|6"])
        try await ledger.checkInvariants()
        // What is grouped later counts neither.
        try await ungroup()
        #expect(try await ledger.groupErrors(limit: 100) == 6)
        try await ledger.checkInvariants()
    }

    @Test func aBatchThatIsDoneAgainCountsOnce() async throws {
        try await ledger.say(.exec("a"))
        try await ledger.say(.running("a"))
        var sender = Sender("s")
        let failed = sender.say(.failed("a", stderr: "Error: no space"))
        _ = try await ledger.record([failed, failed])
        _ = try await ledger.record([failed])
        #expect(try await counts() == ["1|1|1|1"])
        try await ledger.checkInvariants()
    }

    @Test func runsOfAQueueAreKept() async throws {
        let began = clock.now
        try await ledger.say(.run(queue: "q"))
        clock.advance(60)
        try await ledger.say(.run(queue: "q"))
        #expect(
            try await ledger.rows("SELECT queue, started FROM queue_run ORDER BY id")
                == ["q|\(began)", "q|\(clock.now)"])
        #expect(try await ledger.rows("SELECT kind, changed FROM event") == ["run|0", "run|0"])
    }

    @Test func aMergedGroupTakesWhatComes() async throws {
        try await failAll()
        try await ledger.write {
            try $0.connection.execute("UPDATE error_group SET merged_into = 1 WHERE id = 3")
            $0.groups.empty()
        }
        try await fail("g", "fit.sh: line 9: fit: command not found\n", code: 127)
        #expect(try await numbers().last == "1")
    }

    @Test func aRolledBackGroupIsMadeAgain() async throws {
        struct Stop: Error {}
        await #expect(throws: (any Error).self) {
            try await ledger.write { recorder in
                try recorder.connection.inTransaction {
                    try recorder.connection.execute("INSERT INTO error_group (key, title, rule) VALUES ('k', 't', 'r')")
                    throw Stop()
                }
            }
        }
        try await fail("a", "Error: no file in.1.csv\n")
        #expect(try await ledger.rows("SELECT count(*) FROM error_group") == ["1"])
    }

    @Test func jobsAndErrorsAreSelectedByGroup() async throws {
        try await failAll()
        var filter = JobFilter(groups: [1])
        #expect(try await ledger.numbers(filter) == [1, 2, 5])
        #expect(try await ledger.errors(filter, page: Page(after: 0, limit: 2)).items.map(\.jid) == [1, 2])
        #expect(try await ledger.errors(filter, page: Page(after: 2, limit: 2)).items.map(\.group) == [1])
        filter.groups = [2, 3]
        #expect(try await ledger.numbers(filter) == [3, 4])
        filter.jids = [1, 4]
        #expect(try await ledger.numbers(filter) == [4])
        filter.groups = [99]
        #expect(try await ledger.numbers(filter).isEmpty)
    }
}
