import JobmonCommands
import JobmonCore
import JobmonLedger
import JobmonTestSupport
import Testing

/// Lists that are read from a real ledger page by page.
@Suite struct ListTests {
    /// A ledger with `count` jobs; every third failed, the others are COMPLETE.
    private static func ledger(_ count: Int) async throws -> SQLiteLedger {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        var events: [Event] = []
        for index in 0..<count {
            let reference = InstanceReference.key("i\(index)")
            let description = JobDescription(
                name: index.isMultiple(of: 2) ? "even" : "odd", runfile: "python", params: ["index": .int(Int64(index))]
            )
            let evidence = Evidence(exitCode: index.isMultiple(of: 3) ? 1 : 0)
            events += [
                Event(
                    time: Sample.time,
                    fact: .submitted(reference, Submission(description: description, executor: "exec"))),
                Event(time: Sample.time, fact: .running(reference, Start(host: "n7"))),
                Event(
                    time: Sample.time.advanced(bySeconds: 2),
                    fact: .outcome(
                        reference,
                        Outcome(
                            evidence: evidence, usage: Usage(wallclock: 2),
                            stderr: evidence.exitCode == 1 ? "more\nError: \(index)\n" : nil))),
            ]
        }
        for start in stride(from: 0, to: events.count, by: 3000) {
            _ = try await ledger.record(Array(events[start..<min(events.count, start + 3000)]))
        }
        return ledger
    }

    /// The output of an asynchronous body.
    private static func text(_ body: (Output) async throws -> Void) async throws -> String {
        try await withTestDirectory { directory in
            let file = try OutputFile(path: "\(directory)/out")
            try await body(file.output)
            return try file.text()
        }
    }

    @Test(.timeLimit(.minutes(20))) func jobsAsATable() async throws {
        let reading = try await Self.ledger(4)
        let list = JobList(reading: reading, filter: JobFilter())
        var counted = JobList.Counted()
        let text = try await Self.text {
            counted = try await list.writeTable(to: $0, terminal: .none, now: Sample.time)
        }
        #expect(
            text == """
                JID  STATUS    NAME  PARAMS   TRIES  HOST  TIME  EXIT  MEM  WHY
                  1  FAILED    even  index=0    1/1  n7    2.0s     1       exit code 1: Error: 0
                  2  COMPLETE  odd   index=1    1/1  n7    2.0s     0
                  3  COMPLETE  even  index=2    1/1  n7    2.0s     0
                  4  FAILED    odd   index=3    1/1  n7    2.0s     1       exit code 1: Error: 3

                """)
        let closing = try await list.closing(counted)
        #expect(closing == "4 jobs: 2 COMPLETE, 2 FAILED")
        try await reading.close()
    }

    @Test(.timeLimit(.minutes(20))) func sorted() async throws {
        let reading = try await Self.ledger(2500)
        for limit in [1, 3, 999, nil] as [Int?] {
            let list = JobList(reading: reading, filter: JobFilter(), limit: limit, order: try JobOrder("-exit,-jid"))
            let text = try await Self.text { try await list.writeJSON(to: $0) }
            guard case .array(let jobs) = try JSON(parsing: text) else { continue }
            let jids = jobs.compactMap { job -> Int64? in
                if case .object(let object) = job, case .int(let jid)? = object["jid"] { jid } else { nil }
            }
            #expect(jids.count == limit ?? 2500)
            #expect(jids.starts(with: [2500, 2497, 2494].prefix(limit ?? 3)))
        }
        try await reading.close()
    }

    @Test(.timeLimit(.minutes(20))) func theLimitIsSaid() async throws {
        let reading = try await Self.ledger(2500)
        for (limit, lines) in [
            (1, 1), (999, 999), (1000, 1000), (1001, 1001), (2499, 2499), (2500, 2500), (9999, 2500),
        ] {
            let list = JobList(reading: reading, filter: JobFilter(), limit: limit)
            var counted = JobList.Counted()
            let text = try await Self.text {
                counted = try await list.writeTable(to: $0, terminal: .none, now: Sample.time)
            }
            #expect(text.split(separator: "\n").count == lines + 1)
            #expect(counted.isCut == (lines < 2500))
            #expect(counted.jobs.values.reduce(0, +) == lines)
        }
        let list = JobList(reading: reading, filter: JobFilter(), limit: 1000)
        let cut = try await list.closing(JobList.Counted(jobs: [.complete: 1000], isCut: true))
        #expect(cut.hasPrefix("the first 1,000 jobs of 2,500 jobs: 1,666 COMPLETE, 834 FAILED ("))
        try await reading.close()
    }

    @Test(.timeLimit(.minutes(20))) func jobsAsJSON() async throws {
        let reading = try await Self.ledger(2100)
        let text = try await Self.text { try await JobList(reading: reading, filter: JobFilter()).writeJSON(to: $0) }
        guard case .array(let jobs) = try JSON(parsing: text) else {
            Issue.record("not an array")
            return
        }
        #expect(jobs.count == 2100)
        let jids = jobs.compactMap { job -> JSON? in if case .object(let object) = job { object["jid"] } else { nil } }
        #expect(jids == (1...2100).map { .int($0) })
        let none = try await Self.text {
            try await JobList(reading: reading, filter: JobFilter(name: "none")).writeJSON(to: $0)
        }
        #expect(try JSON(parsing: none) == [])
        try await reading.close()
    }

    @Test(.timeLimit(.minutes(20))) func errors() async throws {
        let reading = try await Self.ledger(4)
        let list = ErrorList(reading: reading, filter: JobFilter())
        var count = 0
        let lines = try await Self.text { count = try await list.write(to: $0, full: false, terminal: .none) }
        #expect(count == 2)
        #expect(
            lines == """
                TIME (UTC)           JID  NAME  TRY  CAUSE        GROUP  ERROR
                2026-01-31 09:30:02    1  even    1  exit code 1  E1     Error: 0
                2026-01-31 09:30:02    4  odd     1  exit code 1  E1     Error: 3

                """)
        let odd = ErrorList(reading: reading, filter: JobFilter(name: "odd"))
        let full = try await Self.text { _ = try await odd.write(to: $0, full: true, terminal: .none) }
        #expect(
            full == """
                job 4 (odd), attempt 1, 2026-01-31 09:30:02 UTC, on n7: exit code 1
                  | more
                  | Error: 3


                """)
        let json = try await Self.text { try await list.writeJSON(to: $0) }
        guard case .array(let values) = try JSON(parsing: json) else {
            Issue.record("not an array")
            return
        }
        #expect(values.count == 2)
        try await reading.close()
    }

    @Test(.timeLimit(.minutes(20))) func filtersChoose() async throws {
        let reading = try await Self.ledger(30)
        func listed(_ filter: JobFilter) async throws -> Int {
            let page = try await reading.jobs(filter, page: Page())
            return page.items.count
        }
        let failed = try await listed(JobFilter(statuses: try FilterOptions.statuses("failed")))
        #expect(failed == 10)
        let both = try await listed(JobFilter(statuses: try FilterOptions.statuses("Failed,COMPLETE")))
        #expect(both == 30)
        let one = try await listed(JobFilter(params: [try FilterOptions.param("index=7")]))
        #expect(one == 1)
        let none = try await listed(JobFilter(name: "even", params: [try FilterOptions.param("index=7")]))
        #expect(none == 0)
        try await reading.close()
    }
}
