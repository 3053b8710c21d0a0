package import JobmonCore

extension Change {
    /// The change as it is published; unknown members are omitted.
    package var json: JSON {
        var object = JSONObject()
        object.append("sequence", .int(sequence))
        object.append("kind", .string(kind))
        object.append("time", .time(time))
        object.append("jid", ifPresent: jid.map { .int($0) })
        object.append("queue", ifPresent: queue.map { .string($0) })
        object.append("job_key", ifPresent: jobKey.map { .string($0) })
        object.append("job_instance_id", ifPresent: jobInstanceID.map { .int($0) })
        object.append("instance_key", ifPresent: instanceKey.map { .string($0) })
        object.append("status", ifPresent: status.map { .string($0.label) })
        object.append("job_status", ifPresent: jobStatus.map { .string($0.label) })
        object.append("cause", ifPresent: cause.map { .string($0.rawValue) })
        object.append("error", ifPresent: error.map { .string($0) })
        object.append("group", ifPresent: group.map { .int($0) })
        object.append("setting", ifPresent: setting?.json)
        return .object(object)
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "change")
        self.init(
            sequence: try fields.requiredInt("sequence"), kind: try fields.requiredString("kind"),
            time: try fields.requiredTime("time"), jid: try fields.int("jid"), queue: try fields.string("queue"),
            jobKey: try fields.string("job_key"), jobInstanceID: try fields.int("job_instance_id"),
            instanceKey: try fields.string("instance_key"), status: try fields.status("status"),
            jobStatus: try fields.status("job_status"), cause: try fields.cause("cause"),
            error: try fields.string("error"), group: try fields.int("group"),
            setting: try fields.fields("setting").map { (changed) throws(FieldError) in try QueueSetting(changed) })
    }
}
