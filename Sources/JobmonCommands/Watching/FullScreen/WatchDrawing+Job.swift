import JobmonCore

/// One job and its output on the full screen.
extension WatchDrawing {
    func job(_ jid: Int64, room: Int) -> [ScreenLine] {
        guard let known = state.job, known.jid == jid, let record = known.content.member("job") else {
            return [ScreenLine("job \(jid)", .bold), ScreenLine(state.jobProblem ?? "reading", .faint)]
        }
        let status = Status(label: record.member("status")?.plainText ?? "") ?? .unknown
        var title = ScreenLine("job \(jid)  \(record.line("name"))  ", .bold)
        title.append(status.label, status.style)
        title.append(
            "  attempt \(record.member("attempts")?.count ?? 0) of \(record.member("max_attempts")?.count ?? 1)")
        let content = content(of: known.content, record)
        let visible = max(1, room - 1)
        let top = min(state.jobTop, max(0, content.count - visible))
        if content.count > visible {
            let end = min(content.count, top + visible)
            title = title.cut(to: max(10, columns - 24))
                .with(ScreenLine("lines \(top + 1) to \(end) of \(content.count)", .faint), at: columns)
        }
        return [title] + content[top..<min(content.count, top + visible)]
    }

    /// The lines of a job below its title; nil: it is not known yet.
    func jobLines(_ jid: Int64) -> [ScreenLine]? {
        guard let known = state.job, known.jid == jid, let record = known.content.member("job") else { return nil }
        return content(of: known.content, record)
    }

    private func content(of answer: JSON, _ record: JSON) -> [ScreenLine] {
        var lines: [ScreenLine] = []
        func add(_ name: String, _ text: String, _ style: Style = .plain) {
            guard !text.isEmpty else { return }
            let indent = 10
            for (index, part) in ScreenLine.wrapped(text, to: max(10, columns - indent)).enumerated() {
                let label = index == 0 ? name : ""
                var line = ScreenLine(label + String(repeating: " ", count: max(1, indent - label.utf8.count)), .faint)
                line.append(part, style)
                lines.append(line)
            }
        }
        if let problem = state.jobProblem { add("", problem, .red) }
        let why = answer.member("explanation")
        if let sentence = why?.line("why"), !sentence.isEmpty {
            add("why", "\(sentence) (\(why?.line("certainty") ?? ""))", .bold)
        }
        for (name, member) in [("evidence", "evidence"), ("apart", "differences"), ("next", "next")] {
            for (index, item) in (why?.member(member)?.items ?? []).enumerated() {
                add(index == 0 ? name : "", Printable.line(item.plainText))
            }
        }
        add("command", answer.line("command"))
        if case .object(let params)? = record.member("params"), !params.isEmpty {
            add("params", Printable.line(params.shown))
        }
        add("queue", record.line("queue"))
        add("continue", answer.line("continue"))
        lines.append(ScreenLine())
        lines += attempts(record)
        lines += error(answer, record)
        return lines
    }

    private func attempts(_ record: JSON) -> [ScreenLine] {
        let instances = record.member("instances")?.items ?? []
        guard !instances.isEmpty else { return [] }
        var table = TextTable(
            [
                .init("TRY", isNumber: true), .init("STATUS"), .init("CAUSE"),
                .init("EXIT", isNumber: true, canGo: true),
                .init("HOST", widest: 24, narrowest: 6), .init("STARTED", canGo: true), .init("TIME", isNumber: true),
                .init("MEMORY", isNumber: true, reasonWidth: 9),
            ], terminal: Terminal(columns: columns, rows: rows, colours: false))
        let cells = instances.map { instance -> [TextTable.Cell] in
            let started = instance.member("started_date")?.time
            let usage = instance.member("usage") ?? instance
            let time = usage.member("wallclock")?.number
            return [
                .init(String((instance.member("retry_number")?.count ?? 0) + 1)),
                .init(instance.line("status").uppercased()),
                .init(instance.line("cause").replacing("_", with: " ")),
                .init(instance.line("exit_code")), .init(instance.line("host")),
                .init(started.map { String(times.clock($0)) } ?? ""),
                .init(
                    (time ?? started.flatMap { instance.member("finished_date")?.time?.seconds(since: $0) })
                        .map(Units.duration) ?? ""),
                .init(memory(usage)),
            ]
        }
        let header = ScreenLine(WatchPicture.split(table.header(for: cells)).first ?? "", .faint)
        return [header] + WatchPicture.split(table.lines(cells)).map { ScreenLine($0) } + [ScreenLine()]
    }

