import JobmonCore
import JobmonViews

/// The lists of the full screen.
extension WatchDrawing {
    /// A list and the rows that it has room for.
    struct Section {
        var list: WatchList
        var rows: Int
    }

    /// How the lines below the head are divided: each list has a title, and a header if there is room for one.
    func sections(_ room: Int) -> [Section] {
        let shown = state.shownLists
        guard shown.count > 1 else { return [Section(list: state.list, rows: room - 2)] }
        let each = room / shown.count
        // What a short list leaves over, the others get.
        var wanted = shown.map { list in min(count(list), 1000) }
        var rows = [Int](repeating: max(1, each - 2), count: shown.count)
        var left = room - shown.count * 2 - rows.reduce(0, +)
        for index in shown.indices where wanted[index] < rows[index] {
            left += rows[index] - max(1, wanted[index])
            rows[index] = max(1, wanted[index])
        }
        while left > 0, let index = shown.indices.filter({ wanted[$0] > rows[$0] }).min(by: { rows[$0] < rows[$1] }) {
            rows[index] += 1
            left -= 1
        }
        wanted = []
        if left > 0 { rows[shown.count - 1] += left }
        return zip(shown, rows).map { Section(list: $0, rows: $1) }
    }

    func body(_ room: Int) -> [ScreenLine] {
        let sections = sections(room)
        if sections.count == 1 { return tabs + table(sections[0]) }
        return sections.flatMap { [title($0.list)] + table($0) }
    }

    private func count(_ list: WatchList) -> Int {
        switch list {
        case .groups: (state.overview?.groups.count ?? 0) + (state.overview?.moreGroups ?? 0)
        case .running, .ended, .jobs: state.lists[list]?.count ?? 0
        }
    }

    private func name(_ list: WatchList, isShort: Bool) -> String {
        switch list {
        case .groups: isShort ? "errors" : "groups of errors"
        case .running: "running"
        case .ended: isShort ? "ended" : "recent ends"
        case .jobs: "jobs"
        }
    }

    /// The number of rows of a list in words; empty: it is not known.
    private func number(_ list: WatchList) -> String {
        guard list == .groups ? state.overview != nil : state.lists[list] != nil else { return "" }
        return " \(Units.grouped(count(list)))"
    }

    /// The names of all lists in one line, for a screen that has room for one of them.
    private var tabs: [ScreenLine] {
        var line = ScreenLine()
        for list in WatchList.allCases {
            if !line.spans.isEmpty { line.append("  ") }
            let isShown = list == state.list
            line.append(
                " [\(list.rawValue)] \(name(list, isShort: true))\(number(list)) ", isShown ? .bold : .plain,
                isMarked: isShown)
        }
        return [line]
    }

    private func title(_ list: WatchList) -> ScreenLine {
        let hasKeys = list == state.list
        var line = ScreenLine()
        line.append(
            " [\(list.rawValue)] \(name(list, isShort: false))\(number(list)) ", .bold, isMarked: hasKeys)
        switch list {
        case .groups:
            if let seen = state.overview {
                var more: [String] = []
                if seen.muted > 0 { more.append("\(seen.muted) muted") }
                if seen.ungrouped > 0 { more.append("\(Units.count(seen.ungrouped, "older error")) not grouped yet") }
                if !more.isEmpty { line.append("  \(more.joined(separator: ", "))", .faint) }
            }
        case .jobs:
            line.append("  by \(state.sort.column.rawValue)\(state.sort.falls ? ", falling" : "")", .faint)
        case .running, .ended: break
        }
        if list != .groups, let seen = state.lists[list], seen.count > WatchState.mostRows {
            line.append("  the first \(Units.grouped(WatchState.mostRows)); a filter leads to the others", .faint)
        }
        return line
    }

    private func table(_ section: Section) -> [ScreenLine] {
        switch section.list {
        case .groups: groups(section)
        case .running, .ended, .jobs: jobs(section)
        }
    }

    /// The part of a list that is shown: around its chosen row.
    private func window<Item>(_ items: [Item], _ section: Section) -> (items: ArraySlice<Item>, chosen: Int?) {
        let room = max(1, section.rows)
        let place = state.places[section.list] ?? WatchState.Place()
        let chosen = max(0, min(place.index, items.count - 1))
        var top = max(0, min(place.top, items.count - room))
        if chosen < top { top = chosen }
        if chosen >= top + room { top = chosen - room + 1 }
        return (items[top..<min(items.count, top + room)], items.isEmpty ? nil : chosen - top)
    }

    private func lines(
        _ table: TextTable, _ rows: [[TextTable.Cell]], _ styles: [Style], chosen: Int?, in section: Section
    ) -> [ScreenLine] {
        var table = table
        var lines = [ScreenLine(WatchPicture.split(table.header(for: rows)).first ?? "", .faint)]
        for (index, row) in rows.enumerated() {
            // What has no room in the line of its row is left out.
            let text = WatchPicture.split(table.lines([row])).first ?? ""
            let line = ScreenLine(text, index < styles.count ? styles[index] : .plain)
            lines.append(index == chosen && section.list == state.list ? line.marked(to: columns) : line)
        }
        while lines.count < section.rows + 1 { lines.append(ScreenLine()) }
        return lines
    }

