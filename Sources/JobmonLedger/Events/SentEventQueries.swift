import JobmonCore

/// Events as they were sent, also those that are stored without their text: these are put together from their rows.
struct SentEventQueries {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// The texts of events after a sequence number, oldest first, at most `limit`.
    func events(after sequence: Int64, limit: Int) throws(SQLiteFailure) -> [SentEvent] {
        let whole = try connection.prepare("SELECT seq, body FROM event_whole WHERE seq > ? ORDER BY seq LIMIT ?")
            .put(sequence).put(max(0, limit)).all { SentEvent(sequence: $0.int(), text: $0.text()) }
        let brief = try connection.prepare("\(Self.brief) WHERE b.seq > ? ORDER BY b.seq LIMIT ?")
            .put(sequence).put(max(0, limit)).all { SentEvent(&$0) }
        return Array((whole + brief).sorted { $0.sequence < $1.sequence }.prefix(max(0, limit)))
    }

    /// One row for each brief event, read by `SentEvent.init`.
    static let brief = """
        SELECT b.seq, b.kind, b.said, d.recorded_time + b.time, b.rest,
            (SELECT name FROM event_sender s WHERE s.id = d.sender), d.sender_seq + (b.seq - d.seq),
            b.jid, j.queue, j.job_key, j.forgotten IS NOT NULL,
            j.name, iif(f.jid IS NULL, j.runfile, f.runfile), iif(f.jid IS NULL, j.args, f.args), j.params,
            iif(f.jid IS NULL, j.cwd, f.cwd), iif(f.jid IS NULL, j.env, f.env), iif(f.jid IS NULL, j.shell, f.shell),
            iif(f.jid IS NULL, j.timeout, f.timeout), iif(f.jid IS NULL, j.resources, f.resources),
            b.job_instance_id, i.instance_key, i.executor, i.executor_id, i.requested_slots, i.requested_memory,
            i.requested_runtime, i.host, i.boot_id, i.scheduler_queue, i.allocated,
            i.exit_code, i.oom_kills, i.doubt, \(Usage.columns.map { "i.\($0)" }.joined(separator: ", "))
        FROM event_brief b
            CROSS JOIN event_delivery d ON d.seq = (SELECT max(x.seq) FROM event_delivery x WHERE x.seq <= b.seq)
            CROSS JOIN job j ON j.jid = b.jid
            LEFT JOIN job_first f ON f.jid = b.jid
            LEFT JOIN job_instance i ON i.job_instance_id = b.job_instance_id
        """
}

extension SentEvent {
    /// From a row of `SentEventQueries.brief`.
    init(_ row: inout Row) {
        let sequence = row.int()
        let kind = BriefEvent.Kind(rawValue: Int(row.int()))
        let said = Said(rawValue: Int(row.int()))
        let time = Timestamp(milliseconds: row.int())
        let rest = row.optionalObject() ?? [:]
        let sender = row.optionalText()
        let number = row.optionalInt()
        let job = BriefJob(&row, rest)
        let instance = BriefInstance(&row, rest)
        let fact: Fact =
            switch kind {
            case .job: .job(job.byKey, job.description(said))
            case .submitted: instance.submitted(said, rest, job)
            case .running: .running(instance.reference(said), instance.start(said))
            case .process:
                .process(instance.reference(said), instance.process ?? ProcessIdentity(pid: 0))
            case .complete, nil: .outcome(instance.reference(said), instance.outcome(said))
            }
        var identity: EventIdentity?
        if let sender, let number { identity = EventIdentity(sender: sender, seq: number) }
        var text: [UInt8] = []
        Event(identity: identity, time: said.contains(.time) ? time : nil, fact: fact).write(to: &text)
        self.init(sequence: sequence, text: String(decoding: text, as: UTF8.self))
    }
}

/// What the row of a job has of an event.
private struct BriefJob {
    let jid: Int64
    let queue: String?
    let key: String?
    private var described: JobDescription

