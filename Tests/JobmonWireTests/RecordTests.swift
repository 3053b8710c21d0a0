import JobmonCore
import JobmonWire
import Testing

/// Every record is read back as it was written, and has the members that the documents name.
struct RecordTests {
    static let moment = Timestamp(milliseconds: 1_769_851_800_123)

    static let instance = InstanceRecord(
        jobInstanceID: 9, instanceKey: "key", jid: 7, retryNumber: 1, executor: "local", executorID: "4711",
        status: .failed, cause: .outOfMemory, exitCode: 137, signal: 9, host: "n7", bootID: "boot",
        process: ProcessIdentity(pid: 4242, started: 99), submittedDate: moment,
        startedDate: moment.advanced(bySeconds: 1), finishedDate: moment.advanced(bySeconds: 2), lastSeen: moment,
        lateSince: moment,
        usage: Usage(
            wallclock: 1.5, cpu: 0.25, maxrss: 1 << 40, maxrssAtMost: true,
            memoryPeak: MemoryPeak(bytes: 1 << 41, source: .pss, bound: .atLeast), ioRead: 1, ioWritten: 2),
        stdoutPath: "/o", stderrPath: "/e", returnedAttempt: true, error: "a \"quoted\"\nerror\u{0}é",
        headline: "error: é", doubt: "ERROR 1: x",
        place: ClusterPlace(queue: "long.q", allocated: ["slots": 4, "node": "n7"]))

    static let bareInstance = InstanceRecord(
        jobInstanceID: 1, instanceKey: nil, jid: 1, retryNumber: 0, executor: "exec", executorID: nil,
        status: .submitted, cause: nil, exitCode: nil, signal: nil, host: nil, bootID: nil, process: nil,
        submittedDate: moment, startedDate: nil, finishedDate: nil, lastSeen: nil, lateSince: nil, usage: Usage(),
        stdoutPath: nil, stderrPath: nil, returnedAttempt: false, error: nil)

    static let job = JobRecord(
        jid: 7, queue: "fit", jobKey: "k",
        description: JobDescription(
            name: "fit", runfile: "python", args: ["a b", "", "é"],
            params: ["year": 1995, "loc": "x", "deep": ["a": [1, .double(2.5), .null, true]]], cwd: "/w",
            env: ["A": "b"],
            shell: true, timeout: 3.5, resources: ["slots": 2], maxAttempts: 3),
        submittedDate: moment, status: .queued, attempts: 2, cancelRequested: true, instances: [instance, bareInstance])

    @Test func jobReadsBack() throws {
        #expect(try JobRecord(JSON(parsing: Self.job.json.text)) == Self.job)
    }

    @Test func bareJobReadsBack() throws {
        let job = JobRecord(
            jid: 1, queue: nil, jobKey: nil, description: JobDescription(name: "n", runfile: "x"),
            submittedDate: Self.moment, status: .complete, attempts: 0, cancelRequested: false, instances: [])
        #expect(try JobRecord(JSON(parsing: job.json.text)) == job)
    }

