import JobmonCore
import JobmonLedger
import Testing

/// The tables and columns that programs of 2017 read, and the queries of its README.
@Suite(.timeLimit(.minutes(20)))
struct OldNamesTests {
    let clock = ManualClock()
    let ledger: SQLiteLedger

    init() throws { ledger = try SQLiteLedger.open(.memory, time: clock.source) }

    private func fill() async throws {
        try await ledger.say(.job("a"))
        try await ledger.say(.attempt("i", of: "a"))
        try await ledger.say(.running("i"))
        try await ledger.say(.failed("i"))
        try await ledger.say(.exec("j"))
        try await ledger.say(.running("j"))
        try await ledger.say(.complete("j"))
    }

    @Test func theQueriesOfTheReadmeAnswer() async throws {
        try await fill()
        #expect(try await ledger.rows("select count(*) from error") == ["1"])
        let error = try await ledger.query("select * from error", limits: QueryLimits())
        #expect(Array(error.columns.prefix(4)) == ["id", "job_instance_id", "error_time", "description"])
        #expect(try await ledger.rows("select count(*) from job_instance") == ["2"])
        #expect(
            try await ledger.rows("select id, job_instance_id, description from job_instance_error")
                == ["1|1|line\nValueError: bad\n"])
        let joined = try await ledger.query(
            """
            select * from job left join job_instance using (jid) left join job_instance_error using (job_instance_id)
            """, limits: QueryLimits())
        #expect(joined.rows.count == 2)
        #expect(
            try await ledger.rows("select label from status order by id limit 5").joined(separator: " ")
                == "SUBMITTED RUNNING FAILED COMPLETE UNKNOWN")
        #expect(try await ledger.rows("select count(*) from job_status") == ["6"])
        #expect(try await ledger.rows("select count(*) from sgejob") == ["0"])
    }

    @Test func theOldColumnsFollow() async throws {
        try await fill()
        #expect(try await ledger.rows("select jid, current_status from job order by jid") == ["1|3", "2|4"])
        #expect(
            try await ledger.rows(
                "select job_instance_id, job_instance_type, current_status, maxvmem from job_instance order by 1")
                == ["1|local|3|null", "2|exec|4|4096"])
        #expect(
            try await ledger.rows("select status from job_instance_status where job_instance_id = 2 order by id")
                == ["1", "2", "4"])
        try await ledger.checkInvariants()
    }

    @Test func aTracebackIsKeptAsStructure() async throws {
        let traceback: JSONObject = ["type": "ValueError", "frames": [["line": 3]]]
        try await ledger.say(.exec("i"))
        try await ledger.say(.running("i"))
        try await ledger.say(.error(.key("i"), JobError("first", traceback: ["type": "KeyError"])))
        try await ledger.say(.error(.key("i"), JobError("ValueError: bad", traceback: traceback)))
        try await ledger.say(.failed("i", code: 1, stderr: ""))
        let errors = try await ledger.errors(JobFilter(), page: Page(after: 0, limit: 10)).items
        #expect(errors.first?.traceback == traceback)
        // An error that comes after the outcome counts too; the outcome's own traceback takes precedence.
        try await ledger.say(.exec("j"))
        try await ledger.say(.failed("j", code: 1, stderr: ""))
        try await ledger.say(.error(.key("j"), JobError("late", traceback: traceback)))
        try await ledger.say(.exec("k"))
        let own = Outcome(status: .failed, cause: .exit, description: "own", traceback: ["type": "Own"])
        try await ledger.say(.outcome(.key("k"), own))
        let all = try await ledger.errors(JobFilter(), page: Page(after: 0, limit: 10)).items
        #expect(all.map { $0.traceback?["type"] } == ["ValueError", "ValueError", "Own"])
    }

    @Test func aJobThatWasNeverStartedCanBeDescribedAnew() async throws {
        try await ledger.say(.job("a", name: "first"))
        let reference = JobReference.key(queue: "q", key: "a")
        let anew = JobDescription(
            name: "other", runfile: "/bin/false", args: ["x"], cwd: "/tmp", timeout: 5, resources: ["slots": 2])
        #expect(try await ledger.say(.job(reference, anew)).outcome == .recorded)
        var job = try await ledger.job(1).description
        #expect(job.runfile == "/bin/false" && job.args == ["x"] && job.timeout == 5 && job.resources == ["slots": 2])
        // The name, by which people find it, stays.
        #expect(job.name == "first")
        #expect(try await ledger.say(.job(reference, anew)).outcome == .repeat)
        try await ledger.say(.attempt("i", of: "a"))
        #expect(try await ledger.say(.job("a")).outcome == .repeat)
        job = try await ledger.job(1).description
        #expect(job.runfile == "/bin/false")
        try await ledger.checkInvariants()
    }
}
