import JobmonCore
import JobmonWire

/// Lists groups of errors, and shows one.
struct GroupList {
    let reading: any LedgerReading
    let filter: JobFilter
    /// The option that suggested commands need for this directory.
    let again: String

    private var query: GroupQuery { GroupQuery(reading: reading, filter: filter) }

    /// Writes a line for each group. - Returns: how many there are, for stderr.
    func write(to output: Output, terminal: Terminal) async throws -> String {
        let (groups, ungrouped) = try await query.groups()
        let times = ShownTime(on: terminal)
        var table = TextTable(Self.columns(times.zone(at: TimeSource.system.now())), terminal: terminal)
        let shown = groups.filter { $0.muted == nil }
        let rows = shown.map { group -> [TextTable.Cell] in
            [
                .init(ErrorGroup.name(group.number)), .init(Units.grouped(group.jobs)),
                .init(Units.grouped(group.errors)),
                .init(times.clock(group.firstSeen)), .init(times.clock(group.lastSeen)), .init(String(group.example)),
                .init(Printable.line(group.title)),
            ]
        }
        if !rows.isEmpty {
            try output.write(table.header(for: rows))
            try output.write(table.lines(rows))
        }
        try output.flush()
        return remark(groups, shown, ungrouped)
    }

    private func remark(_ groups: [ErrorGroup], _ shown: [ErrorGroup], _ ungrouped: Int) -> String {
        var parts: [String] = []
        if groups.isEmpty, ungrouped == 0 { return "no errors" }
        let errors = groups.reduce(0) { $0 + $1.errors }
        parts.append("\(Units.count(groups.count, "group")) of \(Units.count(errors, "error"))")
        if shown.count < groups.count { parts.append("\(groups.count - shown.count) muted") }
        if ungrouped > 0 { parts.append("\(Units.count(ungrouped, "older error")) not grouped yet") }
        let example = shown.first.map { "; one of them: jobmon errors\(again) \(ErrorGroup.name($0.number))" } ?? ""
        return parts.joined(separator: ", ") + example
    }

    private static func columns(_ zone: String) -> [TextTable.Column] {
        [
            .init("GROUP"), .init("JOBS", isNumber: true), .init("ERRORS", isNumber: true, canGo: true),
            .init("FIRST SEEN (\(zone))", narrowest: 19, canGo: true), .init("LAST SEEN", narrowest: 19, canGo: true),
            .init("JID", isNumber: true, canGo: true), .init("ERROR", reasonWidth: ErrorText.reasonWidth),
        ]
    }

    /// Writes one group, with an example and its first jobs. - Throws: `.notFound`.
    func write(_ number: Int64, to output: Output, terminal: Terminal) async throws {
        let group = try await found(number)
        let jobs = try await query.jobs(of: number)
        let times = ShownTime(on: terminal)
        let name = ErrorGroup.name(number)
        let title = "\(name)  \(Printable.line(group.title))"
        var text = (terminal.colours ? Style.bold.applied(to: title) : title) + "\n"
        var fields = [
            ("jobs", "\(Units.grouped(group.jobs)), with \(Units.count(group.errors, "error"))"),
            ("seen", times.span(group.firstSeen, group.lastSeen)),
            ("example", "job \(group.example): \(group.exampleLine)"),
        ]
        if let muted = group.muted { fields.append(("muted", times.text(muted))) }
        if let note = group.note { fields.append(("note", note)) }
        let more = group.jobs > jobs.count ? ", and \(Units.grouped(group.jobs - jobs.count)) more" : ""
        fields.append(("jids", JobNumbers(jobs).text + more))
        for (label, value) in fields {
            text += "  \(label)\(String(repeating: " ", count: max(0, 9 - label.utf8.count)))\(Printable.line(value))\n"
        }
        let steps = [
            ("jobmon explain\(again) \(group.example)", "why one of them failed, and what sets it apart"),
            ("jobmon jobs\(again) --error \(name)", "its jobs"),
            ("jobmon errors\(again) \(name) --full", "the text of each error"),
            ("jobmon retry\(again) --error \(name)", "one more attempt for each"),
        ]
        let width = steps.map { DisplayWidth.of($0.0) }.max() ?? 0
        text += "\nnext:\n"
        for (command, meaning) in steps {
            text += "  \(command)\(String(repeating: " ", count: width - DisplayWidth.of(command)))   \(meaning)\n"
        }
        try output.write(text)
        try output.flush()
    }

    /// Writes what must be equal for an error to belong to a group. - Throws: `.notFound`.
    func writeRule(of number: Int64, to output: Output) async throws {
        for line in try await found(number).rule.split(separator: "\n") {
            try output.write(Printable.line(String(line)) + "\n")
        }
        try output.flush()
    }

    func writeJSON(to output: Output) async throws {
        var array = JSONArrayWriter(output)
        for group in try await query.groups().groups {
            try array.append(group.json(jobs: try await query.jobs(of: group.number)))
        }
        try array.finish()
        try output.flush()
    }

    private func found(_ number: Int64) async throws -> ErrorGroup {
        guard let group = try await query.groups().groups.first(where: { $0.number == number }) else {
            let name = ErrorGroup.name(number)
            var all = filter
            all.groups = []
            throw Problem(
                .notFound,
                all == JobFilter()
                    ? "there is no group \(name)" : "none of the selected jobs has an error of a group \(name)",
                hint: "list them: jobmon errors\(again)")
        }
        return group
    }
}

extension ErrorGroup {
    /// - Parameter jobs: the first of its jobs.
    fileprivate func json(jobs: [Int64]) -> JSON {
        [
            "id": .string(Self.name(number)), "count": .int(Int64(errors)), "title": .string(title),
            "first_seen": .string(firstSeen.description), "last_seen": .string(lastSeen.description),
            "muted": muted.map { .string($0.description) } ?? .null, "note": note.map { .string($0) } ?? .null,
            "job_count": .int(Int64(self.jobs)), "jobs": .array(jobs.map { .int($0) }),
            "example": .int(example), "headline": .string(exampleLine), "rule": .string(rule),
        ]
    }
}
