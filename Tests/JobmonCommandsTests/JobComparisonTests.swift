import JobmonCore
import JobmonLedger
import JobmonTestSupport
import Testing

@testable import JobmonCommands
@testable import JobmonViews

/// What sets failed jobs apart, counted in a real ledger.
@Suite(.timeLimit(.minutes(20)))
struct JobComparisonTests {
    private static let badStation = "Error: no station here\n"
    private static let badYear = "Error: no data of that year\n"

    let ledger: SQLiteLedger

    init() throws { ledger = try SQLiteLedger.open(.memory, time: .system) }

    /// A job with one attempt.
    private struct Planned {
        var params: JSONObject
        /// What it writes to stderr before it fails; nil: it works.
        var stderr: String?
        var queue = "q"
        var host: String?
        var place: String?
        var memory: Int64?
        var start = Sample.time
    }

    /// Records jobs. The keys of jobs and attempts are their places in the list, after `prefix`.
    private func record(_ jobs: [Planned], prefix: String = "", in other: SQLiteLedger? = nil) async throws {
        let ledger = other ?? ledger
        var events: [Event] = []
        for (index, job) in jobs.enumerated() {
            let attempt = InstanceReference.key("\(prefix)a\(index)")
            var description = JobDescription(name: "fit", runfile: "fit", params: job.params)
            if let memory = job.memory { description.resources["memory"] = .int(memory) }
            events.append(
                Event(
                    time: job.start,
                    fact: .submitted(
                        attempt,
                        Submission(
                            job: .key(queue: job.queue, key: "\(prefix)k\(index)"), description: description,
                            executor: "local"))))
            let start = Start(host: job.host, place: job.place.map { ClusterPlace(queue: $0) })
            events.append(Event(time: job.start, fact: .running(attempt, start)))
            events.append(Self.end(attempt, stderr: job.stderr, at: job.start.advanced(bySeconds: 2)))
        }
        for start in stride(from: 0, to: events.count, by: 3000) {
            _ = try await ledger.record(Array(events[start..<min(events.count, start + 3000)]))
        }
    }

    private static func end(_ attempt: InstanceReference, stderr: String?, at time: Timestamp) -> Event {
        let evidence = Evidence(exitCode: stderr == nil ? 0 : 1)
        return Event(time: time, fact: .outcome(attempt, Outcome(evidence: evidence, stderr: stderr)))
    }

    private func explained(_ jid: Int64) async throws -> [Concentration] {
        let comparison = try #require(try await JobComparison.of(try await ledger.job(jid), in: ledger))
        return try await comparison.differences()
    }

    private func grouped(_ number: Int64, queue: String? = nil) async throws -> [Concentration] {
        let comparison = try #require(try await JobComparison.of(group: number, queue: queue, in: ledger))
        return try await comparison.differences()
    }

    /// 100 jobs of four sites. Of the 25 of kenya 20 fail, and 10 of the others.
    private static var base: [Planned] {
        (0..<100).map { index in
            let site = ["kenya", "oslo", "bergen", "lima"][index % 4]
            let isBad = site == "kenya" ? index < 80 : index < 14
            return Planned(params: ["site": .string(site), "i": .int(Int64(index))], stderr: isBad ? badStation : nil)
        }
    }

    private static let kenya = Concentration(
        property: "site=kenya", failedWith: 20, failed: 30, workedWith: 5, worked: 70)

