import JobmonCore

/// An event that is stored without its text, because rows have what it said: what is stored of it beside them.
///
/// Whoever makes one vouches that each member which it says was said is in its row as it was said, and stays there: in a
/// column that nothing changes once it has a value, or in one whose first value is kept (`job_first`).
struct BriefEvent {
    /// As stored.
    enum Kind: Int, CaseIterable {
        case job = 1
        case submitted, running, process, complete
    }

    var kind: Kind
    var said: Said
    /// Members that no row has, under their names in the event.
    var rest = JSONObject()

    /// Times that SQLite can write as text: from 1970 to 9999.
    static let times = Timestamp(milliseconds: 0)...Timestamp(milliseconds: 253_402_300_799_999)

    init(_ kind: Kind, _ said: Said) {
        self.kind = kind
        self.said = said
    }
}

/// Which members an event had. As stored: a number in use is never given to another member.
struct Said: OptionSet {
    let rawValue: Int

    // Of every kind.
    static let time = Said(rawValue: 1)
    /// The instance by its number, not by its key.
    static let instanceID = Said(rawValue: 2)

    // Of `job` and `submitted`.
    static let name = Said(rawValue: 4)
    /// The job that the instance is an attempt at, by its number or by its key; neither: a new one without a queue.
    static let jid = Said(rawValue: 8)
    static let jobKey = Said(rawValue: 16)
    /// A description of the job, which it made.
    static let description = Said(rawValue: 32)

    // Of `submitted` and `running`.
    static let executorID = Said(rawValue: 64)

    // Of `running`.
    static let host = Said(rawValue: 4)
    static let bootID = Said(rawValue: 8)
    static let place = Said(rawValue: 16)

    // Of `complete`.
    static let wallclock = Said(rawValue: 4)
    static let stdoutEmpty = Said(rawValue: 8)
    static let stderrEmpty = Said(rawValue: 16)
}

// MARK: - Which events are brief

extension BriefEvent {
    /// A job that was made of a description.
    init?(job description: JobDescription) {
        self.init(.job, [])
        guard describes(description) else { return nil }
    }

    /// An instance that was made, and its job where `makesJob`.
    init?(_ reference: InstanceReference?, _ submission: Submission, makesJob: Bool) {
        self.init(.submitted, [])
        guard submission.continues == nil, (submission.description != nil) == makesJob,
            Self.keeps(submission.requested.runtime)
        else { return nil }
        // It has a number only once it is made.
        if case .id? = reference { return nil }
        if let description = submission.description {
            guard describes(description) else { return nil }
            said.insert(.description)
        }
        switch submission.job {
        case .jid?: said.insert(.jid)
        case .key?: said.insert(.jobKey)
        case nil: break
        }
        if submission.executorID != nil { said.insert(.executorID) }
        // A file that was empty is taken away, and its path out of the row.
        rest.append("stdout_path", ifPresent: submission.stdoutPath.map { .string($0) })
        rest.append("stderr_path", ifPresent: submission.stderrPath.map { .string($0) })
    }

    /// A start. - Parameter isKept: what it said is in the instance's row, and was put there first by it or said equally
    /// before.
    init?(_ reference: InstanceReference, _ start: Start, isKept: Bool) {
        self.init(.running, reference)
        // No row has the wrapper.
        guard isKept, start.wrapper == nil else { return nil }
        if start.host != nil { said.insert(.host) }
        if start.bootID != nil { said.insert(.bootID) }
        if start.executorID != nil { said.insert(.executorID) }
        name(start.process)
        if start.place != nil { said.insert(.place) }
    }

    /// The process of an instance.
    init(_ reference: InstanceReference, _ process: ProcessIdentity) {
        self.init(.process, reference)
        name(process)
    }

    /// A complete instance.
    init?(_ reference: InstanceReference, _ outcome: Outcome) {
        self.init(.complete, reference)
        guard outcome.status == .complete, outcome.cause == nil,
            outcome.evidence.signal == nil, outcome.evidence.remarks == nil, outcome.stderr == nil,
            outcome.stdout == nil, outcome.log == nil, outcome.description == nil, outcome.traceback == nil,
            !outcome.returnsAttempt, Self.keeps(outcome.usage.wallclock), Self.keeps(outcome.usage.cpu)
        else { return nil }
        name(outcome.process)
        if outcome.usage.wallclock != nil { said.insert(.wallclock) }
        if outcome.stdoutEmpty { said.insert(.stdoutEmpty) }
        if outcome.stderrEmpty { said.insert(.stderrEmpty) }
    }

    private init(_ kind: Kind, _ reference: InstanceReference) {
        self.init(kind, [])
        if case .id = reference { said.insert(.instanceID) }
    }

    /// A later event may name another process.
    private mutating func name(_ process: ProcessIdentity?) {
        guard let process else { return }
        rest.append("pid", .int(Int64(process.pid)))
        rest.append("pid_started", ifPresent: process.started.map { .int($0) })
    }

    /// Whether the row of a job that is made of this has it.
    private mutating func describes(_ description: JobDescription) -> Bool {
        guard description.maxAttempts >= 1, Self.keeps(description.timeout) else { return false }
        if description.name != nil { said.insert(.name) }
        // A retry gives a job more attempts.
        if description.maxAttempts != 1 { rest.append("max_attempts", .int(Int64(description.maxAttempts))) }
        return true
    }

    /// Whether SQLite gives a number back to the bit: it has no NaN, and no zero below zero.
    private static func keeps(_ number: Double?) -> Bool {
        guard let number else { return true }
        return number.isFinite && !(number == 0 && number.sign == .minus)
    }
}
