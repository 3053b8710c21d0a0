import JobmonCore
import JobmonWire
import Testing

struct RequestTests {
    static let running = Event(
        identity: EventIdentity(sender: "s", seq: 1), time: RecordTests.moment,
        fact: .running(.key("k"), Start(host: "n7", process: ProcessIdentity(pid: 5))))

    private func events(_ body: some Collection<UInt8>) throws -> [Event] {
        try EventRequest.read(body)
    }

    @Test func batchReadsBack() throws {
        let batch = [Self.running, Event(fact: .retry(.jid(3))), Event(fact: .heartbeat([.key("a"), .id(4)]))]
        #expect(try events(EventRequest.body(batch)) == batch)
        #expect(try events(EventRequest.body([])).isEmpty)
    }

    @Test func oneEventByItself() throws {
        #expect(try events(Self.running.json.bytes) == [Self.running])
    }

    @Test func aWrongEventLeavesItsNeighboursAlone() throws {
        let good = Self.running.json.text
        let read = try EventRequest.read(Array(#"{"events":[\#(good),{"kind":"nap"},3,\#(good)]}"#.utf8))
        #expect(read.count == 4)
        #expect(read[0] == Self.running)
        #expect(read[3] == Self.running)
        for index in 1...2 {
            guard case .unreadable(_, let problem) = read[index].fact else {
                Issue.record("event \(index) was taken")
                continue
            }
            #expect(problem.code == .invalid)
        }
    }

    @Test(arguments: [
        ("", Problem.Code.malformed), ("{", .malformed), ("[]", .invalid), ("{}", .invalid),
        ("{\"events\":3}", .invalid),
        ("{\"events\":[]} x", .malformed), ("\u{FEFF}{}", .malformed),
        (String(repeating: "[", count: 100_000), .malformed), ("{\"events\":null}", .invalid),
    ])
    func wrongBodies(_ body: String, _ code: Problem.Code) {
        let problem = #expect(throws: Problem.self) { try EventRequest.read(Array(body.utf8)) }
        #expect(problem?.code == code)
    }

    @Test func tooManyEvents() {
        let body = EventRequest.body(Array(repeating: Event(fact: .retry(.jid(1))), count: 10001))
        let problem = #expect(throws: Problem.self) { try EventRequest.read(body) }
        #expect(problem?.code == .tooLarge)
    }

    @Test func aLargeEventIsRefusedAndItsNeighbourTaken() throws {
        let large = Event(
            fact: .outcome(
                .key("k"), Outcome(status: .failed, stderr: String(repeating: "x", count: ProtocolLimits.event))))
        let read = try EventRequest.read(EventRequest.body([large, Self.running]))
        guard case .unreadable(let kept, let problem) = read[0].fact else {
            Issue.record("it was taken")
            return
        }
        #expect(problem.code == .tooLarge)
        #expect(kept.text.utf8.count < 2 * ProtocolLimits.stderr)
        #expect(read[1] == Self.running)
    }

    // The HTTP status is an error only if every event was refused.
    @Test func statusOfAnAnswer() {
        let recorded = EventResult(outcome: .recorded)
        func refused(_ code: Problem.Code) -> EventResult {
            EventResult(outcome: .refused, problem: Problem(code, "no"))
        }
        #expect(EventAnswer.status([]) == 200)
        #expect(EventAnswer.status([recorded, EventResult(outcome: .early), EventResult(outcome: .repeat)]) == 200)
        #expect(EventAnswer.status([recorded, refused(.contradiction)]) == 200)
        #expect(EventAnswer.status([refused(.contradiction)]) == 409)
        #expect(EventAnswer.status([refused(.notFound), refused(.notFound)]) == 404)
        #expect(EventAnswer.status([refused(.invalid), refused(.notFound)]) == 422)
    }

    @Test func answerReadsBack() throws {
        let results = [EventResult(outcome: .refused, problem: Problem(.notFound, "no", hint: "h"))]
        let body = EventAnswer.body(results)
        #expect(try EventAnswer.read(body) == results)
        // The same body is an error body too.
        #expect(try Problem(JSON(parsing: body)) == Problem(.notFound, "no", hint: "h"))
        #expect(try EventAnswer.read(Problem(.unavailable, "busy").json.bytes) == nil)
        #expect(throws: FieldError.self) { try EventAnswer.read(Array("<html>".utf8)) }
    }

    @Test func actionsBecomeEvents() throws {
        for action in ActionRequest.Action.allCases {
            let request = ActionRequest(action: action, jid: 5)
            #expect(try ActionRequest(request.json) == request)
            let fact: Fact =
                switch action {
                case .retry: .retry(.jid(5))
                case .cancel: .cancel(.jid(5))
                case .forget: .forget(.jid(5))
                }
            #expect(request.events(at: nil) == [Event(fact: fact)])
        }
        let many = ActionRequest(
            action: .retry,
            groups: [
                .init(JobNumbers(ranges: [3...5, 9...9]), resources: ["memory": 4096]), .init(JobNumbers([7])),
            ], request: "r")
        #expect(try ActionRequest(many.json) == many)
        #expect(many.events(at: nil).map(\.identity?.seq) == [1, 2, 3, 4, 5])
        #expect(many.events(at: nil)[3].fact == .retry(.jid(9), resources: ["memory": 4096]))
        #expect(try ActionRequest(["action": "cancel", "jids": [1, [3, 4]]]).jobs.all == [1, 3, 4])
        for wrong in [
            ["action": "cancel", "jids": [[4, 3]]], ["action": "cancel", "jids": []],
            ["action": "cancel", "jids": [[1, 99_999_999]]],
            ["action": "forget", "jid": 1, "resources": ["memory": 1]],
        ] as [JSON] {
            #expect(throws: FieldError.self) { try ActionRequest(wrong) }
        }
        #expect(throws: FieldError.self) { try ActionRequest(["action": "explode", "jid": 1]) }
        #expect(throws: FieldError.self) { try ActionRequest(["action": "retry", "jid": 0]) }
        #expect(throws: FieldError.self) { try ActionRequest(["action": "retry", "jid": "1"]) }
    }

    @Test func queryLimitsOnlyShrink() throws {
        let request = try QueryRequest(["sql": "select 1", "rows": 1_000_000_000, "seconds": .double(1e9)])
        #expect(request.limits == QueryLimits())
        #expect(
            try QueryRequest(["sql": "x", "rows": 5, "seconds": .double(0.5)]).limits
                == QueryLimits(rows: 5, seconds: 0.5))
        #expect(throws: FieldError.self) { try QueryRequest([:]) }
    }

    @Test func filterReadsBack() throws {
        let filter = JobFilter(
            statuses: [.failed, .queued], queue: "a&b=c d+é%", name: "",
            params: [.init(name: "x", value: "=1&"), .init(name: "y", value: "")],
            jids: [1, 1 << 40], doubtful: true)
        var query = QueryString()
        filter.append(to: &query)
        Page(after: 7, limit: 10000).append(to: &query)
        #expect(query.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        let read = try QueryString(parsing: query.text.dropFirst())
        #expect(read == query)
        #expect(try JobFilter(read) == filter)
        #expect(try Page(read) == Page(after: 7, limit: 10000))
    }

    @Test(arguments: [
        "status=nap", "doubtful=maybe", "param=x", "param==1", "jid=0", "jid=x", "jid=99999999999999999999",
        "queue=a&queue=b",
        "limit=0", "limit=10001", "after=-1", "after=x", "queue=%", "queue=%f", "queue=%zz", "queue=%ff", "name=%+1",
    ])
    func wrongFilters(_ text: String) {
        #expect(throws: Problem.self) {
            let query = try QueryString(parsing: text)
            _ = try JobFilter(query)
            _ = try Page(query)
        }
    }

