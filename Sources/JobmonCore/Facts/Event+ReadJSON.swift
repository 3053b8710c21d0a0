extension Event {
    /// Reads an event from its form in a request or a spool file.
    /// - Throws: a `FieldError` that names the invalid member.
    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "event")
        let sender = try fields.string("sender")
        let seq = try fields.int("seq", atLeast: 0)
        switch (sender, seq) {
        case (let sender?, let seq?):
            guard !sender.isEmpty, sender.utf8.count <= 128 else {
                throw fields.failure("sender", "must have 1 to 128 bytes")
            }
            identity = EventIdentity(sender: sender, seq: seq)
        case (nil, nil): identity = nil
        case (nil, _): throw fields.failure("sender", "is missing, but there is a \"seq\"")
        case (_, nil): throw fields.failure("seq", "is missing, but there is a \"sender\"")
        }
        time = try fields.timestamp("time")

        let kind = try fields.required("kind", try fields.string("kind"))
        switch kind {
        case "job":
            let job = try JobReference(fields, required: true)
            guard let job, let description = try fields.fields("job") else { throw fields.failure("job", "is missing") }
            if case .jid = job { throw fields.failure("job_key", "is missing: a job is queued by queue and job_key") }
            fact = .job(job, try JobDescription(description))
        case "submitted": fact = .submitted(try InstanceReference(fields), try Submission(fields))
        case "running": fact = .running(try InstanceReference(required: fields), try Start(fields))
        case "process":
            let process = try fields.required("pid", try ProcessIdentity(fields))
            fact = .process(try InstanceReference(required: fields), process)
        case "complete", "failed", "cancelled", "unknown":
            guard let status = Status(label: kind) else { throw fields.failure("kind", "is unknown") }
            fact = .outcome(try InstanceReference(required: fields), try Outcome(fields, status: status))
        case "error":
            let description = try fields.required("description", try fields.string("description"))
            fact = .error(
                try InstanceReference(required: fields),
                JobError(description, traceback: try fields.fields("traceback")?.object))
        case "heartbeat":
            let listed = try fields.required("instances", try fields.array("instances"))
            var instances: [InstanceReference] = []
            for (index, item) in listed.enumerated() {
                guard case .object(let object) = item else {
                    throw fields.failure("instances[\(index)]", "must be an object, not \(item.typeName)")
                }
                instances.append(
                    try InstanceReference(required: JSONFields(object, prefix: fields.path("instances[\(index)]"))))
            }
            fact = .heartbeat(instances)
        case "retry", "cancel", "blocked", "forget":
            guard let job = try JobReference(fields, required: true) else { throw fields.failure("jid", "is missing") }
            switch kind {
            case "retry": fact = .retry(job, resources: try fields.fields("resources")?.object ?? [:])
            case "cancel": fact = .cancel(job)
            case "blocked": fact = .blocked(job, by: try fields.int("by", atLeast: 1))
            default: fact = .forget(job)
            }
        case "run":
            fact = .run(
                queue: try fields.queue(try fields.required("queue", try fields.string("queue"))),
                relaunch: try fields.value("relaunch").map { (json) throws(FieldError) in try RelaunchRules(json) })
        case "set":
            let changes = try fields.required("setting", try fields.fields("setting"))
            fact = .set(
                queue: try fields.queue(try fields.required("queue", try fields.string("queue"))),
                try QueueSetting(changes))
        case "mute", "unmute", "note", "merge":
            let group = try fields.required("group", try fields.int("group", atLeast: 1))
            fact = .group(group, try GroupChange(fields, kind: kind))
        default:
            throw fields.failure(
                "kind",
                "must be one of job, submitted, running, process, complete, failed, cancelled, unknown, error, "
                    + "heartbeat, retry, cancel, blocked, forget, run, set, mute, unmute, note, merge, not \"\(kind.prefix(40))\""
            )
        }
    }
}

extension Event {
    /// An event for JSON that cannot be read as an event. It is kept as evidence: whole, or its beginning if it is too
    /// large. It has an identity if the identity can be read.
    package init(unreadable said: JSON, _ problem: Problem) {
        var text: [UInt8] = []
        said.write(to: &text)
        let kept =
            text.count <= ProtocolLimits.event
            ? said : .string(String(decoding: text.prefix(ProtocolLimits.stderr), as: UTF8.self))
        fact = .unreadable(kept, problem)
        guard case .object(let object) = said, case .string(let sender)? = object["sender"],
            case .int(let seq)? = object["seq"], !sender.isEmpty, sender.utf8.count <= 128, seq >= 0
        else { return }
        identity = EventIdentity(sender: sender, seq: seq)
    }
}

extension InstanceReference {
    fileprivate init?(_ fields: JSONFields) throws(FieldError) {
        if let key = try fields.string("instance_key") {
            guard !key.isEmpty, key.utf8.count <= 128 else {
                throw fields.failure("instance_key", "must have 1 to 128 bytes")
            }
            self = .key(key)
        } else if let id = try fields.int("job_instance_id", atLeast: 1) {
            self = .id(id)
        } else {
            return nil
        }
    }

