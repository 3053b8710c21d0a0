package import JobmonCore

extension InstanceRecord {
    /// The instance as every reader shows it: the columns of `job_instance`, the status as its label, and `error`.
    package var json: JSON {
        var object = JSONObject()
        object.append("job_instance_id", .int(jobInstanceID))
        object.append("instance_key", .text(instanceKey))
        object.append("jid", .int(jid))
        object.append("retry_number", .number(retryNumber))
        object.append("executor", .string(executor))
        object.append("executor_id", .text(executorID))
        object.append("status", .label(status))
        object.append("cause", .word(cause))
        object.append("exit_code", .number(exitCode))
        object.append("signal", .number(signal))
        object.append("host", .text(host))
        object.append("boot_id", .text(bootID))
        object.append("pid", .number(process.map { Int64($0.pid) }))
        object.append("pid_started", .number(process?.started))
        object.append("scheduler_queue", .text(place?.queue))
        object.append("allocated", place.map { $0.allocated.isEmpty ? .null : .object($0.allocated) } ?? .null)
        object.append("submitted_date", .time(submittedDate))
        object.append("started_date", .time(startedDate))
        object.append("finished_date", .time(finishedDate))
        object.append("last_seen", .time(lastSeen))
        object.append("late_since", .time(lateSince))
        usage.appendColumns(to: &object)
        object.append("stdout_path", .text(stdoutPath))
        object.append("stderr_path", .text(stderrPath))
        object.append("attempt_returned", .bool(returnedAttempt))
        object.append("error", .text(error))
        object.append("headline", .text(errorLine))
        object.append("doubt", .text(doubt))
        object.append("requested_slots", .number(requested.slots))
        object.append("requested_memory", .number(requested.memory))
        object.append("requested_runtime", .amount(requested.runtime))
        object.append("relaunch", relaunch?.told ?? .null)
        return .object(object)
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "instance")
        var process: ProcessIdentity?
        if let pid = try fields.int("pid") {
            guard let number = Int32(exactly: pid) else { throw fields.failure("pid", "must be a process id") }
            process = ProcessIdentity(pid: number, started: try fields.int("pid_started"))
        }
        let queue = try fields.string("scheduler_queue")
        let relaunch = try fields.value("relaunch").map { (json) throws(FieldError) in try RelaunchDecision(json) }
        let allocated = try fields.fields("allocated")?.object ?? [:]
        self.init(
            jobInstanceID: try fields.requiredInt("job_instance_id"), instanceKey: try fields.string("instance_key"),
            jid: try fields.requiredInt("jid"), retryNumber: try fields.integer("retry_number") ?? 0,
            executor: try fields.requiredString("executor"), executorID: try fields.string("executor_id"),
            status: try fields.requiredStatus("status"), cause: try fields.cause("cause"),
            exitCode: try fields.integer("exit_code"), signal: try fields.integer("signal"),
            host: try fields.string("host"), bootID: try fields.string("boot_id"), process: process,
            submittedDate: try fields.requiredTime("submitted_date"),
            startedDate: try fields.timestamp("started_date"), finishedDate: try fields.timestamp("finished_date"),
            lastSeen: try fields.timestamp("last_seen"), lateSince: try fields.timestamp("late_since"),
            usage: try Usage(fields),
            stdoutPath: try fields.string("stdout_path"), stderrPath: try fields.string("stderr_path"),
            returnedAttempt: try fields.bool("attempt_returned") ?? false, error: try fields.string("error"),
            headline: try fields.string("headline"), doubt: try fields.string("doubt"),
            place: queue == nil && allocated.isEmpty ? nil : ClusterPlace(queue: queue, allocated: allocated),
            requested: RequestedResources(
                slots: try fields.integer("requested_slots"), memory: try fields.int("requested_memory"),
                runtime: try fields.double("requested_runtime")), relaunch: relaunch)
    }
}

extension RelaunchDecision {
    /// The decision with what it means in words.
    fileprivate var told: JSON {
        guard case .object(var object) = json else { return json }
        object.append("words", .string(words))
        return .object(object)
    }
}
