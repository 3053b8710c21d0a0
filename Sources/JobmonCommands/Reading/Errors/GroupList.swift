import JobmonCore
import JobmonViews
import JobmonWire

/// Lists groups of errors, and shows one.
struct GroupList {
    let reading: any LedgerReading
    let filter: JobFilter
    /// The option that suggested commands need for this directory.
    let again: String

    private var query: GroupQuery { GroupQuery(reading: reading, filter: filter) }

    /// Writes a line for each group, muted ones only on request. - Returns: how many there are, for stderr.
    func write(to output: Output, muted: Bool, terminal: Terminal) async throws -> String {
        let (groups, ungrouped) = try await query.groups()
        let times = ShownTime(on: terminal)
        let shown = muted ? groups : groups.filter { $0.muted == nil }
        // Before the second run of a queue there is nothing to compare with.
        let isCompared = shown.contains { $0.sinceLastRun != nil }
        var table = TextTable(
            Self.columns(times.zone(at: TimeSource.system.now()), isCompared: isCompared), terminal: terminal)
        let rows = shown.map { group -> [TextTable.Cell] in
            var cells: [TextTable.Cell] = [
                .init(ErrorGroup.name(group.number)), .init(Units.grouped(group.jobs)),
                .init(Units.grouped(group.errors)),
            ]
            if isCompared { cells.append(.init(group.sinceLastRun?.rawValue ?? "")) }
            let title = group.muted == nil ? group.title : "(muted) \(group.title)"
            let rest: [TextTable.Cell] = [
                .init(times.clock(group.firstSeen)), .init(times.clock(group.lastSeen)), .init(String(group.example)),
                .init(Printable.line(SecretMask.masked(title))),
            ]
            return cells + rest
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
        if shown.count < groups.count { parts.append("\(groups.count - shown.count) muted (--muted lists them)") }
        if ungrouped > 0 { parts.append("\(Units.count(ungrouped, "older error")) not grouped yet") }
        let example = shown.first.map { "; one of them: jobmon errors\(again) \(ErrorGroup.name($0.number))" } ?? ""
        return parts.joined(separator: ", ") + example
    }

    /// - Parameter isCompared: whether there is a column for what is new, or gone, since the last run.
    private static func columns(_ zone: String, isCompared: Bool) -> [TextTable.Column] {
        var columns: [TextTable.Column] = [
            .init("GROUP"), .init("JOBS", isNumber: true), .init("ERRORS", isNumber: true, canGo: true),
        ]
        if isCompared { columns.append(.init("LAST RUN", canGo: true)) }
        let rest: [TextTable.Column] = [
            .init("FIRST SEEN (\(zone))", narrowest: 19, canGo: true), .init("LAST SEEN", narrowest: 19, canGo: true),
            .init("JID", isNumber: true, canGo: true), .init("ERROR", reasonWidth: ErrorText.reasonWidth),
        ]
        return columns + rest
    }

    /// Writes one group, with an example and its first jobs. - Throws: `.notFound`.
    func write(_ number: Int64, to output: Output, terminal: Terminal) async throws {
        let group = try await found(number)
        let times = ShownTime(on: terminal)
        let name = ErrorGroup.name(number)
        let title = "\(name)  \(Printable.line(SecretMask.masked(group.title)))"
        var text = (terminal.colours ? Style.bold.applied(to: title) : title) + "\n"
        var fields = [
            ("jobs", "\(Units.grouped(group.jobs)), with \(Units.count(group.errors, "error"))"),
            ("seen", times.span(group.firstSeen, group.lastSeen)),
            ("example", "job \(group.example): \(SecretMask.masked(group.exampleLine))"),
        ]
        switch group.sinceLastRun {
        case .new?: fields.append(("last run", "new: it had no error before the last run of its queue"))
        case .gone?: fields.append(("last run", "gone: it has had no error since the last run of its queue began"))
        case nil: break
        }
        for (index, difference) in (await differences(of: number) ?? []).enumerated() {
            fields.append((index == 0 ? "apart" : "", difference.sentence))
        }
        if let muted = group.muted { fields.append(("muted", times.text(muted))) }
        if let note = group.note { fields.append(("note", note)) }
        let others = group.jobs - group.firstJobs.count
        let more = others > 0 ? ", and \(Units.grouped(others)) more" : ""
        fields.append(("jids", JobNumbers(group.firstJobs).text + more))
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

    /// Writes an array of groups. If one group is selected, it has its differences.
    func writeJSON(to output: Output) async throws {
        let isOne = Set(filter.groups).count == 1
        var array = JSONArrayWriter(output)
        for group in try await query.groups().groups {
            let differences = await isOne ? differences(of: group.number) : nil
            try array.append(group.json(differences))
        }
        try array.finish()
        try output.flush()
    }

    /// What sets the jobs of a group apart; nil if that was not found out. Nothing is compared if the filter selects
    /// some jobs of a queue: the others would be on neither side.
    private func differences(of number: Int64) async -> [Concentration]? {
        var others = filter
        others.groups = []
        others.queue = nil
        guard others == JobFilter() else { return nil }
        do throws(Problem) {
            let comparison = try await JobComparison.of(group: number, queue: filter.queue, in: reading)
            return try await comparison?.differences() ?? []
        } catch {
            // The rest is worth as much without it.
            let name = ErrorGroup.name(number)
            Messages.say("jobmon: \(name) was not compared with jobs that worked: \(Printable.line(error.message))")
            return nil
        }
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
    /// - Parameter differences: nil: not compared.
    fileprivate func json(_ differences: [Concentration]?) -> JSON {
        let apart: JSON = if let differences { .array(differences.map(\.json)) } else { .null }
        return [
            "id": .string(Self.name(number)), "count": .int(Int64(errors)), "title": .string(title),
            "first_seen": .string(firstSeen.description), "last_seen": .string(lastSeen.description),
            "since_last_run": sinceLastRun.map { .string($0.rawValue) } ?? .null,
            "muted": muted.map { .string($0.description) } ?? .null, "note": note.map { .string($0) } ?? .null,
            "job_count": .int(Int64(self.jobs)), "jobs": .array(firstJobs.map { .int($0) }),
            "example": .int(example), "headline": .string(exampleLine), "rule": .string(rule),
            "differences": apart,
        ]
    }
}
