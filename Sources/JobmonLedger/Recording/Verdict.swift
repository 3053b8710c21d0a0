import JobmonCore

/// What was decided about an event, and done.
struct Verdict {
    /// An instance and a job by their keys, as far as an event has to do with them.
    struct Subject {
        var instanceKey: String?
        var queue: String?
        var jobKey: String?
    }

    var outcome: EventResult.Outcome
    var problem: Problem?
    var changed = false
    var jid: Int64?
    var queue: String?
    var jobKey: String?
    var instanceID: Int64?
    var instanceKey: String?
    /// The instance's status after it.
    var status: Status?
    /// The job's status after it.
    var jobStatus: Status?
    var cause: Cause?
    /// The headline of the error that it made.
    var error: String?
    /// The group of errors that it is about.
    var group: Int64?
    /// What was changed of how a queue runs.
    var setting: QueueSetting?
    /// What an early event waits for.
    var awaited: Subject?
    /// What the event made, for which others may have waited.
    var created: Subject?
    /// What is stored of the event where the rows have what it said; nil: it is stored whole.
    var brief: BriefEvent?

    init(_ outcome: EventResult.Outcome) { self.outcome = outcome }

    init(refused problem: Problem) {
        outcome = .refused
        self.problem = problem
    }

    init(awaiting subject: Subject) {
        outcome = .early
        awaited = subject
    }

    /// About a job: what it changed, or that it changed nothing.
    init(_ job: JobState, changed: Bool) {
        outcome = changed ? .recorded : .repeat
        self.changed = changed
        about(job)
    }

    /// About an instance and its job: what it changed, or that it changed nothing.
    init(_ instance: InstanceState, changed: Bool) {
        self.init(instance.job, changed: changed)
        about(instance)
    }

    /// About a group of errors: that it was changed, or that nothing changed.
    init(group: Int64, changed: Bool) {
        outcome = changed ? .recorded : .repeat
        self.changed = changed
        self.group = group
    }

    /// Refused, but about a known job.
    init(_ job: JobState, refused problem: Problem) {
        self.init(refused: problem)
        about(job)
    }

    /// Refused, but about a known instance.
    init(_ instance: InstanceState, refused problem: Problem) {
        self.init(instance.job, refused: problem)
        about(instance)
    }

    private mutating func about(_ job: JobState) {
        jid = job.jid
        queue = job.queue
        jobKey = job.key
        jobStatus = job.status
    }

    private mutating func about(_ instance: InstanceState) {
        instanceID = instance.id
        instanceKey = instance.key
        status = instance.status
        cause = instance.cause
    }

    func change(_ sequence: Int64, _ kind: String, _ time: Timestamp) -> Change {
        Change(
            sequence: sequence, kind: kind, time: time, jid: jid, queue: queue, jobKey: jobKey,
            jobInstanceID: instanceID, instanceKey: instanceKey, status: status, jobStatus: jobStatus, cause: cause,
            error: error, group: group, setting: setting)
    }

    func result(_ sequence: Int64) -> EventResult {
        EventResult(outcome: outcome, jid: jid, jobInstanceID: instanceID, problem: problem, sequence: sequence)
    }
}

extension Problem {
    /// As it stands in the row of a refused event.
    var stored: String {
        var object = JSONObject()
        object.append("code", .string(code.rawValue))
        object.append("message", .string(message))
        object.append("hint", ifPresent: hint.map { .string($0) })
        return JSON.object(object).text
    }

    init(stored text: String) {
        guard case .object(let object)? = try? JSON(parsing: text), case .string(let code)? = object["code"],
            case .string(let message)? = object["message"]
        else {
            self.init(.internalError, text)
            return
        }
        var hint: String?
        if case .string(let said)? = object["hint"] { hint = said }
        self.init(Code(rawValue: code) ?? .internalError, message, hint: hint)
    }
}