    @Test func misspeltFiltersAreRefused() throws {
        let query = try QueryString(parsing: "state=failed")
        #expect(throws: Problem.self) { try query.allow("status") }
        #expect(try JobFilter(QueryString(parsing: "status=failed,complete")).statuses == [.failed, .complete])
    }

    @Test func endpointsAreFound() {
        for endpoint in Endpoint.allCases {
            let id: Int64? = endpoint.template.contains("{") ? 12 : nil
            #expect(
                Endpoint.match(method: endpoint.method, path: endpoint.path(id: id)) == .found(endpoint, id: id))
        }
        #expect(Endpoint.match(method: "DELETE", path: "/v1/events") == .wrongMethod(allowed: ["POST", "GET"]))
        #expect(Endpoint.match(method: "POST", path: "/v1/jobs/3") == .wrongMethod(allowed: ["GET"]))
        for path in [
            "", "/", "/v1/jobs/", "/v1/jobs/x", "/v1/jobs/0", "/v1/jobs/-1", "/v1/jobs/1/2", "/v1/jobs/+1",
            "/v1/jobs/007", "/v1/jobs/{jid}x", "/v1/summary/1",
        ] {
            #expect(Endpoint.match(method: "GET", path: path) == .unknown, "\(path)")
        }
    }
}
