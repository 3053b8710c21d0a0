import JobmonCore
import Testing

@Suite struct EventRoundTripTests {
    private static let description = JobDescription(
        name: "fit", runfile: "python", args: ["model.py", "", "a b", "--"], params: ["year": 1995, "loc": "é"],
        cwd: "/data", env: ["A": "b"], shell: false, timeout: 90.5, resources: ["slots": 2], maxAttempts: 3)
    private static let everyEvidence: [Evidence] = [
        Evidence(), Evidence(exitCode: 0), Evidence(exitCode: 255), Evidence(signal: 64),
        Evidence(signal: 15, timedOut: true), Evidence(signal: 15, cancelled: true), Evidence(signal: 9, oomKills: 2),
        Evidence(signal: 9, oomKills: 1, oomShared: true),
        Evidence(signal: 15, memoryTaken: 204_857_600, memoryLimit: 104_857_600),
        Evidence(signal: 9, oomKills: 1, memoryLimit: 104_857_600), Evidence(exitCode: 1, addressSpaceLimit: 1 << 40),
        Evidence(exitCode: 0, missingOutput: MissingOutput(path: "out/é.csv", isEmpty: true)),
        Evidence(exitCode: 0, reportedError: "FATAL: no data"),
        Evidence(exitCode: 3, scheduler: SchedulerWord("FAILED")),
        Evidence(signal: 9, scheduler: SchedulerWord("TIMEOUT", cause: .timeLimit)),
        Evidence(signal: 9, scheduler: SchedulerWord("37", cause: .timeLimit, isInferred: true)),
        Evidence(notStarted: StartFailure(step: .directory, path: "/no", errno: 2, reason: "No such file")),
    ]

    static let facts: [Fact] =
        [
            .job(.key(queue: "q", key: "k"), description),
            .job(.key(queue: "q", key: "k"), JobDescription(runfile: "exit 3", shell: true)),
            .submitted(.key("i"), Submission(description: description, executor: "exec")),
            .submitted(
                .key("i"),
                Submission(
                    job: .jid(4), executor: "sge", executorID: "4711_3", stdoutPath: "/o", stderrPath: "/e")),
            .submitted(nil, Submission(job: .key(queue: "q", key: "k"), description: description, executor: "local")),
            .running(.key("i"), Start()),
            .running(
                .id(7),
                Start(
                    host: "n7", bootID: "b", executorID: "12", process: ProcessIdentity(pid: 12, started: 345),
                    place: ClusterPlace(queue: "long.q", allocated: ["slots": 4, "memory": 1_048_576]))),
            .process(.key("i"), ProcessIdentity(pid: 1)),
            .process(.key("i"), ProcessIdentity(pid: Int32.max, started: 0)),
            .heartbeat([]), .heartbeat([.key("i"), .id(3)]), .retry(.jid(1)), .retry(.key(queue: "q", key: "k")),
            .cancel(.jid(1)), .blocked(.jid(2), by: 1), .blocked(.key(queue: "q", key: "k"), by: nil),
            .error(.key("i"), JobError("é\n\0why")), .error(.id(3), JobError("")),
            .forget(.jid(1)), .run(queue: "é"), .run(queue: "q", relaunch: .defaults),
            .run(
                queue: "q",
                relaunch: RelaunchRules(
                    given: [RelaunchRule(.exitCode(75), attempts: 2, memory: 1.5, elsewhere: true)],
                    usesDefaults: false,
                    limits: RelaunchLimits(memory: 1 << 30, runtime: 60),
                    partitions: ["": RelaunchLimits(memory: 1), "short": RelaunchLimits(runtime: 2)])),
            .set(queue: "q", QueueSetting(parallelism: 3, retries: 0, halt: 0, relaunch: .off, avoids: ["n1"])),
            .set(
                queue: "q",
                QueueSetting(
                    limits: ["a=1", "b=c=0"].compactMap { PatternChange($0) },
                    priorities: ["a=-1", "*=none"].compactMap { PatternChange($0) })),
            .group(3, .mute), .group(3, .unmute), .group(3, .note("é\n\0")),
            .group(1, .note("")),
            .group(7, .merge(into: 3)), .group(9_007_199_254_740_991, .merge(into: 1)),
            .outcome(.key("i"), Outcome(status: .unknown, cause: .lost)),
            .outcome(
                .id(9),
                Outcome(
                    status: .failed, cause: .nodeFailure, evidence: Evidence(exitCode: 1),
                    usage: Usage(
                        wallclock: 1.5, cpu: 0.25, maxrss: 1 << 40, maxrssAtMost: true,
                        memoryPeak: MemoryPeak(bytes: 0, source: .scheduler, bound: .atMost), ioRead: 0, ioWritten: 12),
                    stderr: "é\n\0", description: "why", traceback: ["type": "E", "frames": []], returnsAttempt: true,
                    stdoutEmpty: true, stderrEmpty: true)),
        ]
        + everyEvidence.map { .outcome(.key("i"), Outcome(evidence: $0, stderr: "")) }
        + Cause.allCases.map { .outcome(.key("i"), Outcome(status: .failed, cause: $0)) }