    fileprivate init(required fields: JSONFields) throws(FieldError) {
        guard let reference = try InstanceReference(fields) else {
            throw fields.failure("instance_key", "is missing (or \"job_instance_id\")")
        }
        self = reference
    }
}

extension JobReference {
    fileprivate init?(_ fields: JSONFields, required: Bool) throws(FieldError) {
        if let jid = try fields.int("jid", atLeast: 1) {
            self = .jid(jid)
            return
        }
        let queue = try fields.string("queue")
        let key = try fields.string("job_key")
        switch (queue, key) {
        case (let queue?, let key?):
            let queue = try fields.queue(queue)
            guard !key.isEmpty, key.utf8.count <= 4096 else {
                throw fields.failure("job_key", "must have 1 to 4096 bytes")
            }
            self = .key(queue: queue, key: key)
        case (_?, nil): throw fields.failure("job_key", "is missing, but there is a \"queue\"")
        case (nil, _?): throw fields.failure("queue", "is missing, but there is a \"job_key\"")
        case (nil, nil):
            if required { throw fields.failure("job_key", "is missing (with \"queue\"), or \"jid\"") }
            return nil
        }
    }
}

extension JSONFields {
    /// The name of a queue, if it is not too short or too long.
    fileprivate func queue(_ name: String) throws(FieldError) -> String {
        guard !name.isEmpty, name.utf8.count <= 1024 else { throw failure("queue", "must have 1 to 1024 bytes") }
        return name
    }
}

extension GroupChange {
    /// - Parameter kind: one of its kinds.
    fileprivate init(_ fields: JSONFields, kind: String) throws(FieldError) {
        switch kind {
        case "mute": self = .mute
        case "unmute": self = .unmute
        case "note":
            let text = try fields.required("text", try fields.string("text"))
            guard text.utf8.count <= Self.longestNote else {
                throw fields.failure("text", "must have at most \(Self.longestNote) bytes")
            }
            self = .note(text)
        default: self = .merge(into: try fields.required("into", try fields.int("into", atLeast: 1)))
        }
    }
}

extension JobDescription {
    /// Reads a job's description from its form in an event.
    package init(_ fields: JSONFields) throws(FieldError) {
        name = try fields.string("name")
        runfile = try fields.string("runfile") ?? ""
        args = try fields.strings("args") ?? []
        params = try fields.fields("params")?.object ?? [:]
        cwd = try fields.string("cwd")
        env = try fields.fields("env")?.object ?? [:]
        for member in env.members {
            guard case .string = member.value else {
                throw fields.failure("env.\(member.name)", "must be a string, not \(member.value.typeName)")
            }
        }
        shell = try fields.bool("shell") ?? false
        timeout = try fields.amount("timeout")
        resources = try fields.fields("resources")?.object ?? [:]
        let attempts = try fields.int("max_attempts", atLeast: 1) ?? 1
        guard attempts <= Int64(ProtocolLimits.retries) + 1 else {
            throw fields.failure("max_attempts", "must be at most \(ProtocolLimits.retries + 1), not \(attempts)")
        }
        maxAttempts = Int(attempts)
        if runfile.isEmpty, name == nil { throw fields.failure("runfile", "is missing (or \"name\")") }
    }
}

extension Submission {
    fileprivate init(_ fields: JSONFields) throws(FieldError) {
        job = try JobReference(fields, required: false)
        description = try fields.fields("job").map { (described) throws(FieldError) in try JobDescription(described) }
        if job == nil, description == nil {
            throw fields.failure("job", "is missing (or \"jid\", or \"queue\" and \"job_key\")")
        }
        continues = try fields.string("continues")
        if let continues, continues.isEmpty || continues.utf8.count > 128 {
            throw fields.failure("continues", "must have 1 to 128 bytes")
        }
        executor = try fields.string("executor") ?? "external"
        executorID = try fields.string("executor_id")
        stdoutPath = try fields.string("stdout_path")
        stderrPath = try fields.string("stderr_path")
        requested =
            try fields.fields("requested").map { (asked) throws(FieldError) in try RequestedResources(asked) }
            ?? RequestedResources()
    }
}

extension Start {
    fileprivate init(_ fields: JSONFields) throws(FieldError) {
        host = try fields.string("host")
        bootID = try fields.string("boot_id")
        executorID = try fields.string("executor_id")
        let queue = try fields.string("scheduler_queue")
        let allocated = try fields.fields("allocated")?.object ?? [:]
        place = queue == nil && allocated.isEmpty ? nil : ClusterPlace(queue: queue, allocated: allocated)
        process = try ProcessIdentity(fields)
        wrapper = try fields.fields("wrapper").flatMap { fields throws(FieldError) in
            guard let process = try ProcessIdentity(fields), let namespace = try fields.int("pid_namespace", atLeast: 0)
            else { return nil }
            return WrapperIdentity(process: process, namespace: namespace)
        }
    }
}

