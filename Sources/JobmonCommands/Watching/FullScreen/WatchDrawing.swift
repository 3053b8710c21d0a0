import JobmonCore
import JobmonViews

/// Draws the state of the full screen: a picture of exactly its size, whatever the texts are.
struct WatchDrawing {
    let state: WatchState
    /// The present time, by the clock of this host and the monotonic clock.
    let now: Timestamp
    let seconds: Double

    var columns: Int { state.size.columns }
    var rows: Int { state.size.rows }
    let times = ShownTime.local

    var picture: ScreenPicture {
        // Less than that shows nothing useful.
        guard rows >= 5, columns >= 20 else { return ScreenPicture(lines: [ScreenLine("too small")]) }
        var lines: [ScreenLine]
        switch state.scene {
        case .lists: lines = head + body(rows - head.count - 1)
        case .job(let jid): lines = job(jid, room: rows - 1)
        case .output: lines = output(room: rows - 1)
        case .help: lines = help
        }
        lines = Array(lines.prefix(rows - 1))
        while lines.count < rows - 1 { lines.append(ScreenLine()) }
        // What is wrong with what was typed stands above it.
        if state.prompt != nil, let message = state.message, seconds < message.until {
            lines[rows - 2] = ScreenLine(message.text, message.style)
        }
        let (foot, cursor) = foot
        lines.append(foot)
        // A message may be a command to type: all of it is shown.
        if state.prompt == nil, let message = state.message, seconds < message.until {
            let parts = ScreenLine.wrapped(message.text, to: columns).suffix(rows / 2)
            lines.replaceSubrange((rows - parts.count)..., with: parts.map { ScreenLine($0, message.style) })
        }
        return ScreenPicture(lines: lines.map { $0.cut(to: columns) }, cursor: cursor.map { (rows - 1, $0) })
    }

    /// The number of rows that a list has room for, by list.
    var rooms: [WatchList: Int] {
        Dictionary(uniqueKeysWithValues: sections(rows - head.count - 1).map { ($0.list, max(1, $0.rows)) })
    }

    /// What the state may not go beyond: the first line of a job, and the lines of output below those that are shown.
    var limits: (jobTop: Int, above: Int) {
        var limits = (jobTop: Int.max, above: Int.max)
        switch state.scene {
        case .job(let jid): limits.jobTop = jobLines(jid).map { max(0, $0.count - (rows - 2)) } ?? .max
        case .output: limits.above = highestAbove(room: rows - 2)
        case .lists, .help: break
        }
        return limits
    }

    // MARK: - Head

    private var head: [ScreenLine] {
        var title = ScreenLine("jobmon watch", .bold)
        title.append("  " + Printable.line(state.root))
        if let queue = state.queue { title.append("  queue \(Printable.line(queue))") }
        var lines = [title.cut(to: max(20, columns - 12)).with(ScreenLine(clock, .faint), at: columns)]
        if let away = state.away {
            lines.append(ScreenLine(away, .red))
        }
        let counts = counts
        if let read = state.overview?.read {
            lines.append(ScreenLine("the monitor reads its jobs: \(Int(read * 100)) %", .yellow))
        }
        if let counts {
            lines.append(bar(counts))
            lines.append(line(of: counts))
        } else {
            lines += [ScreenLine("reading", .faint), ScreenLine()]
        }
        lines.append(pace)
        if state.filter != JobFilter(queue: state.queue) {
            let selected =
                state.overview.map { "\(Units.grouped($0.selected)) of \(Units.grouped($0.total)) jobs" } ?? ""
            var filter = ScreenLine("filter  ", .cyan)
            filter.append(Printable.line(FilterWords.text(state.filter)), .bold)
            filter.append("  \(selected)  Esc: all jobs", .faint)
            lines.append(filter)
            if let group = filteredGroup {
                lines.append(ScreenLine("        " + group.title, .red))
                let apart = group.concentration.prefix(rows >= 30 ? 2 : 1)
                lines += apart.map { ScreenLine("        " + $0, .yellow) }
            }
        }
        return lines
    }

