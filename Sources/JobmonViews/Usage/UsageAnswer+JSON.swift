package import JobmonCore
import JobmonWire

extension UsageAnswer {
    package var json: JSON {
        ["risk": .double(risk), "groups": .array(groups.map { $0.json(risk: risk) }), "more": .number(more)]
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "usage")
        var groups: [UsageGroup] = []
        for group in try fields.objects("groups") { groups.append(try UsageGroup(group)) }
        self.init(
            risk: try fields.required("risk", try fields.double("risk")), groups: groups,
            more: try fields.integer("more") ?? 0)
    }

    /// With masks in place of secrets.
    package var masked: UsageAnswer {
        var shown = self
        for index in shown.groups.indices {
            for place in shown.groups[index].keys.indices {
                let key = shown.groups[index].keys[place]
                guard let value = key.value else { continue }
                let masked = SecretMask.masked(params: JSONObject([(key.name, .string(value))]))
                shown.groups[index].keys[place].value = masked[key.name]?.plainText
            }
        }
        return shown
    }
}

extension UsageGroup {
    /// The members of a group, as `jobmon usage --json` prints it.
    /// - Parameter risk: the risk that was asked for.
    package func json(risk: Double) -> JSON {
        let by = keys.map { key -> JSON in ["name": .string(key.name), "value": .text(key.value)] }
        let saved: JSON = ["core_hours": .amount(coreHours), "gibibyte_hours": .amount(gibibyteHours)]
        return [
            "by": .array(by), "finished": .number(finished), "ended": .number(ended), "running": .number(running),
            "risk": .double(risk), "memory": memory.json(in: .bytes), "time": time.json(in: .seconds),
            "slots": slots.json(in: .slots), "saved": saved,
        ]
    }

    init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "group")
        var keys: [Key] = []
        for json in try fields.objects("by") {
            let key = try JSONFields(json, named: "by")
            keys.append(Key(name: try key.requiredString("name"), value: try key.string("value")))
        }
        let saved = try fields.fields("saved")
        self.init(
            keys: keys, finished: try fields.integer("finished") ?? 0, ended: try fields.integer("ended") ?? 0,
            running: try fields.integer("running") ?? 0, memory: try Size(fields, "memory"),
            time: try Size(fields, "time"), slots: try Size(fields, "slots"),
            coreHours: try saved?.double("core_hours"), gibibyteHours: try saved?.double("gibibyte_hours"))
    }

    /// In which form amounts stand in JSON.
    fileprivate enum Unit {
        case bytes, seconds, slots

        func json(_ amount: Double) -> JSON {
            switch self {
            case .bytes: .int(Int64(amount))
            case .seconds: .double(amount)
            case .slots: amount == amount.rounded() ? .int(Int64(amount)) : .double(amount)
            }
        }
    }
}

extension UsageGroup.Size {
    fileprivate func json(in unit: UsageGroup.Unit) -> JSON {
        var object = JSONObject()
        object.append("requested", requested?.json(in: unit) ?? .null)
        object.append("by_default", byDefault?.json(in: unit) ?? .null)
        object.append("used", used?.json(in: unit) ?? .null)
        switch advice {
        case .request(let found):
            object.append(
                "recommended",
                [
                    "request": unit.json(found.request), "bound": unit.json(found.bound), "risk": .double(found.risk),
                    "jobs": .number(found.jobs),
                ])
            object.append("refused", .null)
        case .refused(let sentence):
            object.append("recommended", .null)
            object.append("refused", .string(sentence))
        }
        return .object(object)
    }

    fileprivate init(_ parent: JSONFields, _ name: String) throws(FieldError) {
        let fields = try parent.required(name, try parent.fields(name))
        let advice: SizeAdvice
        if let found = try fields.fields("recommended") {
            advice = .request(
                SizeRecommendation(
                    request: try found.required("request", try found.double("request")),
                    bound: try found.required("bound", try found.double("bound")),
                    risk: try found.required("risk", try found.double("risk")),
                    jobs: try found.integer("jobs") ?? 0))
        } else {
            advice = .refused(try fields.string("refused") ?? "")
        }
        self.init(
            requested: try UsageGroup.Extent(fields, "requested"),
            byDefault: try UsageGroup.Extent(fields, "by_default"), used: try UsageGroup.Used(fields), advice: advice)
    }
}

extension UsageGroup.Extent {
    fileprivate func json(in unit: UsageGroup.Unit) -> JSON {
        ["jobs": .number(jobs), "min": unit.json(least), "max": unit.json(most)]
    }

    fileprivate init?(_ parent: JSONFields, _ name: String) throws(FieldError) {
        guard let fields = try parent.fields(name) else { return nil }
        self.init(
            jobs: try fields.integer("jobs") ?? 0, least: try fields.double("min") ?? 0,
            most: try fields.double("max") ?? 0)
    }
}

extension UsageGroup.Used {
    fileprivate func json(in unit: UsageGroup.Unit) -> JSON {
        [
            "jobs": .number(jobs), "p50": p50.map { unit.json($0) } ?? .null,
            "p95": p95.map { unit.json($0) } ?? .null, "max": unit.json(most),
            "max_is_at_least": .bool(mostIsAtLeast),
        ]
    }

    fileprivate init?(_ parent: JSONFields) throws(FieldError) {
        guard let fields = try parent.fields("used") else { return nil }
        self.init(
            jobs: try fields.integer("jobs") ?? 0, p50: try fields.double("p50"), p95: try fields.double("p95"),
            most: try fields.double("max") ?? 0, mostIsAtLeast: try fields.bool("max_is_at_least") ?? false)
    }
}
