import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonLedger

/// Jobs that a user removed from lists, counts and reports.
@Suite(.timeLimit(.minutes(20)))
struct ForgetTests {
    @Test("a forgotten job is in no list or count, frees its key, and can still be shown")
    func forgotten() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        _ = try await ledger.record([
            .plain(.job("a")), .plain(.job("b")), .plain(.attempt("i1", of: "a")), .plain(.running("i1")),
        ])
        let running = try await ledger.record([.plain(.forget(.jid(1)))]).results[0]
        #expect(running.outcome == .refused)
        #expect(running.problem?.message.contains("RUNNING") == true, "\(running.problem?.message ?? "")")
        _ = try await ledger.record([
            .plain(.outcome(.key("i1"), Outcome(evidence: Evidence(exitCode: 1), stderr: "no data")))
        ])
        #expect(try await ledger.summary(queue: "q").errors == 1)
        let both = try await ledger.record([.plain(.forget(.jid(1))), .plain(.forget(.jid(2)))]).results
        #expect(both.allSatisfy { $0.outcome == .recorded })
        let summary = try await ledger.summary(queue: nil)
        #expect(summary.jobs.values.allSatisfy { $0 == 0 } && summary.errors == 0)
        #expect(try await ledger.jobs(JobFilter(), page: Page()).items.isEmpty)
        #expect(try await ledger.jobs(JobFilter(queue: "q"), page: Page()).items.isEmpty)
        #expect(try await ledger.jobs(JobFilter(statuses: [.failed]), page: Page()).items.isEmpty)
        #expect(try await ledger.jobs(JobFilter(jids: [1, 2]), page: Page()).items.isEmpty)
        #expect(try await ledger.errors(JobFilter(), page: Page()).items.isEmpty)
        #expect(try await ledger.errors(JobFilter(queue: "q"), page: Page()).items.isEmpty)
        #expect(try await ledger.job(1).forgotten != nil)
        #expect(try await ledger.job(1).status == .failed)
        // Its key is free: the same description is another job.
        let again = try await ledger.record([.plain(.job("a"))]).results[0]
        #expect(again.jid == 3 && again.outcome == .recorded)
        for fact in [Fact.retry(.jid(1)), .cancel(.jid(2))] {
            let refused = try await ledger.record([.plain(fact)]).results[0]
            #expect(refused.outcome == .refused && refused.problem?.message.contains("forgotten") == true)
        }
        #expect(try await ledger.record([.plain(.forget(.jid(1)))]).results[0].outcome == .repeat)
        // A late report of its attempt does not count.
        _ = try await ledger.record([.plain(.running("i1")), .plain(.attempt("i2", of: "a"))])
        #expect(try await ledger.summary(queue: "q").jobs[.submitted] == 1)
        #expect(try await ledger.summary(queue: "q").errors == 0)
        #expect(try await ledger.rows("SELECT count(*) FROM event WHERE kind = 'forget'") == ["4"])
    }

    @Test("selectors: ranges, causes, hosts, name patterns, since")
    func selectors() async throws {
        let clock = ManualClock()
        let ledger = try SQLiteLedger.open(.memory, time: clock.source)
        for index in 1...6 {
            _ = try await ledger.record([
                .plain(.job("k\(index)", name: index < 4 ? "fit \(index)" : "merge[\(index)]")),
                .plain(.attempt("i\(index)", of: "k\(index)")),
                .plain(.running(.key("i\(index)"), Start(host: index % 2 == 0 ? "n2" : "n1"))),
                .plain(
                    .outcome(
                        .key("i\(index)"),
                        Outcome(evidence: index < 3 ? Evidence(exitCode: 1) : Evidence(signal: 9)))),
            ])
            clock.advance(60)
        }
        func numbers(_ filter: JobFilter) async throws -> [Int64] {
            let numbers = try await ledger.numbers(filter)
            #expect(try await ledger.jobs(filter, page: Page()).items.map(\.jid) == numbers)
            return numbers
        }
        #expect(try await numbers(JobFilter(numbers: JobNumbers(ranges: [2...3, 6...90]))) == [2, 3, 6])
        #expect(try await numbers(JobFilter(causes: [.exit])) == [1, 2])
        #expect(try await numbers(JobFilter(causes: [.exit, .signal], hosts: ["n2"])) == [2, 4, 6])
        #expect(try await numbers(JobFilter(name: "fit *")) == [1, 2, 3])
        #expect(try await numbers(JobFilter(name: "fit 1")) == [1])
        // Names that look like patterns match themselves.
        #expect(try await numbers(JobFilter(name: "merge[4]")) == [4])
        #expect(try await numbers(JobFilter(queue: "q", name: "*[56]*", numbers: JobNumbers(ranges: [1...5]))) == [5])
        #expect(
            try await numbers(JobFilter(statuses: [.failed], since: clock.now.advanced(bySeconds: -130))) == [5, 6])
    }
}
