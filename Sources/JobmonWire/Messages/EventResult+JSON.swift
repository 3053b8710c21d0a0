package import JobmonCore

extension EventResult {
    /// Appends the result in its form in an answer; unknown members are omitted. As text at once: there are thousands a
    /// second.
    package func write(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "{\"outcome\":".utf8)
        JSON.write(string: outcome.rawValue, to: &bytes)
        for case (let name, let number?) in [
            ("jid", jid), ("job_instance_id", jobInstanceID), ("sequence", sequence),
        ] as [(StaticString, Int64?)] {
            bytes.append(contentsOf: ",\"".utf8)
            bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            bytes.append(contentsOf: "\":".utf8)
            JSON.write(int: number, to: &bytes)
        }
        if let problem {
            bytes.append(contentsOf: ",\"problem\":".utf8)
            problem.json.write(to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
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
