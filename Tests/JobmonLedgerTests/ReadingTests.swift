import Foundation
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonLedger

/// Lists, filters, pages, numbers and the stream of changes.
@Suite(.timeLimit(.minutes(20)))
struct ReadingTests {
    let clock = ManualClock()

    /// 60 jobs of two queues and of no queue, with four statuses.
    private func fill(_ ledger: SQLiteLedger) async throws {
        for index in 0..<60 {
            let queue = index % 3 == 0 ? "even" : "odd"
            let key = "k\(index)"
            if index % 10 == 9 {
                try await ledger.say(.exec(key, name: "plain"))
            } else {
                let params: JSONObject = ["year": .int(Int64(1990 + index % 5)), "loc": .string("l\(index % 2)")]
                try await ledger.say(.job(key, queue: queue, name: "n\(index % 4)", params: params))
                if index % 4 == 3 { continue }
                try await ledger.say(.attempt(key, of: key, queue: queue))
            }
            try await ledger.say(.running(key))
            if index % 4 == 1 { try await ledger.say(.complete(key)) }
            if index % 4 == 2 { try await ledger.say(.failed(key)) }
        }
    }

    /// The meaning of a filter, implemented again in Swift.
    private func passes(_ job: JobRecord, _ filter: JobFilter) -> Bool {
        (filter.statuses.isEmpty || filter.statuses.contains(job.status))
            && (filter.queue == nil || filter.queue == job.queue)
            && (filter.name == nil || filter.name == job.description.name)
            && (filter.jids.isEmpty || filter.jids.contains(job.jid))
            && filter.params.allSatisfy { param in
                switch job.description.params[param.name] {
                case .string(let text)?: text == param.value
                case let value?: value.text == param.value
                case nil: false
                }
            }
    }

    @Test("what a job waits for is found by its key, not by reading its queue")
    func waitsByKey() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: clock.source)
        try await fill(ledger)
        let plan = try await ledger.read { connection throws(SQLiteFailure) in
            try connection.prepare("EXPLAIN QUERY PLAN " + JobQueries.waitsStatement).put(1).put("[]").all { row in
                for _ in 0..<3 { _ = row.int() }
                return row.text()
            }
        }
        let ways = plan.filter { $0.hasPrefix("SEARCH u ") }
        #expect(
            ways.sorted() == [
                "SEARCH u USING INDEX job_by_key (queue=? AND job_key=?)",
                "SEARCH u USING INTEGER PRIMARY KEY (rowid=?)",
            ], "\(plan)")
    }

    @Test func everyFilterInPagesOfEverySize() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: clock.source)
        try await fill(ledger)
        let all = try await ledger.jobs(JobFilter(), page: Page(limit: 1000)).items
        #expect(all.map(\.jid) == Array(1...60))
        let statuses: [[Status]] = [[], [.failed], [.failed, .complete], [.queued, .failed, .running], [.cancelled]]
        let params: [[JobFilter.Param]] = [
            [], [.init(name: "year", value: "1991")],
            [.init(name: "year", value: "1992"), .init(name: "loc", value: "l0")], [.init(name: "year", value: "x")],
        ]
        for status in statuses {
            for queue in [nil, "even", "none"] {
                for name in [nil, "n2", "plain"] {
                    for param in params {
                        for jids: [Int64] in [[], [3, 7, 8, 7, 99, 11]] {
                            let filter = JobFilter(
                                statuses: status, queue: queue, name: name, params: param, jids: jids)
                            let expected = all.filter { passes($0, filter) }
                            var found: [JobRecord] = []
                            var after: Int64? = 0
                            while let from = after {
                                let page = try await ledger.jobs(filter, page: Page(after: from, limit: 7))
                                found += page.items
                                after = page.next
                            }
                            #expect(found == expected, "\(filter)")
                            let errors = try await ledger.errors(filter, page: Page())
                            #expect(errors.items.map(\.jid) == expected.filter { $0.status == .failed }.map(\.jid))
                        }
                    }
                }
            }
        }
    }

    @Test func pagesEndWhereTheyEnd() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: clock.source)
        try await fill(ledger)
        #expect(try await ledger.jobs(JobFilter(), page: Page(limit: 60)).next == nil)
        #expect(try await ledger.jobs(JobFilter(), page: Page(limit: 59)).next == 59)
        #expect(try await ledger.jobs(JobFilter(), page: Page(after: 60)).items.isEmpty)
        let first = try await ledger.errors(JobFilter(), page: Page(limit: 4))
        #expect(first.items.map(\.id) == [1, 2, 3, 4])
        #expect(first.next == 4)
        #expect(try await ledger.errors(JobFilter(), page: Page(after: 4)).items.first?.id == 5)
    }

    @Test func numbersPerQueue() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: clock.source)
        try await fill(ledger)
        let all = try await ledger.jobs(JobFilter(), page: Page()).items
        for queue in [nil, "even", "odd", "none"] {
            let summary = try await ledger.summary(queue: queue)
            for status in Status.allCases {
                let expected = all.count { $0.status == status && (queue == nil || $0.queue == queue) }
                #expect(summary.jobs[status] == expected)
            }
            #expect(summary.errors == all.count { $0.status == .failed && (queue == nil || $0.queue == queue) })
        }
        #expect(try await ledger.rows("SELECT max(seq) FROM event") == ["\(ledger.summary(queue: nil).sequence)"])
    }

    @Test func theStreamIsReadOnFromAnyNumber() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: clock.source)
        var published: [Change] = []
        var sender = Sender("s")
        for index in 0..<20 {
            let key = "i\(index)"
            published += try await ledger.record([
                sender.say(.running(key)), sender.say(.exec(key)), sender.say(.exec(key)), sender.say(.failed(key)),
                sender.say(.complete(key)), .plain(.heartbeat([.key(key)])),
            ]).changes
        }
        #expect(published.count == 60)
        #expect(try await ledger.changes(after: 0, limit: 1000) == published)
        for start in [0, 17, 59] {
            let after = published[start].sequence
            #expect(try await ledger.changes(after: after, limit: 5) == Array(published[(start + 1)...].prefix(5)))
        }
    }

    @Test func readersSeeWholeBatchesWhileTheWriterWrites() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            let ledger = try SQLiteLedger.open(.file(path: path), time: .system)
            let beside = try SQLiteLedger.reader(path: path)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for index in 0..<150 {
                        let key = "i\(index)"
                        _ = try await ledger.record([.plain(.exec(key)), .plain(.running(key)), .plain(.failed(key))])
                    }
                }
                for reading in [ledger as any LedgerReading, beside] {
                    group.addTask {
                        var seen = 0
                        while seen < 150 {
                            let summary = try await reading.summary(queue: nil)
                            #expect(summary.jobs[.failed] == summary.errors)
                            #expect(summary.jobs[.submitted] == 0)
                            #expect(summary.errors >= seen)
                            seen = summary.errors
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await ledger.close()
        }
    }
}
