import JobmonCore
import JobmonLedger
import Testing

/// Errors that a job reports itself, and their use when the job ends.
@Suite(.timeLimit(.minutes(20)))
struct ReportedErrorTests {
    let clock = ManualClock()
    let ledger: SQLiteLedger

    init() throws { ledger = try SQLiteLedger.open(.memory, time: clock.source) }

    private func begin() async throws {
        try await ledger.say(.exec("i"))
        try await ledger.say(.running("i"))
    }

    private func described() async throws -> String? { try await ledger.instance(1).error }

    @Test func itStandsInTheErrorBeforeTheEndOfStderr() async throws {
        try await begin()
        let result = try await ledger.say(.error(.key("i"), JobError("year 1987 is missing")))
        #expect(result.outcome == .recorded && result.jobInstanceID == 1)
        #expect(try await ledger.instance(1).status == .running)
        #expect(try await described() == nil)
        // Read again, it is the same as when it was published.
        #expect(try await ledger.changes(after: 0, limit: 10).last?.error == "year 1987 is missing")
        try await ledger.say(.error(.key("i"), JobError("so is 1988")))
        try await ledger.say(.failed("i", code: 1, stderr: "Traceback\nValueError: bad\n"))
        #expect(try await described() == "year 1987 is missing\nso is 1988\nTraceback\nValueError: bad\n")
        try await ledger.checkInvariants()
    }

    @Test func itStaysWhereAnOutputIsMissingOrALineMeansFailure() async throws {
        try await begin()
        try await ledger.say(.error(.key("i"), JobError("year 1987 is missing")))
        let missing = Outcome(
            evidence: Evidence(exitCode: 0, missingOutput: MissingOutput(path: "a.csv", isEmpty: false)), stderr: "")
        try await ledger.say(.outcome(.key("i"), missing))
        #expect(try await described() == "the expected output a.csv is missing\nyear 1987 is missing")
        #expect(try await ledger.instance(1).cause == .missingOutput)
        let kept = try await ledger.query(
            "SELECT evidence FROM job_instance", limits: QueryLimits(rows: 10, seconds: 10))
        #expect(kept.rows == [[.string(#"{"missing_output":"a.csv"}"#)]])
        try await ledger.checkInvariants()
    }

    @Test func itIsTheErrorWhereStderrIsSilent() async throws {
        try await begin()
        try await ledger.say(.error(.key("i"), JobError("year 1987 is missing")))
        try await ledger.say(.failed("i", code: 1, stderr: " \n"))
        #expect(try await described() == "year 1987 is missing")
    }

    @Test func whatStderrSaysTooIsSaidOnce() async throws {
        try await begin()
        try await ledger.say(.error(.key("i"), JobError("year 1987 is missing")))
        try await ledger.say(.failed("i", code: 1, stderr: "error app: year 1987 is missing\n"))
        #expect(try await described() == "error app: year 1987 is missing\n")
    }

    @Test func oneThatComesAfterTheEndIsAddedAndOneThatComesFirstWaits() async throws {
        let early = try await ledger.say(.error(.key("i"), JobError("first of all")))
        #expect(early.outcome == .early)
        try await begin()
        try await ledger.say(.failed("i", code: 1, stderr: ""))
        #expect(try await described() == "first of all")
        try await ledger.say(.error(.key("i"), JobError("and late")))
        #expect(try await described() == "and late\nfirst of all")
        #expect(try await ledger.rows("SELECT count(*) FROM error") == ["1"])
        try await ledger.checkInvariants()
    }

    @Test func theEndThatWasOpenKeepsWhatTheCommandWrote() async throws {
        try await begin()
        try await ledger.say(.error(.key("i"), JobError("told to end (SIGTERM)")))
        try await ledger.say(.error(.key("i"), JobError("step 3000 done\n")))
        try await ledger.say(
            .outcome(.key("i"), Outcome(status: .unknown, cause: .signal, evidence: Evidence(signal: 15))))
        #expect(try await ledger.instance(1).status == .unknown)
        let word = SchedulerWord("TIMEOUT", cause: .timeLimit)
        try await ledger.say(.outcome(.key("i"), Outcome(evidence: Evidence(signal: 15, scheduler: word))))
        let instance = try await ledger.instance(1)
        #expect(instance.cause == .timeLimit && instance.signal == 15 && instance.error == "step 3000 done\n")
        try await ledger.checkInvariants()
    }

    @Test func anInstanceGoesOnWithTheJobOfAnother() async throws {
        try await begin()
        let word = SchedulerWord("requeued", cause: .requeued)
        try await ledger.say(.outcome(.key("i"), Outcome(evidence: Evidence(exitCode: 255, scheduler: word))))
        #expect(try await ledger.instance(1).returnedAttempt)
        let description = JobDescription(name: "fit", runfile: "fit.sh")
        let again = try await ledger.say(
            .submitted(.key("j"), Submission(description: description, continues: "i", executor: "slurm")))
        #expect(again.jid == 1)
        // For an unknown instance the job is new.
        let other = try await ledger.say(
            .submitted(.key("k"), Submission(description: description, continues: "nobody's", executor: "slurm")))
        #expect(other.jid == 2)
        try await ledger.checkInvariants()
    }

    @Test func aTracebackOnStderrIsKeptAsStructureToo() async throws {
        let printed = "Traceback (most recent call last):\n  File \"x.py\", line 6, in b\n    c()\nValueError: 1\n"
        for (key, evidence) in [("i", Evidence(exitCode: 1)), ("j", Evidence(signal: 9)), ("k", Evidence(exitCode: 1))]
        {
            try await ledger.say(.exec(key))
            try await ledger.say(.running(key))
            if key == "k" { try await ledger.say(.error(.key(key), JobError("x", traceback: ["type": "Own"]))) }
            try await ledger.say(.outcome(.key(key), Outcome(evidence: evidence, stderr: printed)))
        }
        let kept = try await ledger.errors(JobFilter(), page: Page(after: 0, limit: 10)).items.map(\.traceback)
        let structure: JSONObject = [
            "type": "ValueError", "message": "1",
            "frames": [["file": "x.py", "line": 6, "function": "b", "code": "c()"]],
        ]
        // A signal ended the second one, whatever it wrote; the third one has its own traceback.
        #expect(kept == [structure, nil, ["type": "Own"]])
    }

    @Test func itExplainsNoSignalAndNoSuccess() async throws {
        try await begin()
        try await ledger.say(.error(.key("i"), JobError("retrying the download")))
        try await ledger.say(.outcome(.key("i"), Outcome(evidence: Evidence(signal: 9), stderr: "")))
        #expect(try await described() == "signal 9 (SIGKILL), nothing on stderr")

        try await ledger.say(.exec("j"))
        try await ledger.say(.error(.key("j"), JobError("retrying the download")))
        try await ledger.say(.complete("j"))
        #expect(try await ledger.instance(2).error == nil)
        #expect(try await ledger.say(.error(.id(99), JobError("who?"))).outcome == .refused)
    }
}
