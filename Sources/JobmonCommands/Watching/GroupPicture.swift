import JobmonCore

/// The part of the picture of `watch` that shows groups of errors: a line each, those of most jobs first, and a line
/// that counts what is not shown.
struct GroupPicture {
    var groups: SeenGroups
    var now: Timestamp
    /// The command that lists all groups.
    var command: String

    /// Seconds for which the newest group is marked.
    private static let newFor = 600.0
    /// The columns of a terminal from which on there is room to show how groups grow.
    private static let roomForGrowth = 60

    /// - Parameter room: the maximum number of lines; at least one is made if there is anything to show.
    func lines(room: Int, terminal: Terminal) -> [String] {
        let hasHeader = room >= 3
        let chosen = chosen(max(1, hasHeader ? room - 1 : room))
        return table(chosen, hasHeader: hasHeader, terminal) + rest(after: chosen.count, columns: terminal.columns)
    }

    /// The groups that are shown in this number of lines, of which one may be needed for the rest.
    private func chosen(_ places: Int) -> [SeenGroups.Group] {
        let hasRest = groups.count > min(places, groups.groups.count) || groups.muted > 0 || groups.ungrouped > 0
        var chosen = Array(groups.groups.prefix(hasRest ? places - 1 : places))
        // A new cause is news, however few jobs it has.
        if let marked, !chosen.isEmpty, !chosen.contains(where: { $0.number == marked }),
            let newest = groups.groups.first(where: { $0.number == marked })
        {
            chosen[chosen.count - 1] = newest
        }
        return chosen
    }

    /// The newest group, for a while.
    private var marked: Int64? {
        guard let newest = groups.groups.first(where: { $0.number == groups.newest }),
            now.seconds(since: newest.firstSeen) < Self.newFor
        else { return nil }
        return newest.number
    }

    private func table(_ chosen: [SeenGroups.Group], hasHeader: Bool, _ terminal: Terminal) -> [String] {
        guard !chosen.isEmpty else { return [] }
        let hasRoom = terminal.columns.map { $0 >= Self.roomForGrowth } ?? true
        let showsGrowth = hasRoom && chosen.contains { $0.recent > 0 }
        var columns: [TextTable.Column] = [.init("GROUP"), .init("JOBS", isNumber: true)]
        if showsGrowth { columns.append(.init("LAST MIN", isNumber: true)) }
        columns.append(.init("ERROR"))
        var table = TextTable(columns, terminal: terminal)
        let marked = marked
        let rows = chosen.map { group -> [TextTable.Cell] in
            let isNew = group.number == marked
            let text = (isNew ? "newest: " : "") + (group.jobs == 1 ? "job \(group.example): " : "") + group.text
            var cells: [TextTable.Cell] = [
                .init(ErrorGroup.name(group.number), .red), .init(Units.grouped(group.jobs)),
            ]
            if showsGrowth { cells.append(.init(group.recent > 0 ? "+\(Units.grouped(group.recent))" : "")) }
            cells.append(.init(text, isNew ? .yellow : .plain))
            return cells
        }
        let header = table.header(for: rows)
        return WatchPicture.split((hasHeader ? header : "") + table.lines(rows))
    }

    /// The line that counts what is not shown; none if all is shown.
    private func rest(after shown: Int, columns: Int?) -> [String] {
        let more = groups.count - shown
        var parts: [String] = []
        if more > 0 {
            parts.append(
                shown > 0 ? "and \(Units.count(more, "more group"))" : "\(Units.count(more, "group")) of errors")
        }
        if groups.muted > 0 {
            parts.append(
                parts.isEmpty ? Units.count(groups.muted, "muted group") : "\(Units.grouped(groups.muted)) muted")
        }
        if groups.ungrouped > 0 { parts.append("\(Units.count(groups.ungrouped, "older error")) not grouped yet") }
        guard !parts.isEmpty else { return [] }
        let text = "     " + parts.joined(separator: ", ")
        let whole = "\(text): \(Printable.line(command))"
        guard let columns else { return [whole] }
        return [DisplayWidth.of(whole) <= columns ? whole : DisplayWidth.cut(text, to: columns)]
    }
}
