import JobmonCore

/// What `watch` says of groups of errors if there is no terminal. Each group has a line when it appears, and one
/// whenever counts are due and its own have changed; so every failure is counted in a line, and a million failures of
/// twelve causes are few lines.
struct GroupLog {
    private struct Counts: Equatable {
        var jobs: Int
        var errors: Int
    }

    /// The maximum number of groups that are named at once.
    static let named = 20

    /// The counts of each group when it was named last.
    private var said: [Int64: Counts] = [:]
    private var saidRest = ""

    /// The lines that are to be printed now, without line breaks; they count as said.
    /// - Parameters:
    ///   - command: the command that lists all groups.
    ///   - countsAreDue: whether to name groups whose counts have changed. New groups are always named.
    mutating func lines(_ groups: SeenGroups, command: String, countsAreDue: Bool) -> [String] {
        var lines: [String] = []
        var left = 0
        var now: [Int64: Counts] = [:]
        for group in groups.groups {
            let counts = Counts(jobs: group.jobs, errors: group.errors)
            let before = said[group.number]
            if let before, before == counts || !countsAreDue {
                now[group.number] = before
                continue
            }
            now[group.number] = counts
            if lines.count < Self.named { lines.append(Self.line(group)) } else { left += 1 }
        }
        said = now
        if left > 0 {
            lines.append("and \(Units.count(left, "more group")) with new errors: \(Printable.line(command))")
        }
        guard countsAreDue else { return lines }
        let rest = Self.rest(groups)
        if rest != saidRest, !rest.isEmpty { lines.append("\(rest): \(Printable.line(command))") }
        saidRest = rest
        return lines
    }

    /// `error E3: 412 jobs (such as job 17): ValueError: could not convert string to float: <value>`.
    static func line(_ group: SeenGroups.Group) -> String {
        var counts = Units.count(group.jobs, "job")
        if group.errors != group.jobs { counts += ", \(Units.count(group.errors, "error"))" }
        let example = group.jobs == 1 ? "job \(group.example)" : "such as job \(group.example)"
        return "error \(ErrorGroup.name(group.number)): \(counts) (\(example)): \(group.text)"
    }

    /// What is not named; empty if all is.
    private static func rest(_ groups: SeenGroups) -> String {
        var parts: [String] = []
        let more = groups.count - groups.groups.count
        if more > 0 { parts.append("\(Units.count(more, "more group")) of errors") }
        if groups.muted > 0 {
            parts.append("\(Units.count(groups.muted, "muted group")) of \(Units.count(groups.mutedErrors, "error"))")
        }
        if groups.ungrouped > 0 { parts.append("\(Units.count(groups.ungrouped, "older error")) not grouped yet") }
        return parts.joined(separator: ", ")
    }
}