    /// The peak of all processes, else that of the largest one, as in the lists of `jobmon jobs`.
    private func memory(_ usage: JSON) -> String {
        if let peak = usage.member("memory_peak")?.integer {
            let bound = MemoryPeak.Bound(rawValue: usage.line("memory_bound"))
            return "\(bound?.sign ?? "")\(Units.bytes(peak))"
        }
        guard let largest = usage.member("maxrss")?.integer else { return "" }
        return "\(usage.member("maxrss_at_most") == .bool(true) ? "<" : "")\(Units.bytes(largest))"
    }

    /// Lines of an error's text that are drawn; the output has all of it.
    private static let mostErrorLines = 500

    private func error(_ answer: JSON, _ record: JSON) -> [ScreenLine] {
        guard let text = record.member("instances")?.items?.last?.member("error")?.plainText, !text.isEmpty else {
            return []
        }
        let marked = answer.member("explanation")?.member("frame")?.member("line")?.count
        var lines = [ScreenLine("error", .faint)]
        let all = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in all.prefix(Self.mostErrorLines).enumerated() {
            let shown = Printable.line(String(line.prefix(4000)).replacing("\t", with: "    "))
            for part in ScreenLine.wrapped(shown, to: max(10, columns - 2)) {
                lines.append(ScreenLine((index == marked ? "> " : "  ") + part, index == marked ? .yellow : .plain))
            }
        }
        if all.count > Self.mostErrorLines {
            lines.append(ScreenLine("  and \(Units.count(all.count - Self.mostErrorLines, "more line"))", .faint))
        }
        return lines
    }

    // MARK: - Output

    private func height(_ line: String) -> Int { ScreenLine.wrapped(line, to: columns).count }

    /// The lines below those that are shown, when the first one is at the top of the screen.
    func highestAbove(room: Int) -> Int {
        guard let shown = state.output else { return 0 }
        var used = 0
        var fitting = 0
        for line in shown.lines {
            used += height(line)
            guard used <= room else { break }
            fitting += 1
        }
        return max(0, shown.lines.count - max(1, fitting))
    }

    func output(room: Int) -> [ScreenLine] {
        guard let shown = state.output else { return [] }
        let source = shown.source
        var title = ScreenLine("\(source.stream) of job \(source.jid), attempt \(source.attempt)", .bold)
        title.append(shown.above > 0 ? "  paused: f follows the end" : "  its end is followed", .faint)
        if let problem = shown.problem { title.append("  \(problem)", .red) }
        let visible = max(1, room - 1)
        if let problem = shown.problem, shown.lines.isEmpty {
            return [title] + ScreenLine.wrapped(problem, to: columns).map { ScreenLine($0, .red) }
        }
        guard shown.isRead else { return [title, ScreenLine("reading", .faint)] }
        guard !shown.lines.isEmpty else { return [title, ScreenLine("nothing was written", .faint)] }
        // From the last line that is shown upwards, until the screen is full.
        var lines: [ScreenLine] = []
        var index = shown.lines.count - shown.above - 1
        while index >= 0, lines.count < visible {
            let parts = ScreenLine.wrapped(String(shown.lines[index].suffix(columns * visible * 2)), to: columns)
            lines = parts.map { ScreenLine($0) } + lines
            index -= 1
        }
        if index < 0, shown.isCut, lines.count < visible {
            lines.insert(ScreenLine("(the beginning is left out)", .faint), at: 0)
        }
        return [title] + lines.suffix(visible)
    }
}