    @Test(arguments: facts.indices) func comesBack(_ index: Int) throws {
        for identity in [nil, EventIdentity(sender: "s", seq: 0), EventIdentity(sender: "s", seq: 1 << 52)] {
            for time in [nil, Timestamp(milliseconds: 1_769_851_800_123)] {
                let event = Event(identity: identity, time: time, fact: Self.facts[index])
                let text = event.json.text
                #expect(try Event(try JSON(parsing: text)) == event)
            }
        }
    }

    @Test(arguments: MemoryPeak.Source.allCases, [nil, .atLeast, .atMost] as [MemoryPeak.Bound?])
    func memoryPeaksComeBack(_ source: MemoryPeak.Source, _ bound: MemoryPeak.Bound?) throws {
        let usage = Usage(memoryPeak: MemoryPeak(bytes: 1 << 52, source: source, bound: bound))
        let event = Event(fact: .outcome(.key("i"), Outcome(evidence: Evidence(exitCode: 0), usage: usage)))
        #expect(try Event(try JSON(parsing: event.json.text)) == event)
    }

    @Test func aMemoryPeakOfAnUnknownKindIsNone() throws {
        let text =
            #"{"kind":"complete","instance_key":"i","exit_code":0,"usage":{"cpu":1,"memory_peak":7,"memory_source":"x"}}"#
        let outcome = Outcome(evidence: Evidence(exitCode: 0), usage: Usage(cpu: 1))
        #expect(try Event(try JSON(parsing: text)) == Event(fact: .outcome(.key("i"), outcome)))
    }

    @Test func everyKindIsThere() {
        let kinds = Set(Self.facts.map(\.kind))
        let all = ["job", "submitted", "running", "process", "complete", "failed", "cancelled", "unknown", "heartbeat"]
        #expect(
            kinds
                == Set(
                    all + [
                        "error", "retry", "cancel", "blocked", "forget", "run", "set", "mute", "unmute", "note",
                        "merge",
                    ]))
    }

    /// Unknown members are ignored, and null counts as absent: a newer sender can talk to an older monitor.
    @Test func readsWhatANewerSenderSays() throws {
        let text =
            #"{"kind":"running","instance_key":"i","gpu":[{"a":1}],"pid":null,"host":null,"sender":null,"seq":null}"#
        #expect(try Event(try JSON(parsing: text)) == Event(fact: .running(.key("i"), Start())))
    }

    /// The short events that a user types into curl are accepted.
    @Test func readsThePlainOnes() throws {
        let submitted = #"{"kind":"submitted","job":{"name":"fit"}}"#
        #expect(
            try Event(try JSON(parsing: submitted))
                == Event(
                    fact: .submitted(
                        nil, Submission(description: JobDescription(name: "fit", runfile: ""), executor: "external"))))
        let failed = #"{"kind":"failed","job_instance_id":3,"exit_code":1}"#
        #expect(
            try Event(try JSON(parsing: failed))
                == Event(fact: .outcome(.id(3), Outcome(status: .failed, evidence: Evidence(exitCode: 1)))))
    }
}

