import JobmonCore
import JobmonLedger
import Testing

/// The rules of recording, one at a time.
@Suite(.timeLimit(.minutes(20)))
struct RecordTests {
    let clock = ManualClock()
    let ledger: SQLiteLedger

    init() throws { ledger = try SQLiteLedger.open(.memory, time: clock.source) }

    @Test func aLifeOfAJob() async throws {
        let queued = try await ledger.say(.job("a", params: ["year": 1995]))
        #expect(queued == EventResult(outcome: .recorded, jid: 1, sequence: 1))
        #expect(try await ledger.job(1).status == .queued)

        #expect(try await ledger.say(.attempt("i1", of: "a")).jobInstanceID == 1)
        #expect(try await ledger.job(1).status == .submitted)
        try await ledger.say(.running("i1"))
        try await ledger.say(.process(.key("i1"), ProcessIdentity(pid: 101, started: 8)))
        clock.advance(3)
        try await ledger.say(.complete("i1"))

        let job = try await ledger.job(1)
        #expect(job.status == .complete)
        #expect(job.attempts == 1)
        #expect(job.description.params == ["year": 1995])
        let instance = try #require(job.instances.first)
        #expect(instance.status == .complete)
        #expect(instance.process == ProcessIdentity(pid: 101, started: 8))
        #expect(instance.host == "n1")
        #expect(instance.exitCode == 0)
        #expect(instance.cause == nil)
        #expect(instance.usage.wallclock == 2)
        #expect(instance.finishedDate == clock.now)
        #expect(instance.error == nil)
        #expect(
            try await ledger.rows(
                "SELECT label FROM job_status JOIN status ON status.id = status ORDER BY job_status.id")
                == ["SUBMITTED", "RUNNING", "COMPLETE"])
        try await ledger.checkInvariants()
    }

    @Test("what a cluster allocated to an instance is kept as first reported")
    func placeInACluster() async throws {
        try await ledger.say(.job("a"))
        try await ledger.say(.attempt("i1", of: "a"))
        let place = ClusterPlace(queue: "long.q", allocated: ["node": "n7", "slots": 4])
        try await ledger.say(.running(.key("i1"), Start(host: "n7", executorID: "12_3", place: place)))
        try await ledger.say(
            .running(.key("i1"), Start(executorID: "12_3", place: ClusterPlace(queue: "short.q"))))
        let instance = try #require(try await ledger.job(1).instances.first)
        #expect(instance.place == place)
        #expect(instance.executorID == "12_3")
        try await ledger.checkInvariants()
    }

    @Test("an attempt that the executor refused is the last one, even if more are left; a user may request another")
    func refusalIsFinal() async throws {
        try await ledger.say(.job(.key(queue: "q", key: "a"), JobDescription(runfile: "/bin/true", maxAttempts: 3)))
        try await ledger.say(.attempt("i1", of: "a"))
        try await ledger.say(
            .outcome(.key("i1"), Outcome(status: .failed, cause: .submitFailed, description: "no such queue")))
        #expect(try await ledger.job(1).status == .failed)
        try await ledger.say(.retry(.jid(1)))
        #expect(try await ledger.job(1).status == .queued)
        try await ledger.checkInvariants()
    }

    @Test func anEventOfTheSameIdentityIsARepeat() async throws {
        var sender = Sender("s")
        let events = [
            sender.say(.job("a")), sender.say(.attempt("i", of: "a")), sender.say(.running("i")),
            sender.say(.failed("i")), sender.say(.complete("i")), sender.say(.running("unknown")),
            sender.say(.outcome(.id(99), Outcome(evidence: Evidence(exitCode: 0)))),
        ]
        let first = try await ledger.record(events)
        #expect(
            first.results.map(\.outcome) == [.recorded, .recorded, .recorded, .recorded, .refused, .early, .refused])
        let before = try await ledger.dump()
        for event in events + events.reversed() {
            let again = try await ledger.record([event])
            let index = try #require(events.firstIndex(of: event))
            #expect(again.changes.isEmpty)
            let result = try #require(again.results.first)
            #expect(result.outcome == (first.results[index].outcome == .refused ? .refused : .repeat))
            #expect(result.problem == first.results[index].problem)
            #expect(result.jid == first.results[index].jid)
            #expect(result.jobInstanceID == first.results[index].jobInstanceID)
            #expect(result.sequence == first.results[index].sequence)
        }
        #expect(try await ledger.dump() == before)
    }

    @Test func aRepeatWithinOneBatchIsSeen() async throws {
        var sender = Sender("s")
        let event = sender.say(.exec("i"))
        let batch = try await ledger.record([event, event])
        #expect(batch.results.map(\.outcome) == [.recorded, .repeat])
        #expect(batch.results[1].jobInstanceID == 1)
    }

    @Test func aContradictionIsRefusedAndKept() async throws {
        try await ledger.say(.exec("i"))
        try await ledger.say(.failed("i"))
        let result = try await ledger.say(.complete("i"))
        #expect(result.outcome == .refused)
        #expect(result.problem?.code == .contradiction)
        #expect(result.problem?.message.contains("FAILED") == true)
        #expect(try await ledger.instance(1).status == .failed)
        #expect(
            try await ledger.rows("SELECT kind, outcome, jid FROM event WHERE outcome = 'refused'") == [
                "complete|refused|1"
            ])
        try await ledger.checkInvariants()
    }

    @Test func whatCannotBeReadIsKeptAsItCame() async throws {
        let said: JSON = ["sender": "s", "seq": 4, "kind": "nap", "more": [1, 2]]
        let event = Event(unreadable: said, Problem(.invalid, "no such kind"))
        #expect(try await ledger.record([event]).results.first?.outcome == .refused)
        #expect(try await ledger.record([event]).results.first?.problem == Problem(.invalid, "no such kind"))
        #expect(
            try await ledger.rows("SELECT kind, outcome, sender, sender_seq, body FROM event")
                == [#"unreadable|refused|s|4|{"sender":"s","seq":4,"kind":"nap","more":[1,2]}"#])
    }

    @Test func theSameOutcomeAgainChangesNothing() async throws {
        try await ledger.say(.exec("i"))
        try await ledger.say(.failed("i"))
        let batch = try await ledger.record([.plain(.failed("i", code: 9))])
        #expect(batch.results.first?.outcome == .repeat)
        #expect(batch.changes.isEmpty)
        #expect(try await ledger.instance(1).exitCode == 3)
        #expect(try await ledger.summary(queue: nil).errors == 1)
    }

    @Test func unknownNumbersAreNotFound() async throws {
        for fact in [
            Fact.running(.id(7), Start()), .process(.id(7), ProcessIdentity(pid: 1)),
            .outcome(.id(7), Outcome(status: .complete)), .submitted(.id(7), Submission(job: .jid(1), executor: "x")),
            .submitted(nil, Submission(job: .jid(7), executor: "x")), .retry(.jid(7)), .cancel(.jid(7)),
        ] {
            let result = try await ledger.say(fact)
            #expect(result.outcome == .refused)
            #expect(result.problem?.code == .notFound, "\(fact)")
        }
        #expect(try await ledger.rows("SELECT count(*) FROM event WHERE outcome = 'refused'") == ["7"])
        #expect(try await ledger.say(.heartbeat([.id(7)])).problem?.code == .notFound)
        await #expect(throws: Problem.self) { try await ledger.job(7) }
        await #expect(throws: Problem.self) { try await ledger.instance(7) }
        #expect(try await ledger.instance(key: "none") == nil)
    }

    @Test func earlyEventsAreAppliedOnceTheirInstanceIsThere() async throws {
        var sender = Sender("s")
        let early = try await ledger.record([
            sender.say(.complete("i"), at: clock.now.advanced(bySeconds: 5)), sender.say(.running("i"), at: clock.now),
        ])
        #expect(early.results.map(\.outcome) == [.early, .early])
        #expect(early.changes.isEmpty)
        let batch = try await ledger.record([sender.say(.exec("i"))])
        #expect(batch.changes.map(\.kind) == ["submitted", "complete", "running"])
        #expect(batch.changes.map(\.sequence) == batch.changes.map(\.sequence).sorted())
        let instance = try await ledger.instance(1)
        #expect(instance.status == .complete)
        #expect(instance.startedDate == clock.now)
        #expect(try await ledger.rows("SELECT outcome, count(*) FROM event GROUP BY 1") == ["recorded|3"])
        // Read again, the changes are the same.
        #expect(try await ledger.changes(after: 0, limit: 10) == batch.changes)
        try await ledger.checkInvariants()
    }

    @Test func earlyEventsWaitForTheirJobAndThenForEachOther() async throws {
        #expect(try await ledger.say(.running("i")).outcome == .early)
        #expect(try await ledger.say(.attempt("i", of: "a")).outcome == .early)
        #expect(try await ledger.say(.cancel(.key(queue: "q", key: "a"))).outcome == .early)
        let batch = try await ledger.record([.plain(.job("a"))])
        #expect(batch.changes.map(\.kind) == ["job", "submitted", "running", "cancel"])
        let job = try await ledger.job(1)
        #expect(job.status == .running)
        #expect(job.cancelRequested)
        #expect(try await ledger.rows("SELECT count(*) FROM event WHERE outcome = 'early'") == ["0"])
    }

    @Test func anEarlyContradictionIsRefusedWhenItIsApplied() async throws {
        var sender = Sender("s")
        let contradiction = sender.say(.complete("i"))
        _ = try await ledger.record([sender.say(.failed("i")), contradiction, sender.say(.exec("i"))])
        #expect(try await ledger.instance(1).status == .failed)
        let again = try await ledger.record([contradiction])
        #expect(again.results.first?.outcome == .refused)
        #expect(again.results.first?.problem?.code == .contradiction)
        try await ledger.checkInvariants()
    }

    @Test func runningAfterTheEndFillsTheStart() async throws {
        try await ledger.say(.exec("i"), at: clock.now)
        try await ledger.say(
            .outcome(.key("i"), Outcome(evidence: Evidence(exitCode: 0))), at: clock.now.advanced(bySeconds: 9))
        let filled = try await ledger.record([.plain(.running("i"), at: clock.now.advanced(bySeconds: 1))])
        #expect(filled.results.first?.outcome == .recorded)
        #expect(filled.changes.first?.status == .complete)
        let instance = try await ledger.instance(1)
        #expect(instance.status == .complete)
        #expect(instance.startedDate == clock.now.advanced(bySeconds: 1))
        #expect(instance.usage.wallclock == 8)
        #expect(try await ledger.say(.running("i"), at: clock.now).outcome == .repeat)
    }

    @Test func unknownIsLeftByALateFact() async throws {
        try await ledger.say(.exec("i"))
        try await ledger.say(.running("i"))
        try await ledger.say(.lost("i"))
        var instance = try await ledger.instance(1)
        #expect(instance.status == .unknown)
        #expect(instance.cause == .lost)
        #expect(try await ledger.job(1).status == .unknown)
        // A heartbeat makes it RUNNING again, and that is published.
        let heard = try await ledger.record([.plain(.heartbeat([.key("i")]))])
        #expect(heard.results.first?.outcome == .recorded)
        #expect(heard.changes.map(\.kind) == ["running"])
        #expect(try await ledger.job(1).status == .running)
        try await ledger.say(.lost("i"))
        try await ledger.say(.complete("i"))
        instance = try await ledger.instance(1)
        #expect(instance.status == .complete)
        #expect(instance.cause == nil)
        #expect(try await ledger.summary(queue: nil).errors == 0)
        try await ledger.checkInvariants()
    }

    @Test func anOlderInstanceKnowsItsJobAsItIsNow() async throws {
        // With other jobs, the totals alone do not reveal an error.
        for name in ["a", "b", "c", "d", "e"] {
            try await ledger.say(.job(name, maxAttempts: 2))
            try await ledger.say(.attempt("\(name)1", of: name))
            guard name < "d" else { continue }
            try await ledger.say(.outcome(.key("\(name)1"), Outcome(status: .unknown)))
        }
        try await ledger.say(.complete("c1"))
        try await ledger.say(.attempt("a2", of: "a"))
        try await ledger.say(.complete("a2"))
        try await ledger.say(.process(.key("a1"), ProcessIdentity(pid: 9)))
        try await ledger.say(.failed("a1"))
        let job = try await ledger.job(1)
        #expect(job.status == .complete)
        #expect(job.attempts == 2)
        #expect(job.instances.map(\.status) == [.failed, .complete])
        #expect(
            try await ledger.rows("SELECT instances, latest_instance_id, any_complete FROM job WHERE jid = 1")
                == ["2|6|1"])
    }

    @Test func anInstanceWithoutAKeyIsANewOneEachTime() async throws {
        let fact = Fact.submitted(
            nil, Submission(description: JobDescription(name: "plain", runfile: ""), executor: "external"))
        #expect(try await ledger.say(fact).jid == 1)
        #expect(try await ledger.say(fact).jid == 2)
        #expect(try await ledger.say(.running(.id(2), Start())).outcome == .recorded)
        #expect(try await ledger.say(.outcome(.id(2), Outcome(status: .complete))).jid == 2)
        #expect(try await ledger.job(2).status == .complete)
        #expect(try await ledger.job(1).status == .submitted)
    }

    @Test func aSubmissionSaidAgainNamesWhatTheExecutorCallsIt() async throws {
        try await ledger.say(.job("a"))
        try await ledger.say(.attempt("i", of: "a"))
        let again = Fact.submitted(
            .key("i"), Submission(job: .key(queue: "q", key: "a"), executor: "slurm", executorID: "4711_3"))
        #expect(try await ledger.say(again).outcome == .recorded)
        #expect(try await ledger.say(again).outcome == .repeat)
        #expect(try await ledger.instance(1).executorID == "4711_3")
        #expect(try await ledger.job(1).attempts == 1)
        // The key of an instance of one job does not belong to another job.
        try await ledger.say(.job("b"))
        #expect(try await ledger.say(.attempt("i", of: "b")).problem?.code == .contradiction)
    }

    @Test func aJobSaidAgainCanOnlyGetMoreAttempts() async throws {
        try await ledger.say(.job("a"))
        #expect(try await ledger.say(.job("a", name: "other")).outcome == .repeat)
        try await ledger.say(.attempt("i", of: "a"))
        try await ledger.say(.failed("i"))
        #expect(try await ledger.job(1).status == .failed)
        let more = try await ledger.record([.plain(.job("a", maxAttempts: 3))])
        #expect(more.results.first?.outcome == .recorded)
        #expect(more.changes.first?.jobStatus == .queued)
        #expect(try await ledger.job(1).status == .queued)
        #expect(try await ledger.say(.job("a", maxAttempts: 2)).outcome == .repeat)
        #expect(try await ledger.job(1).description.maxAttempts == 3)
        #expect(try await ledger.job(1).description.shownName == "job a")
        try await ledger.checkInvariants()
    }

    @Test func anAttemptIsGivenBack() async throws {
        try await ledger.say(.job("a"))
        try await ledger.say(.attempt("i", of: "a"))
        try await ledger.say(.cancelled("i", returnsAttempt: true))
        var job = try await ledger.job(1)
        #expect(job.status == .queued)
        #expect(job.attempts == 0)
        try await ledger.say(.attempt("j", of: "a"))
        try await ledger.say(.failed("j"))
        job = try await ledger.job(1)
        #expect(job.status == .failed)
        #expect(job.attempts == 1)
        #expect(job.instances.map(\.retryNumber) == [0, 1])
        #expect(job.instances.map(\.returnedAttempt) == [true, false])
        try await ledger.checkInvariants()
    }

    @Test func aFailedInstanceHasOneErrorThatSaysWhatItWas() async throws {
        try await ledger.say(.exec("a"))
        let batch = try await ledger.record([.plain(.failed("a"))])
        #expect(batch.changes.first?.error == "ValueError: bad")
        #expect(batch.changes.first?.cause == .exit)
        try await ledger.say(.exec("b"))
        try await ledger.say(.failed("b", code: 1, stderr: ""))
        try await ledger.say(.exec("c"))
        let long = String(repeating: "é", count: 100_000) + "end"
        try await ledger.say(.failed("c", stderr: long))
        let errors = try await ledger.errors(JobFilter(), page: Page())
        #expect(errors.items.map(\.jid) == [1, 2, 3])
        #expect(errors.items[0].description == "line\nValueError: bad\n")
        #expect(errors.items[1].description == "exit code 1, nothing on stderr")
        #expect(errors.items[2].description.utf8.count <= ProtocolLimits.stderr)
        #expect(errors.items[2].description.hasSuffix("éend"))
        #expect(try await ledger.job(1).instances.first?.error == "line\nValueError: bad\n")
    }

    @Test func emptyCapturedFilesAreNamedNoMore() async throws {
        try await ledger.say(.job("a"))
        try await ledger.say(
            .submitted(
                .key("i"),
                Submission(
                    job: .key(queue: "q", key: "a"), executor: "local", stdoutPath: "/x/1.0.out",
                    stderrPath: "/x/1.0.err")))
        var outcome = Outcome(evidence: Evidence(exitCode: 0))
        outcome.stdoutEmpty = true
        try await ledger.say(.outcome(.key("i"), outcome))
        let instance = try await ledger.instance(1)
        #expect(instance.stdoutPath == nil)
        #expect(instance.stderrPath == "/x/1.0.err")
    }

    @Test func textOfEveryKindSurvives() async throws {
        let texts = ["", "a\0b", "'; DROP TABLE job; --", "\u{202E}é\n\t\"\\", String(repeating: "x", count: 100_000)]
        for (index, text) in texts.enumerated() {
            let description = JobDescription(
                name: text, runfile: text, args: [text], params: ["p": .string(text)], cwd: text,
                env: JSONObject([(name: "E", value: .string(text))]))
            let result = try await ledger.say(
                .submitted(.key("k\(index)\(text.prefix(20))"), Submission(description: description, executor: "exec")))
            let read = try await ledger.job(try #require(result.jid)).description
            #expect(read == description)
            let found = try await ledger.jobs(JobFilter(params: [.init(name: "p", value: text)]), page: Page())
            #expect(found.items.map(\.jid) == [result.jid])
        }
    }

    @Test("the memory of an attempt that was killed counts as at least that; what its wrapper reported is kept")
    func memoryOfKilledAttempts() async throws {
        let peak = MemoryPeak(bytes: 300 << 20, source: .pss)
        for (key, evidence) in [
            ("done", Evidence(exitCode: 0)), ("killed", Evidence(signal: 9)),
            ("late", Evidence(signal: 15, timedOut: true)),
        ] {
            try await ledger.say(.exec(key))
            try await ledger.say(.outcome(.key(key), Outcome(evidence: evidence, usage: Usage(memoryPeak: peak))))
        }
        let rows = try await ledger.rows(
            "SELECT instance_key, memory_peak, memory_source, memory_bound FROM job_instance ORDER BY 1")
        #expect(
            rows == ["done|314572800|pss|null", "killed|314572800|pss|at_least", "late|314572800|pss|at_least"])
        #expect(try await ledger.instance(1).usage.memoryPeak == peak)
    }

    @Test func anEventThatCannotBeStoredDoesNotTouchItsNeighbours() async throws {
        try await ledger.say(.exec("a"))
        var broken = Outcome(status: .failed)
        broken.usage.maxrss = 1
        // The JSON reader refuses a negative timeout; so does the schema.
        let negative = Fact.job(.key(queue: "q", key: "bad"), JobDescription(runfile: "x", timeout: -1))
        let batch = try await ledger.record([
            .plain(.job("before")), .plain(negative), .plain(.job("after")), .plain(.complete("a")),
        ])
        #expect(batch.results.map(\.outcome) == [.recorded, .refused, .recorded, .recorded])
        #expect(batch.results[1].problem?.code == .internalError)
        #expect(batch.changes.count == 3)
        #expect(try await ledger.summary(queue: "q").jobs[.queued] == 2)
        try await ledger.checkInvariants()
    }
}
