package import JobmonCore

extension EventResult {
    /// The result in its form in an answer; unknown members are omitted.
    package var json: JSON {
        var object = JSONObject()
        object.append("outcome", .string(outcome.rawValue))
        object.append("jid", ifPresent: jid.map { .int($0) })
        object.append("job_instance_id", ifPresent: jobInstanceID.map { .int($0) })
        object.append("sequence", ifPresent: sequence.map { .int($0) })
        object.append("problem", ifPresent: problem?.json)
        return .object(object)
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "result")
        let word = try fields.requiredString("outcome")
        guard let outcome = Outcome(rawValue: word) else {
            throw fields.failure("outcome", "must be recorded, repeat, early or refused, not \"\(word.prefix(40))\"")
        }
        self.init(
            outcome: outcome, jid: try fields.int("jid"), jobInstanceID: try fields.int("job_instance_id"),
            problem: try fields.value("problem").map { (json) throws(FieldError) in try Problem(json) },
            sequence: try fields.int("sequence"))
    }
}