    private var clock: String { String(times.clock(now).suffix(8)) }

    /// The group that the filter is for.
    private var filteredGroup: SeenOverview.Group? {
        guard state.filter.groups.count == 1, let number = state.filter.groups.first else { return nil }
        return state.overview?.groups.first { ErrorGroup.number($0.name) == number }
    }

    private struct Counts {
        var complete = 0, running = 0, waiting = 0, failed = 0, cancelled = 0, unclear = 0, late = 0
        var over: Int { complete + failed + cancelled }
        var total: Int { over + running + waiting + unclear }

        init(_ jobs: [Status: Int], late: Int) {
            func number(_ status: Status) -> Int { jobs[status] ?? 0 }
            complete = number(.complete)
            running = number(.running)
            waiting = number(.queued) + number(.submitted)
            failed = number(.failed)
            cancelled = number(.cancelled)
            unclear = number(.unknown)
            self.late = late
        }
    }

    /// Of all jobs the counts are known at once, of a selection with its answer; nil: not yet.
    private var counts: Counts? {
        if state.filter == JobFilter(queue: state.queue), let summary = state.summary {
            return Counts(summary.jobs, late: summary.late)
        }
        return state.overview.map { Counts($0.jobs, late: $0.late) }
    }

    private func bar(_ counts: Counts) -> ScreenLine {
        guard counts.total > 0 else { return ScreenLine("no jobs yet") }
        let words = "\(Units.grouped(counts.over)) of \(Units.count(counts.total, "job")) over"
        let share = Double(counts.over) / Double(counts.total)
        let percent = "\(Int((share * 100).rounded(.down))) %"
        let width = max(10, min(60, columns - words.utf8.count - 10))
        // A part that is there is seen, however small.
        func part(_ count: Int) -> Int {
            count == 0 ? 0 : max(1, Int(Double(count) / Double(counts.total) * Double(width)))
        }
        var line = ScreenLine("[")
        let failed = part(counts.failed + counts.cancelled)
        let complete = min(part(counts.complete), width - failed)
        let running = min(part(counts.running), max(0, width - failed - complete))
        line.append(String(repeating: "#", count: complete), .green)
        line.append(String(repeating: "x", count: failed), .red)
        line.append(String(repeating: ">", count: running), .cyan)
        line.append(String(repeating: ".", count: max(0, width - complete - failed - running)), .faint)
        line.append("] ")
        line.append(percent, .bold)
        line.append("  \(words)")
        return line
    }

    private func line(of counts: Counts) -> ScreenLine {
        var line = ScreenLine()
        func add(_ count: Int, _ name: String, _ style: Style, always: Bool = false) {
            guard count > 0 || always else { return }
            if !line.spans.isEmpty { line.append("  ") }
            line.append("\(Units.grouped(count)) \(name)", count > 0 ? style : .plain)
        }
        add(counts.complete, "complete", .green, always: true)
        add(counts.running, "running", .cyan, always: true)
        add(counts.failed, "failed", .red, always: true)
        add(counts.waiting, "waiting", .plain, always: true)
        add(counts.late, "late", .yellow)
        add(counts.cancelled, "cancelled", .yellow)
        add(counts.unclear, "unknown", .magenta)
        return line
    }

    private var pace: ScreenLine {
        guard let seen = state.overview, seen.read == nil else { return ScreenLine() }
        var parts: [String] = []
        let isAtWork = (counts?.running ?? 0) > 0
        if isAtWork, let rate = seen.rate {
            parts.append(
                rate >= 10
                    ? "\(Units.grouped(Int(rate.rounded()))) jobs/s"
                    : rate >= 1
                        ? "\((rate * 10).rounded() / 10) jobs/s"
                        : "\(Units.grouped(Int((rate * 3600).rounded()))) jobs/h")
        }
        if isAtWork, let left = seen.remaining {
            parts.append(
                "\(Units.duration(left.seconds)) left (\(Units.duration(left.low)) to \(Units.duration(left.high)))")
        }
        if let last = seen.lastFinished {
            let ago = max(0, now.seconds(since: last))
            parts.append("last finished \(Units.duration(ago)) ago")
        }
        if let queue = seen.idleQueues.first, let counts, counts.waiting > 0 {
            parts.append("nobody works on queue \(queue)")
        }
        return ScreenLine(parts.joined(separator: ", "))
    }