    private func empty(_ text: String, _ section: Section) -> [ScreenLine] {
        [ScreenLine("   \(text)", .faint)] + [ScreenLine](repeating: ScreenLine(), count: max(0, section.rows))
    }

    private var plain: Terminal { Terminal(columns: columns, rows: rows, colours: false) }

    // MARK: - Groups

    private func groups(_ section: Section) -> [ScreenLine] {
        guard let seen = state.overview else { return empty("reading", section) }
        guard !seen.groups.isEmpty else { return empty("no errors", section) }
        let (shown, chosen) = window(seen.groups, section)
        let showsTrend = columns >= 70 && state.isUTF8 && seen.read == nil
        var columns: [TextTable.Column] = [.init("GROUP"), .init("JOBS", isNumber: true)]
        if showsTrend { columns.append(.init("OVER TIME")) }
        columns.append(.init("ERROR", reasonWidth: 1))
        let rows = shown.map { group -> [TextTable.Cell] in
            let marks = [group.isMuted ? "muted" : nil, group.isNew ? "new" : nil].compactMap { $0 }
            let text = group.title.isEmpty || group.jobs == 1 ? group.line : group.title
            let prefix = marks.isEmpty ? "" : "\(marks.joined(separator: ", ")): "
            var cells: [TextTable.Cell] = [.init(group.name), .init(Units.grouped(group.jobs))]
            if showsTrend { cells.append(.init(Self.bars(group.trend))) }
            cells.append(.init(prefix + text + (group.note.isEmpty ? "" : "  [\(group.note)]")))
            return cells
        }
        let styles = shown.map { $0.isMuted ? Style.faint : $0.isNew ? .yellow : .plain }
        return lines(
            TextTable(columns, terminal: plain), rows, styles, chosen: chosen, in: section)
    }

    /// Numbers as bars of eight heights, two numbers in one.
    static func bars(_ numbers: [Int]) -> String {
        let pairs = stride(from: 0, to: numbers.count, by: 2).map {
            numbers[$0] + ($0 + 1 < numbers.count ? numbers[$0 + 1] : 0)
        }
        guard let most = pairs.max(), most > 0 else { return String(repeating: " ", count: pairs.count) }
        let heights = Array("▁▂▃▄▅▆▇█")
        return String(pairs.map { $0 == 0 ? " " : heights[min(7, ($0 * 8 - 1) / most)] })
    }

    // MARK: - Jobs

    private func jobs(_ section: Section) -> [ScreenLine] {
        guard let seen = state.lists[section.list] else { return empty("reading", section) }
        guard !seen.rows.isEmpty else {
            return empty(
                section.list == .running ? "nothing runs" : section.list == .ended ? "nothing has ended" : "no jobs",
                section)
        }
        let (shown, chosen) = window(seen.rows, section)
        let fields = fields(section.list)
        let styles = shown.map { $0.isLate ? Style.yellow : section.list == .running ? .plain : $0.status.style }
        return lines(
            TextTable(fields.map(\.column), terminal: plain),
            shown.map { job in fields.map { TextTable.Cell($0.text(job)) } }, styles, chosen: chosen, in: section)
    }

    /// A column of a list of jobs.
    private struct Field {
        var column: TextTable.Column
        var text: (SeenJob) -> String
        /// It is left out of a narrow screen.
        var isExtra = false
    }

    private func fields(_ list: WatchList) -> [Field] {
        let number = Field(column: .init("JID", isNumber: true)) { String($0.jid) }
        let status = Field(column: .init("STATUS")) { $0.status.label }
        let name = Field(column: .init("NAME", widest: 30, narrowest: 8, canGo: true)) { $0.name }
        let params = Field(
            column: .init("PARAMS", widest: 60, narrowest: 8, canGo: true), text: { $0.params },
            isExtra: list != .running)
        let attempt = Field(
            column: .init("TRY", isNumber: true, canGo: true), text: { String($0.attempts) }, isExtra: true)
        let host = Field(column: .init("HOST", widest: 24, narrowest: 6, canGo: true), text: { $0.host }, isExtra: true)
        let time = Field(column: .init("TIME", isNumber: true)) { $0.time.map(Units.duration) ?? "" }
        let memory = Field(
            column: .init("MEMORY", isNumber: true), text: { $0.memory.map { Units.bytes($0) } ?? "" }, isExtra: true)
        let ended = Field(column: .init("ENDED", isNumber: true)) { $0.finished.map(ago) ?? "" }
        let why = Field(column: .init("REASON", reasonWidth: 1)) { reason($0) }
        let late = Field(column: .init("", reasonWidth: 1)) { $0.isLate ? "late" : "" }
        let all: [Field] =
            switch list {
            case .running: [number, name, params, attempt, host, time, late]
            case .ended: [number, status, name, params, host, time, ended, why]
            case .groups, .jobs: [number, status, name, params, attempt, host, time, memory, why]
            }
        return columns < 76 ? all.filter { !$0.isExtra } : all
    }

    private func ago(_ time: Timestamp) -> String { "\(Units.duration(max(0, now.seconds(since: time)))) ago" }

    private func reason(_ job: SeenJob) -> String {
        guard job.status == .failed || job.status == .cancelled || job.status == .unknown else { return "" }
        return job.error.isEmpty ? job.cause.replacing("_", with: " ") : job.error
    }
}