    @Test func jobHasTheColumns() throws {
        guard case .object(let object) = Self.job.json else {
            Issue.record("not an object")
            return
        }
        #expect(
            object.members.map(\.name) == [
                "jid", "queue", "job_key", "name", "runfile", "args", "params", "cwd", "env", "shell", "timeout",
                "resources", "submitted_date", "status", "attempts", "max_attempts", "cancel_requested", "blocked_by",
                "waits_for", "forgotten", "instances",
            ])
        #expect(object["status"] == "QUEUED")
    }

    @Test(arguments: [instance, bareInstance])
    func instanceReadsBack(_ instance: InstanceRecord) throws {
        #expect(try InstanceRecord(JSON(parsing: instance.json.text)) == instance)
        guard case .object(let object) = instance.json else {
            Issue.record("not an object")
            return
        }
        #expect(
            object.members.map(\.name) == [
                "job_instance_id", "instance_key", "jid", "retry_number", "executor", "executor_id", "status", "cause",
                "exit_code", "signal", "host", "boot_id", "pid", "pid_started", "scheduler_queue", "allocated",
                "submitted_date", "started_date", "finished_date", "last_seen", "late_since", "wallclock", "cpu",
                "maxrss", "maxrss_at_most", "memory_peak", "memory_source", "memory_bound", "io_read",
                "io_written", "stdout_path", "stderr_path", "attempt_returned", "error", "headline",
                "doubt", "requested_slots", "requested_memory", "requested_runtime", "relaunch",
            ])
    }

    @Test func errorReadsBack() throws {
        let error = ErrorRecord(
            id: 3, jobInstanceID: 9, errorTime: Self.moment, description: "Traceback\n…",
            headline: "ValueError: no data", jid: 7, name: "fit", retryNumber: 2, cause: .exit, exitCode: 1,
            signal: nil, host: nil)
        #expect(try ErrorRecord(JSON(parsing: error.json.text)) == error)
    }

    @Test("a row of an earlier version has its line read from its text")
    func headlineOfOldRows() throws {
        var error = ErrorRecord(
            id: 3, jobInstanceID: 9, errorTime: Self.moment, description: "start\nError: no disk\n", jid: 7,
            name: "fit",
            retryNumber: 2, cause: .exit, exitCode: 1, signal: nil, host: nil)
        #expect(try ErrorRecord(JSON(parsing: error.json.text)).headline == "Error: no disk")
        error.headline = "E2"
        #expect(try ErrorRecord(JSON(parsing: error.json.text)).errorLine == "E2")
    }

    @Test func summaryReadsBack() throws {
        let summary = Summary(
            jobs: Dictionary(uniqueKeysWithValues: Status.allCases.map { ($0, $0.rawValue) }), late: 1, errors: 2,
            sequence: 1 << 50)
        #expect(try Summary(JSON(parsing: summary.json.text)) == summary)
    }

    @Test func queryResultReadsBack() throws {
        let result = QueryResult(columns: ["a", "a"], rows: [[.null, 1], ["x", .double(2.5)]], truncated: true)
        #expect(try QueryResult(JSON(parsing: result.json.text)) == result)
    }

    @Test func changeReadsBack() throws {
        let change = Change(
            sequence: 5, kind: "failed", time: Self.moment, jid: 7, queue: "q", jobKey: "k", jobInstanceID: 9,
            instanceKey: "i", status: .failed, jobStatus: .queued, cause: .timeout, error: "late", group: 3)
        #expect(try Change(JSON(parsing: change.json.text)) == change)
        let bare = Change(sequence: 6, kind: "retry", time: Self.moment)
        #expect(try Change(JSON(parsing: bare.json.text)) == bare)
    }

    @Test func pageReadsBack() throws {
        let page = Paged(items: [Self.job], next: 7)
        let read = try Paged<JobRecord>(JSON(parsing: page.text("jobs", \.json)), "jobs") { (json) throws(FieldError) in
            try JobRecord(json)
        }
        #expect(read == page)
    }

    @Test(arguments: EventResult.Outcome.allCases)
    func resultReadsBack(_ outcome: EventResult.Outcome) throws {
        let result = EventResult(
            outcome: outcome, jid: 1, jobInstanceID: 2,
            problem: outcome == .refused ? Problem(.contradiction, "no", hint: "do") : nil, sequence: 3)
        func read(_ result: EventResult) throws -> EventResult {
            var bytes: [UInt8] = []
            result.write(to: &bytes)
            return try EventResult(JSON(parsing: bytes))
        }
        #expect(try read(result) == result)
        #expect(try read(EventResult(outcome: outcome)) == EventResult(outcome: outcome))
    }

    @Test(arguments: Problem.Code.allCases)
    func problemReadsBack(_ code: Problem.Code) throws {
        for hint in [nil, "do this"] {
            let problem = Problem(code, "what is wrong", hint: hint)
            #expect(try Problem(problem.json) == problem)
        }
    }

    @Test func wrongTypesAreNamed() {
        #expect(throws: FieldError("jid", "must be an integer, not a string")) {
            var object = JSONObject()
            if case .object(let whole) = Self.job.json { object = whole }
            object["jid"] = "7"
            _ = try JobRecord(.object(object))
        }
        #expect(throws: FieldError.self) { try Summary(["jobs": ["COMPLETE": "many"], "sequence": 1]) }
        #expect(throws: FieldError.self) { try InstanceRecord([]) }
    }
}