extension ProcessIdentity {
    fileprivate init?(_ fields: JSONFields) throws(FieldError) {
        guard let pid = try fields.int("pid", atLeast: 1) else { return nil }
        guard pid <= Int64(Int32.max) else { throw fields.failure("pid", "must be a process id, not \(pid)") }
        self.pid = Int32(pid)
        started = try fields.int("pid_started", atLeast: 0)
    }
}

extension Outcome {
    fileprivate init(_ fields: JSONFields, status: Status) throws(FieldError) {
        let named = try Cause(fields)
        let exitCode = try fields.int("exit_code", atLeast: 0)
        if let exitCode, exitCode > 255 { throw fields.failure("exit_code", "must be 0 to 255, not \(exitCode)") }
        let signal = try fields.int("signal", atLeast: 1)
        if let signal, signal > 64 { throw fields.failure("signal", "must be 1 to 64, not \(signal)") }
        let evidence = Evidence(
            exitCode: exitCode.map { Int($0) }, signal: signal.map { Int($0) },
            timedOut: try fields.bool("timed_out") ?? false, cancelled: try fields.bool("ended_by_us") ?? false,
            notStarted: try fields.fields("not_started").map { (failure) throws(FieldError) in
                try StartFailure(failure)
            }, oomKills: try fields.int("oom_kills", atLeast: 0).map { Int($0) },
            oomShared: try fields.bool("oom_shared") ?? false,
            memoryTaken: try fields.int("memory_taken", atLeast: 0),
            memoryLimit: try fields.int("memory_limit", atLeast: 0),
            addressSpaceLimit: try fields.int("address_space_limit", atLeast: 0),
            missingOutput: try fields.fields("missing_output").map { (output) throws(FieldError) in
                MissingOutput(
                    path: try output.required("path", try output.string("path")),
                    isEmpty: try output.bool("empty") ?? false)
            }, reportedError: try fields.string("reported_error").map { ErrorReading.shortened($0) },
            scheduler: try fields.fields("scheduler").map { (word) throws(FieldError) in
                SchedulerWord(
                    try word.string("said") ?? "", cause: try Cause(word),
                    isInferred: try word.bool("inferred") ?? false)
            })
        let log = try fields.fields("log").map { (log) throws(FieldError) in try KnownLog(log) }
        self.init(
            status: status, cause: named, evidence: evidence, process: try ProcessIdentity(fields),
            usage: try fields.fields("usage").map { (used) throws(FieldError) in try Usage(used) } ?? Usage(),
            stderr: try fields.string("stderr"), stdout: try fields.string("stdout"), log: log,
            doubt: try fields.string("doubt").map { ErrorReading.shortened($0) },
            description: try fields.string("description"), traceback: try fields.fields("traceback")?.object,
            returnsAttempt: try fields.bool("returns_attempt") ?? false,
            stdoutEmpty: try fields.bool("stdout_empty") ?? false,
            stderrEmpty: try fields.bool("stderr_empty") ?? false)
        if status == .complete, let exitCode, exitCode != 0 {
            throw fields.failure("exit_code", "is \(exitCode), but the kind is \"complete\"")
        }
        if status == .complete, let signal {
            throw fields.failure("signal", "is \(signal), but the kind is \"complete\"")
        }
        if status == .complete, evidence.missingOutput != nil || evidence.reportedError != nil {
            throw fields.failure(
                evidence.missingOutput != nil ? "missing_output" : "reported_error",
                "is given, but the kind is \"complete\"")
        }
    }
}

extension KnownLog {
    fileprivate init(_ fields: JSONFields) throws(FieldError) {
        guard let path = try fields.string("path"), let text = try fields.string("text") else {
            throw fields.failure("path", "and \"text\" are required")
        }
        self.init(path: path, text: text)
    }
}

extension Cause {
    fileprivate init?(_ fields: JSONFields) throws(FieldError) {
        guard let given = try fields.string("cause") else { return nil }
        guard let named = Cause(rawValue: given) else {
            let words = Cause.allCases.map(\.rawValue).joined(separator: ", ")
            throw fields.failure("cause", "must be one of \(words), not \"\(given.prefix(40))\"")
        }
        self = named
    }
}

extension StartFailure {
    fileprivate init(_ fields: JSONFields) throws(FieldError) {
        let word = try fields.required("step", try fields.string("step"))
        guard let step = Step(rawValue: word) else {
            throw fields.failure("step", "must be one of directory, output, command, process")
        }
        let errno = try fields.int("errno", atLeast: 0) ?? 0
        guard errno < 4096 else { throw fields.failure("errno", "must be an error number, not \(errno)") }
        self.init(
            step: step, path: try fields.string("path") ?? "", errno: Int32(errno),
            reason: try fields.string("reason") ?? "")
    }
}