    // MARK: - Foot

    private var foot: (ScreenLine, cursor: Int?) {
        if let prompt = state.prompt { return foot(prompt) }
        if let message = state.message, seconds < message.until {
            return (ScreenLine(message.text, message.style), nil)
        }
        let keys =
            switch state.scene {
            case .lists:
                columns < 76
                    ? "Enter open  / filter  s sort  r retry  c cancel  ? keys  q"
                    : "Tab 1-4 list  Enter open  / filter  s sort  o output  r retry  c cancel  m mute  ? keys  q quit"
            case .job: "Esc back  o output  r retry  c cancel  ? keys  q quit"
            case .output: "Esc back  Tab stdout/stderr  [ ] attempt  g start  f follow  ? keys  q quit"
            case .help: "Esc back  q quit"
            }
        return (ScreenLine(keys, .faint), nil)
    }

    private func foot(_ prompt: WatchPrompt) -> (ScreenLine, cursor: Int?) {
        func typed(_ question: String, _ text: String) -> (ScreenLine, cursor: Int?) {
            var line = ScreenLine(question, .bold)
            let room = max(1, columns - line.width - 1)
            var shown = Printable.line(text)
            // The end is where the person types.
            while DisplayWidth.of(shown) > room { shown.removeFirst() }
            line.append(shown)
            return (line, line.width)
        }
        switch prompt {
        case .filter(let text):
            return typed(columns < 60 ? "filter: " : "filter (failed, E3, name, param=value, host=…): ", text)
        case .sort:
            let keys = WatchState.sortKeys.map { "\($0.key) \($0.column.rawValue)" }.joined(separator: "  ")
            return (ScreenLine("sort by: \(keys)", .bold), nil)
        case .counting(let action): return (ScreenLine("\(action.kind.rawValue): counting the jobs", .bold), nil)
        case .confirm(let action, let jobs, _):
            let verb = action.kind == .retry ? "Retry" : "Cancel"
            let which = action.job.map { "job \($0)" } ?? Units.count(jobs, "job")
            let words = action.words.isEmpty ? "" : " \(action.words)"
            var line = ScreenLine(
                "\(verb) \(which)\(words)\(action.change)? ", action.kind == .cancel ? .red : .bold)
            line.append(action.kind == .retry ? "y yes  n no  m more memory  t more time" : "y yes  n no")
            return (line, nil)
        case .amount(_, .memory, let text): return typed("memory (2x, 8G): ", text)
        case .amount(_, .runtime, let text): return typed("time limit (2x, 4h): ", text)
        }
    }

    private var help: [ScreenLine] {
        let text = """
            Lists: 1 groups of errors, 2 running jobs, 3 recent ends, 4 all jobs

            Tab, 1 to 4      another list
            arrows, j k      choose; PgUp PgDn, g, G: pages, first, last
            Enter            open a job; of a group of errors: its jobs
            /                filter: failed, E3, oom, 1-200, name, param=value,
                             host=NAME, queue=NAME, late; several must all hold
            s                sort the list of all jobs
            o                output of a job, followed while it grows
            r, c             retry or cancel the job or the jobs of the group;
                             R, C: all jobs that the filter selects
            m                mute a group of errors, or list it again
            Esc              back; without anything open: all jobs
            Ctrl-L           draw anew
            q, Ctrl-C        end; the jobs go on
            """
        return [ScreenLine("Keys", .bold), ScreenLine()]
            + text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { ScreenLine(String($0)) }
    }
}
