import JobmonCore
import JobmonLedger
import JobmonTestSupport
import JobmonWire
import Logging
import Testing

@testable import JobmonMonitor

/// Real answers over a real socket, validated against docs/openapi.yaml.
@Suite(.timeLimit(.minutes(20)))
struct ResponderTests {
    private let document: OpenAPIDocument

    init() throws { document = try OpenAPIDocument() }

    /// Sends a request, validates the answer against the document, and returns it.
    private func ask(
        _ fixture: MonitorFixture, _ method: String, _ path: String, _ body: String? = nil,
        headers: [String: String?] = [:], expect status: Int = 200, template: String? = nil
    ) async throws -> JSON {
        let answer = try await fixture.requester.send(method, path, body, headers: headers)
        #expect(answer.status == status, "\(method) \(path): \(String(decoding: answer.body, as: UTF8.self))")
        #expect(answer.headers["content-type"] == "application/json")
        let json = try answer.json()
        let described = template ?? String(path.prefix { $0 != "?" })
        #expect(try document.faults(method, described, status: answer.status, body: json) == [], "\(method) \(path)")
        return json
    }

    private func events(_ events: [Event]) -> String { String(decoding: EventRequest.body(events), as: UTF8.self) }

    @Test func theDocumentHasTheEndpoints() throws {
        #expect(document.operations == Set(Endpoint.allCases.map { "\($0.method) \($0.template)" }))
        #expect(try document.words("Status") == Status.allCases.map(\.label))
        #expect(try Set(document.words("Cause")) == Set(Cause.allCases.map(\.rawValue)))
        #expect(try Set(document.words("Code")) == Set(Problem.Code.allCases.map(\.rawValue)))
        #expect(try document.words("MemorySource") == MemoryPeak.Source.allCases.map(\.rawValue))
        #expect(try document.words("MemoryBound") == MemoryPeak.Bound.allCases.map(\.rawValue))
    }

    // Everything that an event can contain is described, and what is described is understood.
    @Test func theDocumentHasTheEvents() throws {
        let reference = InstanceReference.key("k")
        let description = JobDescription(
            name: "n", runfile: "r", args: ["a"], params: ["p": 1], cwd: "/", env: ["e": "v"], shell: true, timeout: 2,
            resources: ["slots": 1], maxAttempts: 2)
        let outcome = Outcome(
            status: .failed, cause: .lost,
            evidence: Evidence(
                exitCode: 1, signal: 9, timedOut: true, cancelled: true,
                notStarted: StartFailure(step: .command, path: "/x", errno: 2, reason: "no"), oomKills: 1,
                oomShared: true, memoryTaken: 1, memoryLimit: 1, addressSpaceLimit: 1,
                missingOutput: MissingOutput(path: "p", isEmpty: true), reportedError: "r",
                scheduler: SchedulerWord("NODE_FAIL", cause: .nodeFailure)),
            usage: Usage(
                wallclock: 1, cpu: 1, maxrss: 1, maxrssAtMost: true,
                memoryPeak: MemoryPeak(bytes: 1, source: .pss, bound: .atLeast), ioRead: 1, ioWritten: 1), stderr: "s",
            stdout: "o", log: KnownLog(path: "a.Rout", text: "l"), doubt: "u",
            description: "d", traceback: ["type": "E"], returnsAttempt: true, stdoutEmpty: true, stderrEmpty: true)
        let process = ProcessIdentity(pid: 5, started: 6)
        let facts: [Fact] = [
            .job(.key(queue: "q", key: "k"), description),
            .submitted(
                reference,
                Submission(
                    job: .jid(1), description: description, executor: "e", executorID: "i", stdoutPath: "o",
                    stderrPath: "e", requested: RequestedResources(slots: 1, memory: 1, runtime: 1))),
            .running(
                reference,
                Start(
                    host: "h", bootID: "b", executorID: "i", process: process,
                    place: ClusterPlace(queue: "q", allocated: ["slots": 2]))),
            .process(.id(1), process), .outcome(reference, outcome), .heartbeat([reference, .id(3)]),
            .retry(.jid(1), resources: ["memory": 1]), .cancel(.key(queue: "q", key: "k")),
            .blocked(.jid(1), by: 2), .forget(.jid(1)),
            .run(queue: "q", relaunch: .defaults),
            .set(
                queue: "q",
                QueueSetting(
                    parallelism: 1, retries: 1, halt: 0,
                    relaunch: RelaunchRules(
                        limits: RelaunchLimits(memory: 1, runtime: 1), partitions: ["": RelaunchLimits(memory: 1)]),
                    limits: [PatternChange(pattern: JobPattern("a"), number: 1)],
                    priorities: [PatternChange(pattern: JobPattern("a"), number: nil)], avoids: ["n1"])),
            .group(3, .mute), .group(3, .unmute), .group(3, .note("n")), .group(3, .merge(into: 1)),
            .submitted(reference, Submission(description: description, continues: "c", executor: "e")),
            .running(
                reference,
                Start(wrapper: WrapperIdentity(process: process, namespace: 1))),
        ]
        var said: Set<String> = []
        for fact in facts {
            let json = Event(
                identity: EventIdentity(sender: "s", seq: 1), time: Timestamp(milliseconds: 0), fact: fact
            ).json
            #expect(try document.faults(json, schema: "Event") == [])
            if case .object(let object) = json { said.formUnion(object.members.map(\.name)) }
        }
        #expect(try said == document.members("Event"))
    }

