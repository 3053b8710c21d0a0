package import JobmonCore

extension JobRecord {
    /// The job as every reader shows it: the columns of `job`, the status as its label, and `instances`.
    package var json: JSON {
        var object = JSONObject()
        object.append("jid", .int(jid))
        object.append("queue", .text(queue))
        object.append("job_key", .text(jobKey))
        object.append("name", .string(description.shownName))
        object.append("runfile", .string(description.runfile))
        object.append("args", .array(description.args.map { .string($0) }))
        object.append("params", .object(description.params))
        object.append("cwd", .text(description.cwd))
        object.append("env", .object(description.env))
        object.append("shell", .bool(description.shell))
        object.append("timeout", .amount(description.timeout))
        object.append("resources", .object(description.resources))
        object.append("submitted_date", .time(submittedDate))
        object.append("status", .label(status))
        object.append("attempts", .number(attempts))
        object.append("max_attempts", .number(description.maxAttempts))
        object.append("cancel_requested", .bool(cancelRequested))
        object.append("blocked_by", blockedBy.map { .int($0) } ?? .null)
        object.append("waits_for", waits?.json ?? .null)
        object.append("forgotten", .time(forgotten))
        object.append("instances", .array(instances.map(\.json)))
        return .object(object)
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "job")
        var instances: [InstanceRecord] = []
        for item in try fields.objects("instances") { instances.append(try InstanceRecord(item)) }
        self.init(
            jid: try fields.requiredInt("jid"), queue: try fields.string("queue"),
            jobKey: try fields.string("job_key"),
            description: JobDescription(
                name: try fields.string("name"), runfile: try fields.string("runfile") ?? "",
                args: try fields.strings("args") ?? [], params: try fields.fields("params")?.object ?? [:],
                cwd: try fields.string("cwd"), env: try fields.fields("env")?.object ?? [:],
                shell: try fields.bool("shell") ?? false, timeout: try fields.double("timeout"),
                resources: try fields.fields("resources")?.object ?? [:],
                maxAttempts: try fields.integer("max_attempts") ?? 1),
            submittedDate: try fields.requiredTime("submitted_date"), status: try fields.requiredStatus("status"),
            attempts: try fields.integer("attempts") ?? 0,
            cancelRequested: try fields.bool("cancel_requested") ?? false, instances: instances,
            forgotten: try fields.timestamp("forgotten"))
        blockedBy = try fields.int("blocked_by")
        waits = try fields.fields("waits_for").map { (wait) throws(FieldError) in
            JobWait(
                all: try wait.integer("all") ?? 0, open: try wait.integer("open") ?? 0,
                jid: try wait.requiredInt("jid"),
                name: try wait.string("name") ?? "", status: try wait.requiredStatus("status"))
        }
    }
}

extension JobWait {
    fileprivate var json: JSON {
        [
            "all": .number(all), "open": .number(open), "jid": .int(jid), "name": .string(name),
            "status": .label(status),
        ]
    }
}
