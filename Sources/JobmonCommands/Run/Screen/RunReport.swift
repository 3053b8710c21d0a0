import JobmonCore
import JobmonQueue

/// The report of `run` at its end: the counts, one line per error, and suggested commands.
struct RunReport {
    /// The maximum number of errors that are listed.
    static let named = 20

    var summary: QueueSummary
    var queue: String
    /// The duration in seconds.
    var seconds: Double
    /// The option that a suggested command needs for the same directory: ` -d DIR`, or nothing.
    var again: String
    /// The groups of the errors of the failed jobs; empty: they are listed one by one.
    var groups: [ErrorGroup] = []

    var exitStatus: ExitStatus {
        switch summary.ending {
        case .stopped: .interrupted
        case .failed: .ledger
        case .done, .halted: summary.counts.failed + summary.counts.cancelled > 0 || !isWhole ? .failed : .done
        }
    }

    private var isWhole: Bool { summary.counts.over == summary.counts.total }

    /// The lines, for stderr.
    func lines(columns: Int?) -> [String] {
        let counts = summary.counts
        var lines: [String] = []
        switch summary.ending {
        case .done: break
        case .halted: lines.append("jobmon: halted: too many jobs failed")
        case .stopped: lines.append("jobmon: stopped")
        case .failed(let problem): lines.append("jobmon: \(Printable.line(problem.description))")
        }
        var parts = ["\(Units.grouped(counts.complete)) complete"]
        if counts.failed > 0 { parts.append("\(Units.grouped(counts.failed)) failed") }
        if counts.cancelled > 0 { parts.append("\(Units.grouped(counts.cancelled)) cancelled") }
        let open = counts.queued + counts.running
        if open > 0 { parts.append("\(Units.grouped(open)) to do") }
        if counts.unclear > 0 { parts.append("\(Units.grouped(counts.unclear)) unclear") }
        if counts.total == 0 {
            lines.append("jobmon: queue \(Printable.line(queue)) has no jobs")
        } else {
            lines.append(
                "jobmon: \(Units.count(counts.total, "job")): \(parts.joined(separator: ", "))"
                    + " (\(Units.duration(seconds)))")
        }
        if summary.ending == .done, summary.begun == 0, counts.complete == counts.total, counts.total > 0 {
            lines.append("        nothing was left to do; --again runs the jobs again")
        } else if summary.ending == .done, summary.begun == 0, counts.total > 0, counts.over == counts.total {
            lines.append(
                "        nothing was started: no failed or cancelled job has an attempt left, or a retry rule ended it; "
                    + "jobmon retry gives one")
        }
        if summary.doubtful > 0 {
            let queue = ShellWord.quoted(queue)
            lines.append(
                "        \(Units.grouped(summary.doubtful)) complete, but in doubt: "
                    + "jobmon jobs\(again) --queue \(queue) --doubtful")
        }
        if let blocked = summary.blocked {
            lines.append(
                "        \(Units.count(blocked.count, "job")) not run, since a job that \(blocked.count == 1 ? "it waits" : "they wait")"
                    + " for failed (such as job \(blocked.jid): job \(blocked.by))")
        }
        if let over = summary.overMemory {
            let jobs =
                "\(Units.count(over.count, "attempt")) had more memory than \(over.count == 1 ? "it" : "they") asked for"
            let most = "job \(over.jid) had \(Units.bytes(over.had)), and had asked for \(Units.bytes(over.asked))"
            lines.append("        \(jobs): \(most); jobmon usage\(again) --queue \(ShellWord.quoted(queue))")
        }
        let isGrouped = groups.contains { $0.jobs > 1 || $0.muted != nil }
        lines += isGrouped ? groupLines(columns: columns) : errors(columns: columns)
        return lines + next() + left()
    }

    /// The arguments that select all failed jobs: their numbers if there are few, else their queue.
    private var failed: String {
        if summary.failures.count == summary.counts.failed {
            let numbers = JobNumbers(summary.failures.map(\.jid)).text
            if numbers.utf8.count <= 40 { return numbers }
        }
        return "--queue \(ShellWord.quoted(queue)) --status failed"
    }

    /// One line on the queue's other jobs; empty if all of them are over.
    private func left() -> [String] {
        let left = summary.left
        guard left.open > 0 else { return [] }
        let name = ShellWord.quoted(queue)
        let alive = left.running + left.unclear
        var parts: [String] = []
        if left.queued > 0 { parts.append("\(Units.grouped(left.queued)) queued") }
        if alive > 0 { parts.append("\(Units.grouped(alive)) running") }
        return [
            "Left:   \(Units.count(left.open, "other job")) of queue \(Printable.line(queue))"
                + " (\(parts.joined(separator: ", "))); continue: jobmon run\(again) --queue \(name);"
                + " drop: jobmon forget\(again) --queue \(name) --status queued"
        ]
    }