@Suite struct EventRefusalTests {
    @Test(arguments: [
        ("[]", "\"event\" must be an object, not an array"),
        ("{}", "\"kind\" is missing"),
        (#"{"kind":1}"#, "\"kind\" must be a string, not an integer"),
        (
            #"{"kind":"started"}"#,
            "\"kind\" must be one of job, submitted, running, process, complete, failed, cancelled, unknown, error, heartbeat, "
                + "retry, cancel, blocked, forget, run, set, mute, unmute, note, merge, not \"started\""
        ),
        (#"{"kind":"running"}"#, "\"instance_key\" is missing (or \"job_instance_id\")"),
        (#"{"kind":"running","instance_key":""}"#, "\"instance_key\" must have 1 to 128 bytes"),
        (#"{"kind":"running","job_instance_id":0}"#, "\"job_instance_id\" must be at least 1, not 0"),
        (#"{"kind":"running","job_instance_id":"3"}"#, "\"job_instance_id\" must be an integer, not a string"),
        (#"{"kind":"running","job_instance_id":1.5}"#, "\"job_instance_id\" must be an integer, not a number"),
        (
            #"{"kind":"running","job_instance_id":9007199254740992}"#,
            "\"job_instance_id\" must be less than 2^53, not 9007199254740992"
        ),
        (#"{"kind":"running","instance_key":"i","pid":0}"#, "\"pid\" must be at least 1, not 0"),
        (#"{"kind":"running","instance_key":"i","pid":2147483648}"#, "\"pid\" must be a process id, not 2147483648"),
        (#"{"kind":"process","instance_key":"i"}"#, "\"pid\" is missing"),
        (#"{"kind":"retry"}"#, "\"job_key\" is missing (with \"queue\"), or \"jid\""),
        (#"{"kind":"retry","queue":"q"}"#, "\"job_key\" is missing, but there is a \"queue\""),
        (#"{"kind":"cancel","job_key":"k"}"#, "\"queue\" is missing, but there is a \"job_key\""),
        (#"{"kind":"run"}"#, "\"queue\" is missing"),
        (#"{"kind":"run","queue":""}"#, "\"queue\" must have 1 to 1024 bytes"),
        (#"{"kind":"job","jid":1,"job":{"name":"a"}}"#, "\"job_key\" is missing: a job is queued by queue and job_key"),
        (#"{"kind":"job","queue":"q","job_key":"k"}"#, "\"job\" is missing"),
        (#"{"kind":"job","queue":"q","job_key":"k","job":{}}"#, "\"job.runfile\" is missing (or \"name\")"),
        (
            #"{"kind":"job","queue":"q","job_key":"k","job":{"name":"a","args":["b",1]}}"#,
            "\"job.args[1]\" must be a string, not an integer"
        ),
        (
            #"{"kind":"job","queue":"q","job_key":"k","job":{"name":"a","env":{"B":1}}}"#,
            "\"job.env.B\" must be a string, not an integer"
        ),
        (
            #"{"kind":"job","queue":"q","job_key":"k","job":{"name":"a","timeout":-1}}"#,
            "\"job.timeout\" must not be negative"
        ),
        (
            #"{"kind":"job","queue":"q","job_key":"k","job":{"name":"a","max_attempts":0}}"#,
            "\"job.max_attempts\" must be at least 1, not 0"
        ),
        (
            #"{"kind":"submitted","instance_key":"i"}"#,
            "\"job\" is missing (or \"jid\", or \"queue\" and \"job_key\")"
        ),
        (
            #"{"kind":"running","instance_key":"i","sender":"s"}"#, "\"seq\" is missing, but there is a \"sender\""
        ),
        (#"{"kind":"running","instance_key":"i","seq":1}"#, "\"sender\" is missing, but there is a \"seq\""),
        (
            #"{"kind":"running","instance_key":"i","sender":"","seq":1}"#, "\"sender\" must have 1 to 128 bytes"
        ),
        (
            #"{"kind":"running","instance_key":"i","time":"yesterday"}"#,
            "\"time\" must be a time in UTC such as \"2026-01-31T09:30:00.000Z\", not \"yesterday\""
        ),
        (#"{"kind":"failed","instance_key":"i","exit_code":256}"#, "\"exit_code\" must be 0 to 255, not 256"),
        (#"{"kind":"failed","instance_key":"i","signal":65}"#, "\"signal\" must be 1 to 64, not 65"),
        (
            #"{"kind":"complete","instance_key":"i","exit_code":1}"#,
            "\"exit_code\" is 1, but the kind is \"complete\""
        ),
        (#"{"kind":"complete","instance_key":"i","signal":9}"#, "\"signal\" is 9, but the kind is \"complete\""),
        (#"{"kind":"failed","instance_key":"i","usage":[]}"#, "\"usage\" must be an object, not an array"),
        (#"{"kind":"failed","instance_key":"i","usage":{"cpu":"1"}}"#, "\"usage.cpu\" must be a number, not a string"),
        (
            #"{"kind":"failed","instance_key":"i","returns_attempt":1}"#,
            "\"returns_attempt\" must be true or false, not an integer"
        ),
        (
            #"{"kind":"failed","instance_key":"i","not_started":{"step":"coffee"}}"#,
            "\"not_started.step\" must be one of directory, output, command, process"
        ),
        (#"{"kind":"mute"}"#, "\"group\" is missing"),
        (#"{"kind":"unmute","group":0}"#, "\"group\" must be at least 1, not 0"),
        (#"{"kind":"mute","group":"E3"}"#, "\"group\" must be an integer, not a string"),
        (#"{"kind":"note","group":3}"#, "\"text\" is missing"),
        (
            #"{"kind":"note","group":3,"text":"\#(String(repeating: "é", count: 2049))"}"#,
            "\"text\" must have at most 4096 bytes"
        ),
        (#"{"kind":"merge","group":3}"#, "\"into\" is missing"),
        (#"{"kind":"merge","group":3,"into":0}"#, "\"into\" must be at least 1, not 0"),
        (#"{"kind":"heartbeat"}"#, "\"instances\" is missing"),
        (#"{"kind":"heartbeat","instances":[1]}"#, "\"instances[0]\" must be an object, not an integer"),
        (
            #"{"kind":"heartbeat","instances":[{"instance_key":"i"},{}]}"#,
            "\"instances[1].instance_key\" is missing (or \"job_instance_id\")"
        ),
    ]) func saysWhatIsWrong(_ text: String, _ message: String) throws {
        let json = try JSON(parsing: text)
        let error = #expect(throws: FieldError.self) { try Event(json) }
        #expect(error?.description == message)
    }

    @Test func namesTheCauses() throws {
        let json = try JSON(parsing: #"{"kind":"failed","instance_key":"i","cause":"bad luck"}"#)
        let error = #expect(throws: FieldError.self) { try Event(json) }
        #expect(error?.field == "cause")
        for cause in Cause.allCases { #expect(error?.message.contains(cause.rawValue) == true) }
    }

    /// Any JSON is read or refused, and never causes a trap.
    @Test func survivesAnything() throws {
        var random = SeededRandom(seed: 5)
        let names = [
            "sender", "seq", "time", "kind", "instance_key", "job_instance_id", "jid", "queue", "job_key", "job",
            "pid", "exit_code", "signal", "usage", "not_started", "instances", "executor", "group", "into", "text",
        ]
        let kinds = [
            "job", "submitted", "running", "process", "complete", "failed", "heartbeat", "retry", "mute", "note",
            "merge",
        ]
        var read = 0
        for _ in 0..<20000 {
            var object = JSONObject()
            if let kind = kinds.randomElement(using: &random) { object["kind"] = .string(kind) }
            for name in names.shuffled(using: &random).prefix(Int.random(in: 0..<6, using: &random)) {
                object[name] = random.json(depth: 2)
            }
            if let event = try? Event(.object(object)) {
                read += 1
                let again = try Event(event.json)
                #expect(again == event)
            }
        }
        #expect(read > 50)
    }
}
