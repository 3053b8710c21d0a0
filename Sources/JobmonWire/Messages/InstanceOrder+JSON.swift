package import JobmonCore

extension InstanceOrder {
    /// The order in its form in a message to a supervisor and in a manifest.
    package var json: JSON {
        var object = JSONObject()
        object.append("key", .string(instanceKey))
        object.append("jid", .int(jid))
        if retryNumber != 0 { object.append("retry", .int(Int64(retryNumber))) }
        object.append("job", description.json)
        object.append("stdout", ifPresent: stdoutPath.map { .string($0) })
        object.append("stderr", ifPresent: stderrPath.map { .string($0) })
        if priority != 0 { object.append("priority", .int(Int64(priority))) }
        if isAwaited { object.append("awaited", .bool(true)) }
        return .object(object)
    }

    /// Reads an order.
    /// - Throws: an error that names the invalid member.
    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "order")
        self.init(
            instanceKey: try fields.required("key", try fields.string("key")),
            jid: try fields.required("jid", try fields.int("jid", atLeast: 0)),
            retryNumber: Int(try fields.int("retry", atLeast: 0) ?? 0),
            description: try JobDescription(try fields.required("job", try fields.fields("job"))),
            stdoutPath: try fields.string("stdout"), stderrPath: try fields.string("stderr"))
        priority = Int32(clamping: try fields.int("priority") ?? 0)
        isAwaited = try fields.bool("awaited") ?? false
    }
}