    private func errors(columns: Int?) -> [String] {
        let shown = summary.failures.prefix(Self.named)
        let names = shown.map { Printable.line($0.name) }
        let widthOfJid = shown.map { String($0.jid).count }.max() ?? 0
        // A long name must leave room for the reason.
        let room = columns.map { max(8, $0 - widthOfJid - 6 - ErrorText.reasonWidth) } ?? 24
        let widthOfName = min(24, room, names.map { DisplayWidth.of($0) }.max() ?? 0)
        var lines: [String] = []
        for (failure, name) in zip(shown, names) {
            let jid = String(failure.jid)
            let cut = DisplayWidth.cut(name, to: widthOfName)
            let attempts = failure.attempts > 1 ? " (\(failure.attempts) attempts)" : ""
            let says = InstanceRecord.failure(
                headline: failure.headline, cause: failure.cause, exitCode: failure.exitCode, signal: failure.signal)
            let line =
                "  " + String(repeating: " ", count: widthOfJid - jid.count) + jid + "  " + cut
                + String(repeating: " ", count: max(0, widthOfName - DisplayWidth.of(cut))) + "  "
                + Printable.line(SecretMask.masked(says)) + attempts
            lines.append(columns.map { DisplayWidth.cut(line, to: $0) } ?? DisplayWidth.cut(line, to: 300))
        }
        let more = summary.counts.failed - shown.count
        if more > 0, !shown.isEmpty {
            lines.append("  and \(Units.grouped(more)) more: jobmon errors\(again) --queue \(ShellWord.quoted(queue))")
        }
        return lines
    }

    /// A line for each group of errors that have one cause. Muted ones are only counted.
    private func groupLines(columns: Int?) -> [String] {
        let listed = groups.filter { $0.muted == nil }
        let shown = listed.prefix(Self.named)
        let names = shown.map { ErrorGroup.name($0.number) }
        let counts = shown.map { Units.count($0.jobs, "job") }
        let widths = (names.map(\.utf8.count).max() ?? 0, counts.map(\.utf8.count).max() ?? 0)
        var lines: [String] = []
        for ((group, name), count) in zip(zip(shown, names), counts) {
            let what =
                group.jobs == 1
                ? "job \(group.example): \(group.exampleLine)" : "\(group.title) (such as job \(group.example))"
            let line =
                "  " + name + String(repeating: " ", count: widths.0 - name.utf8.count + 2)
                + String(repeating: " ", count: widths.1 - count.utf8.count) + count + "  "
                + Printable.line(SecretMask.masked(what))
            lines.append(DisplayWidth.cut(line, to: columns ?? 300))
        }
        let more = listed.count - shown.count
        if more > 0 { lines.append("  and \(Units.count(more, "more group"))") }
        let muted = groups.count - listed.count
        if muted > 0 { lines.append("  \(Units.count(muted, "muted group")): jobmon errors\(again) --muted") }
        if let name = names.first {
            lines.append("Errors: jobmon errors\(again) \(name)   (one group; all: jobmon errors\(again))")
        }
        return lines
    }

    /// Suggested commands; empty if all jobs are complete.
    private func next() -> [String] {
        var lines: [String] = []
        if let first = summary.failures.first {
            lines.append("Look:   jobmon show\(again) \(first.jid)")
            lines.append("        jobmon logs\(again) \(first.jid)")
            lines.append("Retry:  jobmon retry\(again) \(failed), then the same command again")
        }
        if !isWhole {
            lines.append("Resume: the same command again, or jobmon run\(again) --queue \(ShellWord.quoted(queue))")
        }
        return lines
    }

    /// The summary as JSON, for stdout.
    var json: JSON {
        let counts = summary.counts
        var object: JSONObject = [
            "queue": .string(queue), "total": .int(Int64(counts.total)), "complete": .int(Int64(counts.complete)),
            "failed": .int(Int64(counts.failed)), "cancelled": .int(Int64(counts.cancelled)),
            "queued": .int(Int64(counts.queued)), "running": .int(Int64(counts.running)),
            "unclear": .int(Int64(counts.unclear)), "doubtful": .int(Int64(summary.doubtful)),
            "blocked": .int(Int64(summary.blocked?.count ?? 0)),
            "over_memory": .int(Int64(summary.overMemory?.count ?? 0)),
            "left": .int(Int64(summary.left.open)),
            "seconds": .double((seconds * 1000).rounded() / 1000),
        ]
        switch summary.ending {
        case .done: object.append("ending", "done")
        case .halted: object.append("ending", "halted")
        case .stopped: object.append("ending", "stopped")
        case .failed(let problem):
            object.append("ending", "failed")
            object.append("problem", .string(problem.description))
        }
        object.append(
            "errors",
            .array(summary.failures.map(\.json)))
        return .object(object)
    }
}
