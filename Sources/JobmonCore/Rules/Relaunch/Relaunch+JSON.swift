extension RelaunchDecision {
    /// The decision as the ledger keeps it and readers get it.
    package var json: JSON {
        var object = JSONObject()
        object.append("rule", .string(rule))
        object.append("next", .string(next.rawValue))
        if returnsAttempt { object.append("returns_attempt", .bool(true)) }
        if let memory { object.append("memory", .object(["from": .int(memory.from), "to": .int(memory.to)])) }
        if let runtime {
            object.append("runtime", .object(["from": .double(runtime.from), "to": .double(runtime.to)]))
        }
        if let timeout {
            object.append("timeout", .object(["from": .double(timeout.from), "to": .double(timeout.to)]))
        }
        if let avoids { object.append("avoids", .string(avoids)) }
        if let remark { object.append("remark", .string(remark)) }
        return .object(object)
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "relaunch")
        let next = try fields.required("next", try fields.string("next"))
        self.init(
            rule: try fields.string("rule") ?? "",
            // What a newer version decided otherwise adds nothing here.
            next: Next(rawValue: next) ?? .retries, returnsAttempt: try fields.bool("returns_attempt") ?? false,
            avoids: try fields.string("avoids"), remark: try fields.string("remark"))
        if let change = try fields.fields("memory") {
            memory = Change(
                from: try change.required("from", try change.int("from")),
                to: try change.required("to", try change.int("to")))
        }
        runtime = try Self.seconds(fields, "runtime")
        timeout = try Self.seconds(fields, "timeout")
    }

    private static func seconds(_ fields: JSONFields, _ name: String) throws(FieldError) -> Change<Double>? {
        guard let change = try fields.fields(name) else { return nil }
        return Change(
            from: try change.required("from", try change.double("from")),
            to: try change.required("to", try change.double("to")))
    }
}

extension RelaunchRules {
    /// The rules as events and the ledger hold them.
    package var json: JSON {
        var object = JSONObject()
        object.append("rules", .array(texts.map { .string($0) }))
        limits.append(to: &object)
        if !partitions.isEmpty {
            var named = JSONObject()
            for (name, limits) in partitions.sorted(by: { $0.key < $1.key }) {
                var members = JSONObject()
                limits.append(to: &members)
                named.append(name, .object(members))
            }
            object.append("partitions", .object(named))
        }
        return .object(object)
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "relaunch")
        let texts = try fields.strings("rules") ?? []
        do throws(Problem) {
            try self.init(texts: texts)
        } catch {
            throw fields.failure("rules", "is invalid: \(error.message)")
        }
        limits = try RelaunchLimits(fields)
        for member in try fields.fields("partitions")?.object.members ?? [] {
            partitions[member.name] = try RelaunchLimits(try JSONFields(member.value, named: "partitions"))
        }
    }

    /// The member of a job's `resources` that holds its own rules, as an array of texts.
    package static let resource = "relaunch"

    /// The rules of a job itself; nil if it has none. What cannot be read there is left out: it was checked when the job
    /// was queued.
    package init?(ofJob resources: JSONObject) {
        guard case .array(let values)? = resources[Self.resource] else { return nil }
        let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
        guard let rules = try? RelaunchRules(texts: texts) else { return nil }
        self = rules
    }

    /// The rules as a member of a job's `resources`.
    package var jobResource: JSON { .array(texts.map { .string($0) }) }
}

extension RelaunchLimits {
    fileprivate func append(to object: inout JSONObject) {
        object.append("max_memory", ifPresent: memory.map { .int($0) })
        object.append("max_runtime", ifPresent: runtime.map { .double($0) })
    }

    fileprivate init(_ fields: JSONFields) throws(FieldError) {
        self.init(
            memory: try fields.int("max_memory", atLeast: 1), runtime: try fields.amount("max_runtime"))
    }
}
