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
        try await ledger.write { try $0.connection.execute("UPDATE error SET signature_id = NULL") }
        #expect(try await ledger.groupErrors(limit: 4) == 4)
        #expect(try await ledger.groupErrors(limit: 4) == 2)
        #expect(try await ledger.groupErrors(limit: 4) == 0)
        #expect(try await numbers() == before)
    }

    @Test func whatAJobReportsLaterCounts() async throws {
        try await fail("a", "Error: no file in.1.csv\n")
        try await fail("b", "")
        try await ledger.say(.error(.key("b"), JobError("Error: no file in.2.csv")))
        #expect(try await numbers() == ["1", "1"])
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
