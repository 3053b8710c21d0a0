package import JobmonCore

extension Summary {
    /// The summary: `jobs` has a member for every status, named by its label.
    package var json: JSON {
        var counts = JSONObject()
        for status in Status.allCases { counts.append(status.label, .number(jobs[status] ?? 0)) }
        return [
            "jobs": .object(counts), "late": .number(late), "errors": .number(errors), "sequence": .int(sequence),
        ]
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "summary")
        let counted = try fields.required("jobs", try fields.fields("jobs"))
        var jobs: [Status: Int] = [:]
        for status in Status.allCases { jobs[status] = try counted.integer(status.label) ?? 0 }
        self.init(
            jobs: jobs, late: try fields.integer("late") ?? 0, errors: try fields.integer("errors") ?? 0,
            sequence: try fields.requiredInt("sequence"))
    }
}