    @Test func everyRouteAnswersAsDescribed() async throws {
        try await withMonitor { fixture async throws in
            _ = try await ask(fixture, "GET", "/v1/alive", headers: ["Authorization": nil])
            let answer = try await ask(
                fixture, "POST", "/v1/events",
                events([Facts.submitted("a"), Facts.running("a"), Facts.failed("a"), Facts.submitted("b")]))
            let results = try #require(try EventAnswer.read(answer.bytes))
            #expect(results.map(\.outcome) == [.recorded, .recorded, .recorded, .recorded])
            let jid = try #require(results[0].jid)
            let id = try #require(results[0].jobInstanceID)

            let job = try JobRecord(
                try await ask(fixture, "GET", "/v1/jobs/\(jid)", template: "/v1/jobs/{jid}"))
            #expect(job.status == .failed)
            #expect(job.instances.map(\.jobInstanceID) == [id])
            #expect(job.instances.first?.error == "ValueError: no\n")
            let instance = try InstanceRecord(
                try await ask(fixture, "GET", "/v1/instances/\(id)", template: "/v1/instances/{id}"))
            #expect(instance == job.instances.first)
            #expect(
                try await ask(fixture, "GET", "/v1/instances?key=a")
                    == JSON(parsing: Paged(items: [instance], next: nil).text("instances", \.json)))
            #expect(try await ask(fixture, "GET", "/v1/instances?key=x") == ["instances": [], "next": .null])
            #expect(
                try await ask(fixture, "GET", "/v1/jobs?status=failed")
                    == JSON(parsing: Paged(items: [job], next: nil).text("jobs", \.json)))
            let page = try await ask(fixture, "GET", "/v1/jobs?limit=1")
            #expect(try page == JSON(parsing: Paged(items: [job], next: jid).text("jobs", \.json)))
            let errors = try await ask(fixture, "GET", "/v1/errors")
            guard case .object(let listed) = errors, case .array(let rows)? = listed["errors"] else {
                Issue.record("no errors: \(errors.text)")
                return
            }
            let listedErrors = try rows.map { try ErrorRecord($0) }
            #expect(listedErrors.map(\.jobInstanceID) == [id])
            let summary = try Summary(try await ask(fixture, "GET", "/v1/summary"))
            #expect(summary.jobs[.failed] == 1 && summary.jobs[.submitted] == 1 && summary.errors == 1)
            let rowsOfQuery = try await ask(
                fixture, "POST", "/v1/query", #"{"sql":"select count(*) as n, 'x' as t from job_instance"}"#)
            #expect(rowsOfQuery == ["columns": ["n", "t"], "rows": [[2, "x"]], "truncated": false])
            let changes = try await ask(
                fixture, "GET", "/v1/events?after=0&limit=2", headers: ["Accept": "application/json"])
            guard case .object(let object) = changes, case .array(let items)? = object["changes"] else {
                Issue.record("no changes: \(changes.text)")
                return
            }
            #expect(items.count == 2 && object["next"] != .null)
            let cancelled = try await ask(
                fixture, "POST", "/v1/actions", #"{"action":"cancel","jid":\#(jid)}"#, expect: 409)
            #expect(try EventAnswer.read(cancelled.bytes)?.first?.outcome == .refused)
            _ = try await ask(fixture, "POST", "/v1/actions", #"{"action":"retry","jid":99}"#, expect: 404)
            _ = try await ask(fixture, "POST", "/v1/stop", "{}")
        }
    }

    @Test func groupsOfErrorsAreChanged() async throws {
        try await withMonitor { fixture async throws in
            _ = try await ask(
                fixture, "POST", "/v1/events",
                events([
                    Facts.submitted("a"), Facts.running("a"), Facts.failed("a"), Facts.submitted("b"),
                    Facts.running("b"), Facts.failed("b", code: 2),
                ]))
            let merge = #"{"kind":"merge","group":2,"into":1}"#
            for outcome in [EventResult.Outcome.recorded, .repeat] {
                let merged = try await ask(fixture, "POST", "/v1/events", merge)
                #expect(try EventAnswer.read(merged.bytes)?.map(\.outcome) == [outcome])
            }
            _ = try await ask(fixture, "POST", "/v1/events", #"{"kind":"mute","group":9}"#, expect: 404)
            _ = try await ask(fixture, "POST", "/v1/events", #"{"kind":"merge","group":1,"into":1}"#, expect: 409)
            _ = try await ask(fixture, "POST", "/v1/events", #"{"kind":"note","group":1}"#, expect: 422)
            let changes = try await ask(
                fixture, "GET", "/v1/events?after=0", headers: ["Accept": "application/json"])
            guard case .object(let object) = changes, case .array(let items)? = object["changes"],
                let last = items.last
            else {
                Issue.record("no changes: \(changes.text)")
                return
            }
            let change = try Change(last)
            #expect(change.kind == "merge" && change.group == 2 && change.jid == nil)
        }
    }

    @Test func metricsAreOpenMetrics() async throws {
        try await withMonitor { fixture async throws in
            _ = try await ask(fixture, "POST", "/v1/events", events([Facts.submitted("a")]))
            let older = try await fixture.requester.send("GET", "/metrics")
            #expect(older.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            #expect(!String(decoding: older.body, as: UTF8.self).contains("# EOF"))
            let answer = try await fixture.requester.send(
                "GET", "/metrics", headers: ["Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"])
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"]?.hasPrefix("application/openmetrics-text") == true)
            let lines = String(decoding: answer.body, as: UTF8.self).split(separator: "\n")
            #expect(lines.last == "# EOF")
            #expect(lines.contains("jobmon_jobs{queue=\"\",status=\"SUBMITTED\"} 1"))
            #expect(lines.contains("jobmon_events_total{outcome=\"recorded\"} 1"))
            let families = Set(lines.filter { $0.hasPrefix("# TYPE") }.map { $0.split(separator: " ")[2] })
            for line in lines where !line.hasPrefix("#") {
                let name = line.prefix { $0 != "{" && $0 != " " }
                let endings = ["_total", "_created", "_bucket", "_sum", "_count", "_info"]
                let family = endings.first { name.hasSuffix($0) }.map { name.dropLast($0.count) } ?? name
                #expect(families.contains(family), "\(line)")
            }
        }
    }

    @Test func statusesOfMixedAnswers() async throws {
        try await withMonitor { fixture async throws in
            let contradiction = [Facts.submitted("a"), Facts.complete("a"), Facts.failed("a")]
            let mixed = try await ask(fixture, "POST", "/v1/events", events(contradiction))
            #expect(try EventAnswer.read(mixed.bytes)?.map(\.outcome) == [.recorded, .recorded, .refused])
            _ = try await ask(fixture, "POST", "/v1/events", events([Facts.failed("a")]), expect: 409)
            _ = try await ask(fixture, "POST", "/v1/events", events([Facts.complete("a")]))
            _ = try await ask(fixture, "POST", "/v1/events", #"{"kind":"complete","job_instance_id":77}"#, expect: 404)
            _ = try await ask(fixture, "POST", "/v1/events", #"{"kind":"complete","instance_key":7}"#, expect: 422)
            let early = try await ask(fixture, "POST", "/v1/events", events([Facts.complete("later")]))
            #expect(try EventAnswer.read(early.bytes)?.map(\.outcome) == [.early])
            let neighbours = try await ask(
                fixture, "POST", "/v1/events",
                #"{"events":[{"kind":"nap"},\#(Facts.submitted("c").json.text),{"kind":"retry","jid":"x"}]}"#)
            #expect(try EventAnswer.read(neighbours.bytes)?.map(\.outcome) == [.refused, .recorded, .refused])
            #expect(fixture.log.lines(.error) == [])
        }
    }

    // An error in a request is answered with a code, and the monitor continues.
    @Test func wrongRequestsAreProblems() async throws {
        try await withMonitor { fixture async throws in
            func problem(
                _ code: String, _ status: Int, _ method: String, _ path: String, _ body: String? = nil,
                headers: [String: String?] = [:]
            ) async throws {
                let answer = try await fixture.requester.send(method, path, body, headers: headers)
                #expect(answer.status == status, "\(method) \(path) \(body?.prefix(100) ?? "")")
                #expect(try answer.code() == code, "\(method) \(path) \(body?.prefix(100) ?? "")")
            }
            for secret in [
                nil, "", "Bearer", "Bearer ", "Bearer wrong", "Basic \(MonitorFixture.secret)",
                "Bearer \(MonitorFixture.secret)x", "Bearer \(MonitorFixture.secret.dropLast())",
            ] {
                try await problem("unauthorized", 401, "GET", "/v1/summary", headers: ["Authorization": secret])
                try await problem("unauthorized", 401, "GET", "/v1/nothing", headers: ["Authorization": secret])
            }
            let port = fixture.requester.port
            for host in [
                "evil.example", "evil.example:\(port)", "10.0.0.1:\(port)", "localhost.evil.example:\(port)",
                "127.0.0.1.evil.example", "127.0.0.1@evil.example:\(port)", "", "127.0.0.1:", "127.0.0.1:80x",
            ] {
                try await problem("forbidden", 403, "GET", "/v1/summary", headers: ["Host": host])
                try await problem("forbidden", 403, "GET", "/v1/alive", headers: ["Host": host])
            }
            // Loopback names with any port: that of `ssh -L` is another one.
            for host in [
                "localhost:\(port)", "LOCALHOST:\(port)", "[::1]:\(port)", "127.0.0.1:\(port - 1)", "127.0.0.1",
                "localhost:80",
            ] {
                let answer = try await fixture.requester.send("GET", "/v1/summary", headers: ["Host": host])
                #expect(answer.status == 200, "\(host)")
            }
            for origin in [
                "http://evil.example", "null", "https://127.0.0.1:\(port)", "http://127.0.0.1",
                "http://127.0.0.1:\(port - 1)", "http://localhost:\(port)",
            ] {
                try await problem("forbidden", 403, "GET", "/v1/summary", headers: ["Origin": origin])
            }
            let own = try await fixture.requester.send(
                "GET", "/v1/summary", headers: ["Host": "localhost:8000", "Origin": "http://localhost:8000"])
            #expect(own.status == 200)
            for type in [nil, "text/plain", "application/jsonx", "application/x-www-form-urlencoded"] {
                try await problem("unsupported_type", 415, "POST", "/v1/events", "{}", headers: ["Content-Type": type])
            }
            let typed = try await fixture.requester.send(
                "POST", "/v1/events", #"{"events":[]}"#, headers: ["Content-Type": "Application/JSON; charset=utf-8"])
            #expect(typed.status == 200)
            for body in ["", "{", "nul", "{\"a\":1,}", "\u{0}", String(repeating: "[", count: 100_000)] {
                try await problem("malformed", 400, "POST", "/v1/events", body)
            }
            let deep = String(repeating: #"{"a":"#, count: 70) + "1" + String(repeating: "}", count: 70)
            try await problem("malformed", 400, "POST", "/v1/events", #"{"events":[],"x":\#(deep)}"#)
            for body in ["[]", "3", "{}", #"{"events":{}}"#] {
                try await problem("invalid", 422, "POST", "/v1/events", body)
            }
            try await problem("invalid", 422, "POST", "/v1/query", #"{"sql":3}"#)
            try await problem("invalid", 422, "POST", "/v1/query", #"{"sql":"delete from job"}"#)
            try await problem("invalid", 422, "POST", "/v1/actions", #"{"action":"explode","jid":1}"#)
            try await problem("invalid", 422, "GET", "/v1/jobs?status=napping")
            try await problem("invalid", 422, "GET", "/v1/jobs?state=failed")
            try await problem("invalid", 422, "GET", "/v1/events?after=-1")
            try await problem("invalid", 422, "GET", "/v1/events", headers: ["Last-Event-ID": "x"])
            try await problem("malformed", 400, "GET", "/v1/jobs?name=%ff")
            try await problem("not_found", 404, "GET", "/v1/jobs/99")
            try await problem("not_found", 404, "GET", "/v1/instances/99")
            try await problem("not_found", 404, "GET", "/v1/jobs/x")
            try await problem("not_found", 404, "GET", "/page")
            try await problem("method_not_allowed", 405, "DELETE", "/v1/jobs")
            try await problem("method_not_allowed", 405, "GET", "/v1/stop")
            #expect(fixture.log.lines(.error) == [])
            let alive = try await fixture.requester.send("GET", "/v1/alive", headers: ["Authorization": nil])
            #expect(alive.status == 200)
        }
    }

    @Test func oversizedBodies() async throws {
        try await withMonitor(adjust: { $0.maximumBody = 1 << 20 }) { fixture async throws in
            let large = #"{"events":[],"x":""# + String(repeating: "x", count: 2 << 20) + #""}"#
            let counted = try await fixture.requester.send("POST", "/v1/events", large)
            #expect(counted.status == 413)
            #expect(try counted.code() == "too_large")
            // In chunked encoding, the size is not known beforehand.
            var chunked = Array(
                """
                POST /v1/events HTTP/1.1\r
                Host: \(fixture.requester.host)\r
                Authorization: Bearer \(MonitorFixture.secret)\r
                Content-Type: application/json\r
                Transfer-Encoding: chunked\r
                Connection: close\r
                \r

                """.utf8)
            for _ in 0..<40 {
                chunked += Array("10000\r\n".utf8) + [UInt8](repeating: UInt8(ascii: " "), count: 65536)
                chunked += Array("\r\n".utf8)
            }
            let answer = try await fixture.requester.exchange(chunked + Array("0\r\n\r\n".utf8))
            #expect(answer.status == 413)
            let alive = try await fixture.requester.send("GET", "/v1/summary")
            #expect(alive.status == 200)
        }
    }

    @Test(arguments: [false, true])
    func slowSendersAreClosed(_ inBody: Bool) async throws {
        try await withMonitor(adjust: {
            $0.requestSeconds = 0.5
            $0.idleSeconds = 0.5
        }) { fixture async throws in
            let socket = try RawSocket(port: fixture.requester.port)
            var start = "POST /v1/events HTTP/1.1\r\nHost: \(fixture.requester.host)\r\n"
            if inBody {
                start += "Authorization: Bearer \(MonitorFixture.secret)\r\nContent-Type: application/json\r\n"
                start += "Content-Length: 100000\r\n\r\n"
            }
            #expect(socket.write(Array(start.utf8)))
            // A byte now and then must not keep it open.
            try await waitUntil("the connection is closed", within: 20) {
                !socket.write([inBody ? UInt8(ascii: " ") : UInt8(ascii: "X")])
            }
            // On a crowded machine, the limits above may be too short for this one too.
            try await waitUntil("others are answered") {
                (try? await fixture.requester.send("GET", "/v1/summary"))?.status == 200
            }
            #expect(fixture.log.lines(.error) == [])
        }
    }

    @Test(arguments: [
        "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "GET /v1/alive HTTP/1.1\r\n\r\n",
    ])
    func notQuiteHTTP(_ text: String) async throws {
        try await withMonitor { fixture async throws in
            let socket = try RawSocket(port: fixture.requester.port)
            #expect(socket.write(Array(text.utf8)))
            let some = try await onThread { try socket.readSome() }
            if let some { #expect(String(decoding: some, as: UTF8.self).hasPrefix("HTTP/1.1 40")) }
            let alive = try await fixture.requester.send("GET", "/v1/summary")
            #expect(alive.status == 200)
            #expect(fixture.log.lines(.error) == [])
        }
    }

    @Test func oneConnectionForManyRequests() async throws {
        try await withMonitor { fixture async throws in
            let socket = try RawSocket(port: fixture.requester.port)
            let request =
                "GET /v1/summary HTTP/1.1\r\nHost: \(fixture.requester.host)\r\n"
                + "Authorization: Bearer \(MonitorFixture.secret)\r\n"
            for _ in 0..<3 {
                #expect(socket.write(Array("\(request)\r\n".utf8)))
                let some = try await onThread { try socket.readSome() }
                #expect(String(decoding: some ?? [], as: UTF8.self).hasPrefix("HTTP/1.1 200"))
            }
        }
    }

    // An unexpected error: plain for the requester, and loud in the log.
    @Test func ledgerThatAnswersNonsense() async throws {
        let ledger = FaultyLedger(try SQLiteLedger.open(.memory, time: .system))
        ledger.set(.failBefore(Problem(.internalError, "a bug")), atCall: 1)
        try await withMonitor(ledger: ledger) { fixture async throws in
            let answer = try await fixture.requester.send("POST", "/v1/events", events([Facts.submitted("a")]))
            #expect(answer.status == 500)
            #expect(try answer.code() == "internal_error")
            #expect(!fixture.log.lines(.error).isEmpty)
            _ = try await ask(fixture, "POST", "/v1/events", events([Facts.submitted("a")]))
        }
    }
}