    @Test func isCounted() async throws {
        try await record(Self.base)
        #expect(try await grouped(1) == [Self.kenya])
        #expect(try await explained(1) == [Self.kenya])
        // The second job is in oslo, and the last one worked.
        #expect(try await explained(2).isEmpty)
        #expect(try await JobComparison.of(try await ledger.job(100), in: ledger) == nil)
        #expect(
            Self.kenya.sentence
                == "site=kenya: 20 of the 30 jobs that failed so, 5 of 70 that worked (by chance: 2e-9)")
    }

    @Test func onlyWhatFailedSoAndWhatWorkedIsCounted() async throws {
        try await record(Self.base)
        let elsewhere = Planned(params: ["site": "kenya"], stderr: Self.badStation, queue: "other")
        try await record(Array(repeating: elsewhere, count: 25), prefix: "other")
        // 126 to 143 are forgotten.
        let bad = Planned(params: ["site": "kenya"], stderr: Self.badStation)
        try await record(Array(repeating: bad, count: 9), prefix: "gone")
        try await record(Array(repeating: Planned(params: ["site": "kenya"]), count: 9), prefix: "gone too")
        for jid in Int64(126)...143 { _ = try await ledger.record([Event(fact: .forget(.jid(jid)))]) }
        let otherwise = Planned(params: ["site": "kenya"], stderr: Self.badYear)
        try await record(Array(repeating: otherwise, count: 12), prefix: "otherwise")
        // They failed so at first; then one worked, and one failed otherwise.
        try await retried("k0", stderr: nil)
        try await retried("k4", stderr: Self.badYear)

        let expected = Concentration(
            property: "site=kenya", failedWith: 18, failed: 28, workedWith: 6, worked: 71)
        #expect(try await grouped(1) == [expected])
        #expect(try await explained(9) == [expected])
        #expect(
            try await grouped(2) == [
                Concentration(property: "site=kenya", failedWith: 13, failed: 13, workedWith: 6, worked: 71)
            ])
        // In a queue where nothing worked nothing can be said, and neither of a queue that does not exist.
        #expect(try await grouped(1, queue: "other").isEmpty)
        #expect(try await grouped(1, queue: "it's none").isEmpty)
        #expect(try await explained(101).isEmpty)
        #expect(try await JobComparison.of(group: 99, queue: nil, in: ledger) == nil)
    }

    /// One more attempt at a job of queue q, a day later.
    private func retried(_ key: String, stderr: String?) async throws {
        let job = JobReference.key(queue: "q", key: key)
        let attempt = InstanceReference.key("again \(key)")
        let time = Sample.time.advanced(bySeconds: 86_400)
        _ = try await ledger.record([
            Event(time: time, fact: .retry(job)),
            Event(time: time, fact: .submitted(attempt, Submission(job: job, executor: "local"))),
            Event(time: time, fact: .running(attempt, Start())), Self.end(attempt, stderr: stderr, at: time),
        ])
    }

    @Test func valuesOfAnyKindAreNamed() async throws {
        let bad: JSONObject = ["a": "it's \"b\"", "n": 3, "x": .double(0.1), "yes": true, "none": .null, "long": "l"]
        let good: JSONObject = ["a": "'", "n": 1, "x": .double(0.5), "yes": 1, "none": "", "long": "m"]
        let long = JSON.string(String(repeating: "é", count: 513))
        let jobs = (0..<60).map { index in
            var params = index < 20 ? bad : good
            params["long"] = index < 20 ? long : "short"
            return Planned(params: params, stderr: index < 20 ? Self.badStation : nil)
        }
        try await record(jobs)
        let all = try await grouped(1)
        #expect(all.map(\.property) == ["a=it's \"b\"", "n=3", "none=null", "x=0.1", "yes=true"])
        #expect(all.allSatisfy { $0.failedWith == 20 && $0.workedWith == 0 && $0.worked == 40 })
        #expect(try await explained(1) == all)
    }

    @Test func placesAreNamed() async throws {
        let jobs = (0..<60).map { index in
            let isBad = index < 20
            return Planned(
                params: [:], stderr: isBad ? Self.badStation : nil, host: isBad ? "n7" : "n\(index % 5)",
                place: isBad ? "long" : "short", memory: isBad ? 4_294_967_296 : nil,
                start: Sample.time.advanced(bySeconds: isBad ? 18_000 : 0))
        }
        try await record(jobs)
        #expect(
            try await explained(3).map(\.property) == [
                "on host n7", "in the scheduler's queue long", "first started between 2026-01-31 14:00 and :59 UTC",
                "with 4.0 GiB of memory requested",
            ])
    }

    @Test func aLaterAttemptIsNoDifference() async throws {
        // Those that failed were tried again when all others were over: attempt and hour say nothing.
        try await record((0..<60).map { Planned(params: [:], stderr: $0 < 20 ? Self.badStation : nil) })
        for index in 0..<20 { try await retried("k\(index)", stderr: Self.badStation) }
        #expect(try await grouped(1).isEmpty)
    }

    @Test func ofOneJobOnlyItsOwnValuesAreNamed() async throws {
        try await record(
            (0..<90).map { index in
                let value = index < 30 ? index % 2 : 2
                return Planned(params: ["x": .int(Int64(value))], stderr: index < 30 ? Self.badStation : nil)
            })
        #expect(try await grouped(1).map(\.property) == ["x=0", "x=1"])
        #expect(try await explained(2).map(\.property) == ["x=1"])
    }

    @Test func oneJobAloneIsNoPattern() async throws {
        try await record(
            (0..<500).map { index in
                Planned(params: ["x": .int(Int64(index / 2))], stderr: index == 7 ? Self.badStation : nil)
            })
        #expect(try await explained(8).isEmpty)
    }

    @Test func aRareFailureOfALargeQueueIsFound() async throws {
        try await record(
            (0..<20_000).map { index in
                let isBad = index % 1000 == 500
                return Planned(
                    params: ["site": isBad ? "kenya" : .string("s\(index % 10)"), "i": .int(Int64(index))],
                    stderr: isBad ? Self.badStation : nil)
            })
        let found = try #require(try await explained(501).first)
        #expect(found.property == "site=kenya" && found.failedWith == 20 && found.failed == 20)
        #expect(found.workedWith == 0 && (2000...3000).contains(found.worked))
    }

    @Test(.enabled(if: SQLiteCommand.isThere)) func whatIsInNoGroupYetIsComparedByItsCause() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/ledger.sqlite"
            let file = try SQLiteLedger.open(.file(path: path), time: .system)
            try await record(Self.base, in: file)
            let elsewhere = Planned(params: ["site": "oslo"], stderr: Self.badYear, queue: "other")
            try await record(Array(repeating: elsewhere, count: 300), prefix: "other", in: file)
            try await file.close()
            // As a ledger of an earlier version is until the monitor has grouped its errors.
            let changed = try await Running(
                "/usr/bin/env", ["sqlite3", path, "UPDATE error SET signature_id = NULL"], stdin: ""
            ).finished()
            #expect(changed.status == 0, "\(changed.stderr)")

            let reading = try SQLiteLedger.reader(path: path)
            let comparison = try #require(try await JobComparison.of(try await reading.job(1), in: reading))
            #expect(comparison.failure == .cause(.exit))
            #expect(try await comparison.differences() == [Self.kenya])
            for cause in [Cause.signal, nil] {
                let none = JobComparison(reading: reading, queue: "q", failure: .cause(cause))
                #expect(try await none.differences().isEmpty)
            }
        }
    }

    @Test(
        "of many jobs a part is compared, whichever way it is found",
        arguments: [
            // Jobs that failed so, failed otherwise, and worked, of queue q; and those of another queue.
            (500, 0, 1500, 0), (500, 1400, 100, 0), (60, 0, 240, 3000), (3, 0, 2000, 0), (2000, 0, 30, 0),
        ])
    func large(_ failed: Int, _ otherwise: Int, _ worked: Int, _ others: Int) async throws {
        var jobs: [Planned] = []
        for _ in 0..<failed { jobs.append(Planned(params: ["site": "kenya"], stderr: Self.badStation)) }
        for _ in 0..<otherwise { jobs.append(Planned(params: ["site": "kenya"], stderr: Self.badYear)) }
        for index in 0..<worked { jobs.append(Planned(params: ["site": .string("s\(index % 3)")])) }
        for _ in 0..<others { jobs.append(Planned(params: ["site": "kenya"], queue: "other")) }
        var generator = SeededGenerator(seed: 7)
        jobs.shuffle(using: &generator)
        try await record(jobs)
        let index = try #require(jobs.firstIndex { $0.stderr == Self.badStation })
        let example = Int64(index + 1)
        let ofExample = try #require(try await JobComparison.of(try await ledger.job(example), in: ledger))
        #expect(ofExample.queue == "q" && ofExample.job == example)

        let bounds = JobComparison.Bounds(compared: 50, examined: 400)
        for failure in [ofExample.failure, .cause(.exit)] {
            for job in [nil, example] {
                // By the cause, those that failed otherwise are among them; they too are in kenya.
                let comparison = JobComparison(
                    reading: ledger, queue: "q", failure: failure, job: job, bounds: bounds)
                let all = try await comparison.differences()
                #expect(all.map(\.property) == ["site=kenya"], "\(failure)")
                let found = try #require(all.first)
                #expect(found.failedWith == found.failed && found.workedWith == 0, "\(found)")
                #expect((min(failed, 15)...80).contains(found.failed), "\(found)")
                #expect((min(worked, 25)...80).contains(found.worked), "\(found)")
            }
        }
    }
}
