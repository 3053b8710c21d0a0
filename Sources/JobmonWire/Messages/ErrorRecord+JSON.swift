package import JobmonCore

extension ErrorRecord {
    /// The error as every reader shows it: the columns of `error`, and those that identify its instance and job.
    package var json: JSON {
        var object = JSONObject()
        object.append("id", .int(id))
        object.append("job_instance_id", .int(jobInstanceID))
        object.append("error_time", .time(errorTime))
        object.append("description", .string(description))
        object.append("headline", .text(errorLine))
        object.append("jid", .int(jid))
        object.append("name", .string(name))
        object.append("retry_number", .number(retryNumber))
        object.append("cause", .word(cause))
        object.append("exit_code", .number(exitCode))
        object.append("signal", .number(signal))
        object.append("host", .text(host))
        object.append("group", group.map { .string(ErrorGroup.name($0)) } ?? .null)
        object.append("traceback", traceback.map { .object($0) } ?? .null)
        return .object(object)
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "error")
        self.init(
            id: try fields.requiredInt("id"), jobInstanceID: try fields.requiredInt("job_instance_id"),
            errorTime: try fields.requiredTime("error_time"), description: try fields.requiredString("description"),
            headline: try fields.string("headline"), jid: try fields.requiredInt("jid"),
            name: try fields.requiredString("name"),
            retryNumber: try fields.integer("retry_number") ?? 0, cause: try fields.cause("cause"),
            exitCode: try fields.integer("exit_code"), signal: try fields.integer("signal"),
            host: try fields.string("host"), group: try fields.string("group").flatMap { ErrorGroup.number($0) },
            traceback: try fields.fields("traceback")?.object)
    }
}
