package import JobmonCore
import JobmonReporting
package import JobmonWire
import Synchronization

/// The connection to a directory's monitor over HTTP.
///
/// It reads the monitor's address from its file and keeps its connections open. If the monitor does not answer, or is
/// another one by now, it reads the file again and retries until its patience ends. Every wait is bounded.
package final class RemoteConnection: MonitorConnection {
    let layout: DirectoryLayout
    let patience: Double
    let time: TimeSource
    /// What the monitor's file said; nil: it must be read (again).
    let info: Mutex<MonitorInfo?>
    private let timeout: Double
    /// Maximum seconds of an action, which may be on a million jobs.
    private static let longest = 600.0
    /// Maximum bytes of an answer.
    private static let largest = 1 << 30
    /// Identifies users' events (retry, cancel) that are sent twice.
    private let sender = makeUUID()
    private let seq = Mutex<Int64>(0)

    /// Shared by all connections and never closed: idle connections close by themselves.
    private static let requester = HTTPRequester()

    /// - Parameters:
    ///   - patience: seconds for which a monitor that does not answer is tried again; 0: try once.
    ///   - timeout: maximum seconds for one answer.
    package init(layout: DirectoryLayout, patience: Double = 10, timeout: Double = 60, time: TimeSource = .system) {
        self.layout = layout
        self.patience = patience
        self.timeout = timeout
        self.time = time
        info = Mutex(nil)
    }

    // MARK: - MonitorConnection

    package func record(_ events: [Event]) async throws(Problem) -> [EventResult] {
        var results: [EventResult] = []
        results.reserveCapacity(events.count)
        let marked = events.map(identified)
        for body in Self.bodies(marked) {
            let answer = try await call(.recordEvents, body: body.bytes, acceptResults: true)
            let read: [EventResult]?
            do throws(FieldError) { read = try EventAnswer.read(answer) } catch { throw Self.notOurs(error) }
            guard let read, read.count == body.count else {
                throw Problem(.internalError, "the monitor did not answer for every event")
            }
            results += read
        }
        return results
    }

    package func follow(after sequence: Int64?) async throws(Problem) -> AsyncThrowingStream<[Change], any Error> {
        var query = QueryString()
        if let sequence { query.append("after", String(sequence)) }
        let path = Endpoint.followEvents.path() + query.text
        let subscription = try await retrying { (info) throws(CallError) in
            try await Self.subscribe(path, info)
        }
        return AsyncThrowingStream { try await subscription.next() }
    }

    /// Asks the monitor to stop in order. It may still be there for a moment when this returns.
    package func stopMonitor() async throws(Problem) { _ = try await call(.stop, body: Array("{}".utf8)) }

    /// Asks for a link to the page, and makes its address.
    /// - Parameter share: seconds for which the link can be used, for looking only; nil: a link for once, at once.
    /// - Throws: `.unavailable` if no monitor answers; `.notFound` if it is of a version that has no page.
    package func pageAddress(share: Double?) async throws(Problem) -> (address: String, expires: Timestamp) {
        let body = try await call(.links, body: PageLinkRequest(share: share).json.bytes)
        let link = try decode(body) { (json) throws(FieldError) in try PageLink(json) }
        guard let info = MonitorInfo.read(layout) else {
            throw Problem(.unavailable, "the monitor of \(layout.root) has just ended", hint: "try again")
        }
        return (link.address(host: info.address, port: info.port), link.expires)
    }

    /// Whether the monitor answers, and is the one that the file names: it knows the file's secret.
    package func isAlive(within seconds: Double) async -> Bool {
        guard let current = MonitorInfo.read(layout) else { return false }
        let request = Self.request(
            Endpoint.summary.method, path: Endpoint.summary.path(), current, accept: WireNames.json)
        do throws(CallError) {
            return try await Self.answer(to: request, seconds: seconds).status == 200
        } catch {
            return false
        }
    }

    // MARK: - LedgerReading

    package func jobs(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<JobRecord> {
        try await read(.jobs, query: Self.query(filter, page)) { (json) throws(FieldError) in
            try Paged(json, "jobs") { (item) throws(FieldError) in try JobRecord(item) }
        }
    }

    package func numbers(_ filter: JobFilter) async throws(Problem) -> [Int64] {
        var query = QueryString()
        filter.append(to: &query)
        return try await read(.numbers, query: query) { (json) throws(FieldError) in
            let fields = try JSONFields(json, named: "the answer")
            guard let numbers = JobNumbers(try fields.array("jids") ?? []) else {
                throw fields.failure("jids", "must contain numbers of jobs")
            }
            return numbers.all
        }
    }

    /// Records a user's action on jobs, in one request.
    /// - Throws: why no part of it was done.
    package func act(_ action: ActionRequest) async throws(Problem) -> ActionAnswer {
        var action = action
        // A request without an answer is sent again; its identity prevents doing it twice.
        action.request = action.request ?? makeUUID()
        let body = try await call(.actions, body: action.json.bytes, acceptResults: true, seconds: Self.longest)
        guard action.jobs.count > 1 else {
            let results: [EventResult]?
            do throws(FieldError) {
                results = try EventAnswer.read(body)
            } catch {
                throw Self.notOurs(error)
            }
            guard let results else { throw Self.notOurs(FieldError("results", "is missing")) }
            return ActionAnswer(results, of: action.events(at: nil))
        }
        return try decode(body) { (json) throws(FieldError) in try ActionAnswer(json) }
    }

    package func job(_ jid: Int64) async throws(Problem) -> JobRecord {
        try await read(.job, id: jid) { (json) throws(FieldError) in try JobRecord(json) }
    }

    package func instance(_ id: Int64) async throws(Problem) -> InstanceRecord {
        try await read(.instance, id: id) { (json) throws(FieldError) in try InstanceRecord(json) }
    }

    package func instance(key: String) async throws(Problem) -> InstanceRecord? {
        var query = QueryString()
        query.append("key", key)
        return try await read(.instances, query: query) { (json) throws(FieldError) in
            try Paged(json, "instances") { (item) throws(FieldError) in try InstanceRecord(item) }.items.first
        }
    }

    package func errors(_ filter: JobFilter, page: Page) async throws(Problem) -> Paged<ErrorRecord> {
        try await read(.errors, query: Self.query(filter, page)) { (json) throws(FieldError) in
            try Paged(json, "errors") { (item) throws(FieldError) in try ErrorRecord(item) }
        }
    }

    package func summary(queue: String?) async throws(Problem) -> Summary {
        var query = QueryString()
        if let queue { query.append("queue", queue) }
        return try await read(.summary, query: query) { (json) throws(FieldError) in try Summary(json) }
    }

    package func query(_ sql: String, limits: QueryLimits) async throws(Problem) -> QueryResult {
        let body = QueryRequest(sql: sql, limits: limits).json.bytes
        return try decode(try await call(.query, body: body)) { (json) throws(FieldError) in try QueryResult(json) }
    }

    package func changes(after sequence: Int64, limit: Int) async throws(Problem) -> [Change] {
        var changes: [Change] = []
        var after = sequence
        while changes.count < limit {
            var query = QueryString()
            Page(after: after, limit: limit - changes.count).append(to: &query)
            let page = try await read(.followEvents, query: query) { (json) throws(FieldError) in
                try Paged(json, "changes") { (item) throws(FieldError) in try Change(item) }
            }
            changes += page.items
            guard let next = page.next else { break }
            after = next
        }
        return changes
    }

    // MARK: - Requests

    private func read<Message>(
        _ endpoint: Endpoint, id: Int64? = nil, query: QueryString = QueryString(),
        _ message: (JSON) throws(FieldError) -> Message
    ) async throws(Problem) -> Message {
        try decode(try await call(endpoint, id: id, query: query), message)
    }

    private func decode<Message>(
        _ body: [UInt8], _ message: (JSON) throws(FieldError) -> Message
    ) throws(Problem) -> Message {
        let json: JSON
        do throws(JSONSyntaxError) {
            json = try JSON(parsing: body)
        } catch {
            throw Self.notOurs(FieldError("the answer", "is \(error)"))
        }
        do throws(FieldError) { return try message(json) } catch { throw Self.notOurs(error) }
    }

    /// Sends one request, and returns the body of its answer.
    /// - Parameter acceptResults: an answer with an error status is not an error if it has a result for each event.
    private func call(
        _ endpoint: Endpoint, id: Int64? = nil, query: QueryString = QueryString(), body: [UInt8]? = nil,
        acceptResults: Bool = false, seconds: Double? = nil
    ) async throws(Problem) -> [UInt8] {
        try await call(
            endpoint.method, path: endpoint.path(id: id) + query.text, body: body, acceptResults: acceptResults,
            seconds: seconds)
    }

    /// - Parameter path: with the query.
    func call(
        _ method: String, path: String, body: [UInt8]? = nil, acceptResults: Bool = false, seconds: Double? = nil
    ) async throws(Problem) -> [UInt8] {
        try await retrying { (info) throws(CallError) in
            var request = Self.request(method, path: path, info, accept: WireNames.json)
            if let body {
                request.headers.append(("Content-Type", WireNames.json))
                request.body = body
            }
            let (status, answer) = try await Self.answer(to: request, seconds: seconds ?? timeout)
            if status == 200 { return answer }
            if acceptResults, [404, 409, 413, 422].contains(status), Self.hasResults(answer) { return answer }
            throw Self.failure(status, answer)
        }
    }

    private static func request(
        _ method: String, path: String, _ info: MonitorInfo, accept: String
    ) -> HTTPRequest {
        HTTPRequest(
            address: HTTPAddress(host: info.address, port: info.port), method: method, target: path,
            headers: [("Authorization", "Bearer \(info.secret)"), ("Accept", accept)])
    }

    private static func answer(
        to request: HTTPRequest, seconds: Double
    ) async throws(CallError) -> (status: Int, body: [UInt8]) {
        do {
            return try await requester.answer(to: request, within: seconds, upTo: largest)
        } catch {
            throw away(error)
        }
    }

    private static func subscribe(_ path: String, _ info: MonitorInfo) async throws(CallError) -> Subscription {
        let request = Self.request(Endpoint.followEvents.method, path: path, info, accept: WireNames.eventStream)
        do {
            let answer = try await requester.stream(request, within: 30)
            if answer.status == 200 { return try await Subscription.start(answer.body) }
            throw failure(answer.status, try await answer.body.collect(upTo: 1 << 20))
        } catch let error as CallError {
            throw error
        } catch {
            throw away(error)
        }
    }

    private static func hasResults(_ body: [UInt8]) -> Bool {
        do { return try EventAnswer.read(body) != nil } catch { return false }
    }

    private static func query(_ filter: JobFilter, _ page: Page) -> QueryString {
        var query = QueryString()
        filter.append(to: &query)
        page.append(to: &query)
        return query
    }

    private func identified(_ event: Event) -> Event {
        guard event.identity == nil else { return event }
        var event = event
        event.identity = EventIdentity(
            sender: sender,
            seq: seq.withLock {
                $0 += 1
                return $0
            })
        return event
    }

    /// The bodies of as few requests as the limits allow.
    private static func bodies(_ events: [Event]) -> [(bytes: [UInt8], count: Int)] {
        let whole = EventRequest.body(events)
        guard whole.count > ProtocolLimits.request || events.count > ProtocolLimits.eventsPerRequest, events.count > 1
        else {
            return events.isEmpty ? [] : [(whole, events.count)]
        }
        let middle = events.count / 2
        return bodies(Array(events[..<middle])) + bodies(Array(events[middle...]))
    }

    private static func notOurs(_ error: FieldError) -> Problem {
        Problem(
            .internalError, "the answer of the monitor is invalid: \(error)",
            hint: "check that both are the same version of jobmon")
    }
}
