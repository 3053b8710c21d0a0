import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonLedger

/// An event that its rows give back is stored without its text. What is read is the same to the byte.
@Suite(.timeLimit(.minutes(20)))
struct BriefEventTests {
    /// All columns of the table `event` but the text.
    static let rows = """
        SELECT seq, sender, sender_seq, time, recorded_time, kind, jid, job_instance_id, outcome, problem, changed, status,
            job_status, cause, instance_key, queue, job_key FROM event ORDER BY seq
        """

    /// Whatever is read of a ledger.
    private func read(_ ledger: SQLiteLedger) async throws -> [String] {
        var lines = try await ledger.changes(after: 0, limit: 100_000).map { "\($0)" }
        lines += try await ledger.sentEvents(after: 0, limit: 100_000).map { "\($0.sequence) \($0.text)" }
        let sql = [Self.rows] + ["job", "job_instance", "job_status", "error", "tally"].map { "SELECT * FROM \($0)" }
        for text in sql {
            lines += try await ledger.query(text, limits: QueryLimits(rows: 100_000)).rows.map { JSON.array($0).text }
        }
        return lines
    }

    private func expectSame(
        _ brief: SQLiteLedger, _ plain: SQLiteLedger, _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let one = try await read(brief)
        let other = try await read(plain)
        #expect(one.count == other.count, sourceLocation: location)
        let different = zip(one, other).filter { $0 != $1 }
        let first = different.first.map { "\(different.count) lines differ, the first: \($0.0)\n\($0.1)" } ?? ""
        #expect(different.isEmpty, "\(first)", sourceLocation: location)
    }

    private func count(_ ledger: SQLiteLedger, _ table: String) async throws -> Int {
        Int(try await ledger.rows("SELECT count(*) FROM \(table)").first ?? "") ?? -1
    }

    @Test(
        "random lives read the same from a ledger with all texts and from one without, and again after vacuum",
        arguments: 0..<60)
    func sameAsWithTexts(seed: UInt64) async throws {
        let clock = ManualClock()
        let brief = try SQLiteLedger.open(.memory, time: clock.source)
        let plain = try SQLiteLedger.open(.memory, time: clock.source)
        try await plain.keepTexts()
        let life = RandomLife(seed: seed, clock: clock)
        var all: [Event] = []
        func record(_ batches: [[Event]]) async throws {
            for batch in batches {
                clock.advance(0.123)
                let one = try await brief.record(batch)
                let other = try await plain.record(batch)
                #expect(one.results == other.results)
                #expect(one.changes == other.changes)
                all += batch
            }
        }
        try await record(life.batches(60))
        try await expectSame(brief, plain)
        #expect(try await count(plain, "event_brief") == 0)
        #expect(try await count(brief, "event_brief") > 10)

        // An old ledger that is made smaller reads the same, and has no more texts than one that never had them.
        _ = try await plain.vacuum()
        try await expectSame(brief, plain)
        #expect(try await count(plain, "event_whole") <= count(brief, "event_whole"))
        #expect(try await plain.vacuum().events == 0)

        // What comes later changes none of what was stored before.
        try await plain.write { $0.keepsTexts = false }
        try await record(life.batches(60))
        try await expectSame(brief, plain)
        // Heartbeats are not kept, so that they have their effect again.
        let again = all.filter { event in
            if case .heartbeat = event.fact { false } else { event.identity != nil }
        }
        for ledger in [brief, plain] {
            let before = try await read(ledger)
            #expect(try await ledger.record(again.reversed()).changes.isEmpty)
            #expect(try await read(ledger) == before)
            try await ledger.checkInvariants()
        }
    }

    @Test("the texts are those that were sent")
    func textsAsSent() async throws {
        let clock = ManualClock()
        let ledger = try SQLiteLedger.open(.memory, time: clock.source)
        var sender = Sender("s")
        let events = [
            sender.say(.job("a", params: ["year": 1995], maxAttempts: 3), at: clock.now),
            sender.say(.attempt("i", of: "a")),
            sender.say(.running("i", pid: nil), at: clock.now), sender.say(.complete("i"), at: clock.now),
        ]
        _ = try await ledger.record(events)
        #expect(try await ledger.sentEvents(after: 0, limit: 10).map(\.text) == events.map { $0.json.text })
        #expect(try await count(ledger, "event_whole") == 0)
        #expect(try await count(ledger, "event_delivery") == 1)
        #expect(try await ledger.sentEvents(after: 1, limit: 2).map(\.sequence) == [2, 3])
    }