    init(_ row: inout Row, _ rest: JSONObject) {
        jid = row.int()
        queue = row.optionalText()
        let stored = row.optionalText()
        // A forgotten job gave its key free. By bytes: the key may begin with what belongs to the letter before it.
        let mark = row.bool() ? "forgotten:\(jid):".utf8.count : 0
        key = stored.map { mark == 0 ? $0 : String(decoding: $0.utf8.dropFirst(mark), as: UTF8.self) }
        described = JobDescription(
            name: row.text(), runfile: row.text(), args: Self.strings(row.json()), params: row.object(),
            cwd: row.optionalText(), env: row.object(), shell: row.bool(), timeout: row.optionalDouble(),
            resources: row.object())
        if let attempts = rest["max_attempts"]?.integer { described.maxAttempts = Int(attempts) }
    }

    var byKey: JobReference { .key(queue: queue ?? "", key: key ?? "") }

    func description(_ said: Said) -> JobDescription {
        var description = described
        if !said.contains(.name) { description.name = nil }
        return description
    }

    private static func strings(_ json: JSON) -> [String] {
        guard case .array(let values) = json else { return [] }
        return values.map(\.plainText)
    }
}

/// What the row of an instance has of an event; all of it is nil for an event about a job alone.
private struct BriefInstance {
    let id: Int64?
    let key: String?
    let executor: String?
    let executorID: String?
    let requested: RequestedResources
    let host: String?
    let bootID: String?
    let place: ClusterPlace
    let process: ProcessIdentity?
    let exitCode: Int?
    let oomKills: Int?
    let doubt: String?
    let usage: Usage

    init(_ row: inout Row, _ rest: JSONObject) {
        id = row.optionalInt()
        key = row.optionalText()
        executor = row.optionalText()
        executorID = row.optionalText()
        requested = RequestedResources(
            slots: row.optionalInt().map { Int($0) }, memory: row.optionalInt(), runtime: row.optionalDouble())
        host = row.optionalText()
        bootID = row.optionalText()
        place = ClusterPlace(queue: row.optionalText(), allocated: row.optionalObject() ?? [:])
        process = rest["pid"]?.integer.map {
            ProcessIdentity(pid: Int32(truncatingIfNeeded: $0), started: rest["pid_started"]?.integer)
        }
        exitCode = row.optionalInt().map { Int($0) }
        oomKills = row.optionalInt().map { Int($0) }
        doubt = row.optionalText()
        usage = Usage(&row)
    }

    func reference(_ said: Said) -> InstanceReference {
        guard let key, !said.contains(.instanceID) else { return .id(id ?? 0) }
        return .key(key)
    }

    func submitted(_ said: Said, _ rest: JSONObject, _ job: BriefJob) -> Fact {
        func text(_ name: String) -> String? { if case .string(let text)? = rest[name] { text } else { nil } }
        var submission = Submission(
            executor: executor ?? "", executorID: said.contains(.executorID) ? executorID : nil,
            stdoutPath: text("stdout_path"), stderrPath: text("stderr_path"), requested: requested)
        if said.contains(.jid) { submission.job = .jid(job.jid) }
        if said.contains(.jobKey) { submission.job = job.byKey }
        if said.contains(.description) { submission.description = job.description(said) }
        return .submitted(key.map { .key($0) }, submission)
    }

    func start(_ said: Said) -> Start {
        Start(
            host: said.contains(.host) ? host : nil, bootID: said.contains(.bootID) ? bootID : nil,
            executorID: said.contains(.executorID) ? executorID : nil,
            process: process, place: said.contains(.place) ? place : nil)
    }

    func outcome(_ said: Said) -> Outcome {
        var usage = usage
        if !said.contains(.wallclock) { usage.wallclock = nil }
        return Outcome(
            status: .complete, evidence: Evidence(exitCode: exitCode, oomKills: oomKills),
            process: process, usage: usage, doubt: doubt,
            stdoutEmpty: said.contains(.stdoutEmpty), stderrEmpty: said.contains(.stderrEmpty))
    }
}