    @Test("refused and early events, and those of which no row has a member, keep their texts")
    func whole() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        var sender = Sender("s")
        _ = try await ledger.record([
            sender.say(.running("late")), sender.say(.exec("i")), sender.say(.complete("i")), sender.say(.failed("i")),
            sender.say(
                .running(
                    .key("i"),
                    Start(host: "n", wrapper: WrapperIdentity(process: ProcessIdentity(pid: 1), namespace: 1)))),
        ])
        #expect(
            try await ledger.rows("SELECT kind, outcome FROM event_whole ORDER BY seq")
                == ["running|early", "failed|refused", "running|recorded"])
        // Applied, it still has its text.
        _ = try await ledger.record([sender.say(.exec("late"))])
        #expect(
            try await ledger.rows(
                "SELECT kind, outcome FROM event_whole WHERE instance_key IS NULL AND outcome = 'recorded'"
            ).count == 2)
    }

    @Test("an event is recorded once, whatever the order of a sender's numbers, and after the ledger was opened again")
    func once() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            let numbers: [Int64] = [5, 3, 4, 1, 9, 8, 7, 2, 6]
            func event(_ number: Int64) -> Event {
                // Every third one is stored whole.
                let fact: Fact = number % 3 == 0 ? .cancel(.jid(99)) : .exec("i\(number)")
                return Event(identity: EventIdentity(sender: "s", seq: number), fact: fact)
            }
            for round in 0..<2 {
                let ledger = try SQLiteLedger.open(.file(path: path), time: .system)
                for number in numbers {
                    let results = try await ledger.record([event(number), event(number)]).results
                    let first: EventResult.Outcome = number % 3 == 0 ? .refused : round == 0 ? .recorded : .repeat
                    #expect(results[0].outcome == first, "\(number), round \(round)")
                    #expect(results[1].outcome == (number % 3 == 0 ? .refused : .repeat))
                    #expect(results[0].sequence == results[1].sequence)
                }
                #expect(try await ledger.rows("SELECT count(*), count(DISTINCT sender_seq) FROM event") == ["9|9"])
                try await ledger.close()
            }
        }
    }

    @Test("the highest numbers that a sender can use")
    func highestNumbers() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        let events = [Int64.max - 1, Int64.max, 0].enumerated().map { index, number in
            Event(identity: EventIdentity(sender: "s", seq: number), fact: .exec("i\(index)"))
        }
        for _ in 0..<2 {
            #expect(try await ledger.record([events[0]]).results.count == 1)
            #expect(try await ledger.record(events).results.first?.outcome == .repeat)
        }
        #expect(
            try await ledger.rows("SELECT sender_seq FROM event ORDER BY seq")
                == events.compactMap { $0.identity.map { "\($0.seq)" } })
        #expect(try await ledger.vacuum().events == 0)
    }

    @Test("a short job takes at most 1,100 bytes, as jobmon run records it")
    func size() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            let ledger = try SQLiteLedger.open(.file(path: path), time: .system)
            let count = 8000
            var queue = Sender("e6112006-2c61-4047-95a7-c395449cc75b")
            var supervisor = Sender("5adf3ab0-59fa-46ae-8b0a-2a4c2fb0cc2b")
            let now = TimeSource.system.now()
            let keys = (0..<count).map { String(FNV1a.hash("\($0)".utf8), radix: 16).padded() }
            _ = try await ledger.record(
                (0..<count).map { index in
                    queue.say(
                        .job(
                            .key(queue: "run", key: keys[index] + keys[count - 1 - index]),
                            JobDescription(
                                runfile: "/bin/true", args: ["\(index / 1000)", "\(index % 50)", "\(index % 20)"],
                                params: [
                                    "a": .int(Int64(index / 1000)), "b": .int(Int64(index % 50)),
                                    "c": .int(Int64(index % 20)),
                                ], cwd: "/home/ada/survey")), at: now)
                })
            for start in stride(from: 0, to: count, by: 200) {
                let part = start..<start + 200
                let instances = part.map { "01a22c9b-6c84-7d32-\(keys[$0].prefix(4))-\(keys[$0].suffix(12))" }
                _ = try await ledger.record(
                    zip(part, instances).map { index, key in
                        queue.say(
                            .submitted(.key(key), Submission(job: .jid(Int64(index + 1)), executor: "local")), at: now)
                    })
                _ = try await ledger.record(
                    instances.flatMap { key in
                        [
                            supervisor.say(
                                .running(
                                    .key(key), Start(host: "vm", bootID: "131f6aad-0c92-4fec-b25e-eaa3eddeeaf6")),
                                at: now),
                            supervisor.say(
                                .outcome(
                                    .key(key),
                                    Outcome(
                                        evidence: Evidence(exitCode: 0), process: ProcessIdentity(pid: 28487),
                                        usage: Usage(
                                            wallclock: 0.00269977700008894, cpu: 0.00073, maxrss: 28_397_568,
                                            maxrssAtMost: true))), at: now),
                        ]
                    })
            }
            #expect(try await self.count(ledger, "event_brief") == 4 * count)
            let bytes = try await ledger.write { try $0.fileSize() } / Int64(count)
            #expect(bytes <= 1100, "\(bytes) bytes a job")
            try await ledger.close()
        }
    }

    @Test("two spellings of a letter are two senders, two attempts, two jobs, as in SQLite")
    func spellings() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        let names = ["\u{e9}", "e\u{301}"]
        for again in [false, true] {
            let events = names.flatMap { name in
                [
                    Event(identity: EventIdentity(sender: name, seq: 1), fact: .job("k\(name)")),
                    Event(identity: EventIdentity(sender: name, seq: 2), fact: .attempt("i\(name)", of: "k\(name)")),
                ]
            }
            let results = try await ledger.record(events).results
            #expect(results.allSatisfy { $0.outcome == (again ? .repeat : .recorded) }, "\(results)")
        }
        #expect(try await ledger.rows("SELECT count(*) FROM job") == ["2"])
        #expect(try await ledger.rows("SELECT count(DISTINCT jid) FROM job_instance") == ["2"])
        #expect(try await ledger.rows("SELECT count(*) FROM event") == ["4"])
    }

    @Test("the key of a forgotten job is the one that was sent, whatever is in it")
    func forgottenKey() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        let keys = ["a\u{0}b", "\u{301}x", "forgotten:1:y"]
        let events = keys.map { Event.plain(.job($0)) }
        _ = try await ledger.record(events)
        let sent = try await ledger.sentEvents(after: 0, limit: 10).map(\.text)
        for jid in 1...3 { try await ledger.say(.forget(.jid(Int64(jid)))) }
        #expect(try await ledger.sentEvents(after: 0, limit: 3).map(\.text) == sent)
        for (text, key) in zip(sent, keys) {
            guard case .job(.key(_, let found), _) = try Event(JSON(parsing: text)).fact else {
                Issue.record("\(text)")
                continue
            }
            #expect(Array(found.utf8) == Array(key.utf8))
        }
    }

    @Test("many senders in one batch, each with few events")
    func manySenders() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        let events = (0..<3000).map { index in
            Event(
                identity: EventIdentity(sender: "s\(index % 1500)", seq: Int64(index / 1500)),
                fact: .exec("i\(index)"))
        }
        #expect(
            try await ledger.record(events + events).results.map(\.outcome).filter { $0 == .recorded }.count == 3000)
        #expect(try await ledger.record(events.shuffled()).results.allSatisfy { $0.outcome == .repeat })
        #expect(try await count(ledger, "event") == 3000)
    }

    @Test("an event that can't be stored leaves its batch's other events known")
    func besideOneThatCannotBeStored() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        try await ledger.write {
            try $0.connection.execute(
                "CREATE TRIGGER t BEFORE INSERT ON job WHEN new.name = 'bad' BEGIN SELECT raise(ABORT, 'no'); END")
        }
        var sender = Sender("s")
        let good = sender.say(.exec("a"))
        let bad = sender.say(.exec("b", name: "bad"))
        let results = try await ledger.record([good, bad, good, sender.say(.exec("c"))]).results
        #expect(results.map(\.outcome) == [.recorded, .refused, .repeat, .recorded])
        #expect(try await ledger.record([good, bad]).results.map(\.outcome) == [.repeat, .refused])
    }

    @Test("times are the same texts in both tables")
    func times() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        var random = Seeded(state: 3)
        let times = (0..<500).map { _ in
            Timestamp(milliseconds: Int64.random(in: -5_000_000_000_000...253_402_300_799_999, using: &random))
        }
        _ = try await ledger.record(times.enumerated().map { .plain(.exec("i\($0.offset)"), at: $0.element) })
        #expect(try await ledger.rows("SELECT time FROM event ORDER BY seq") == times.map(\.description))
        #expect(try await ledger.changes(after: 0, limit: 1000).map(\.time) == times)
    }

    @Test("a file of the version before is read as it is, and becomes smaller when it is told to")
    func ofTheVersionBefore() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            let ledger = try SQLiteLedger.open(.file(path: path), time: .system)
            try await ledger.keepTexts()
            let life = RandomLife(seed: 1, clock: ManualClock())
            for batch in life.batches(200) { _ = try await ledger.record(batch) }
            let before = try await read(ledger)
            try await ledger.close()
            try RawDatabase(path, flags: 2).use { connection in
                try connection.execute(Migration013.undo)
            }
            let opened = try SQLiteLedger.open(.file(path: path), time: .system)
            #expect(try await read(opened) == before)
            #expect(try await count(opened, "event_brief") == 0)
            let result = try await opened.vacuum()
            #expect(result.events > 100 && result.after < result.before)
            #expect(try await read(opened) == before)
            try await opened.checkInvariants()
            try await opened.close()
            #expect(try await read(SQLiteLedger.open(.file(path: path), time: .system)) == before)
        }
    }
}

extension String {
    /// A hexadecimal number as 16 digits.
    fileprivate func padded() -> String { String(repeating: "0", count: 16 - count) + self }
}
