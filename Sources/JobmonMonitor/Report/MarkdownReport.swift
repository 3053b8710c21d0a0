import JobmonCore

/// The numbers of the page as tables in Markdown, on at most about 60 lines.
struct MarkdownReport {
    let source: ReportSource
    /// Answers of the page for all jobs.
    let overview: JSON
    let hosts: JSON
    /// Rows, the slowest first.
    let slowest: JSON

    /// Lines of a table.
    static let mostJobs = 8
    private static let mostGroups = 12
    private static let mostHosts = 8
    /// Characters of a name, and of an error or a sentence.
    private static let name = 60
    private static let sentence = 120

    var text: String {
        var lines = [heading, "", said, ""]
        lines += countsTable
        lines += section("Failures", groupsTable) + section("Time, memory and wait", quantilesTable)
        lines += section("Slowest jobs", slowestTable) + section("Hosts with failures", hostsTable)
        lines += ["", "To go on:", ""] + commands.map { "    \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private var heading: String { "# jobmon: \(MarkdownText.code(source.directory, most: 200, inTable: false))" }

    private var said: String {
        let made = overview.member("now").plainText.prefix(16).map { $0 == "T" ? " " : String($0) }.joined()
        let host = MarkdownText.code(source.host, most: Self.name, inTable: false)
        return "Made on \(host) at \(made) UTC by jobmon \(source.version)."
    }

    private func section(_ title: String, _ table: [String]) -> [String] {
        table.isEmpty ? [] : ["", "## \(title)", ""] + table
    }

    // MARK: - Tables

    private var countsTable: [String] {
        let jobs = overview.member("jobs")
        func sum(_ names: String...) -> Int { names.reduce(0) { $0 + jobs.member($1).count } }
        let all = [
            ("jobs", overview.member("total").count), ("complete", sum("complete")), ("running", sum("running")),
            ("waiting", sum("queued", "submitted")), ("failed", sum("failed")), ("unknown", sum("unknown")),
            ("cancelled", sum("cancelled")), ("late", overview.member("late").count),
            ("doubtful", overview.member("doubtful").count),
        ]
        // The first five are always told.
        let shown = all.enumerated().filter { $0.offset < 5 || $0.element.1 > 0 }.map(\.element)
        return table(shown.map { "\($0.0):" }, [shown.map { Units.grouped($0.1) }])
    }

    private var groupsTable: [String] {
        let groups = overview.member("groups").elements
        let rows = groups.prefix(Self.mostGroups).map { group in
            [
                group.member("group").plainText, Units.grouped(group.member("jobs").count),
                code(group.member("title").plainText, Self.sentence),
                String(group.member("first_seen").plainText.prefix(16)).replacing("T", with: " "),
                // The first sentence says most.
                group.member("concentration").elements.first.map { code($0.plainText, Self.sentence) } ?? "",
            ]
        }
        let more = groups.count - rows.count + overview.member("groups_more").count
        let rest = more > 0 ? ["", "And \(Units.count(more, "smaller group"))."] : []
        let titles = ["group", "jobs:", "error", "since (UTC)", "what sets them apart"]
        return rows.isEmpty ? [] : table(titles, Array(rows)) + rest
    }

    private var quantilesTable: [String] {
        let names = ["min", "p25", "p50", "p75", "p95", "max"]
        let rows = overview.member("quantiles").elements.map { line in
            [line.member("what").plainText, Units.grouped(line.member("jobs").count)]
                + names.map { quantity(line.member($0), line.member("unit").plainText) }
        }
        let titles = ["of each job", "jobs:"] + ["min:", "p25:", "median:", "p75:", "p95:", "max:"]
        return rows.isEmpty ? [] : table(titles, rows)
    }

    private var slowestTable: [String] {
        let rows = slowest.member("rows").elements.filter { $0.member("time").number != nil }.map { row in
            var params = ""
            if case .object(let object) = row.member("params") {
                params = object.members.map { "\($0.name)=\($0.value.plainText)" }.joined(separator: " ")
            }
            return [
                String(row.member("jid").count), code(row.member("name").plainText), code(params),
                row.member("status").plainText, code(row.member("host").plainText),
                quantity(row.member("time"), "seconds"), quantity(row.member("memory"), "bytes"),
            ]
        }
        let titles = ["job:", "name", "params", "status", "host", "time:", "memory:"]
        return rows.isEmpty ? [] : table(titles, rows)
    }

    private var hostsTable: [String] {
        let failing = hosts.member("hosts").elements.filter { $0.member("failed").count > 0 }
        let rows = failing.prefix(Self.mostHosts).map { host in
            [
                code(host.member("host").plainText), Units.grouped(host.member("jobs").count),
                Units.grouped(host.member("failed").count),
            ]
        }
        let more = failing.count - rows.count
        let rest = more > 0 ? ["", "And \(Units.count(more, "more host"))."] : []
        return rows.isEmpty ? [] : table(["host", "jobs:", "failed:"], Array(rows)) + rest
    }

    private var commands: [String] {
        let again = MarkdownText.visible(source.again, most: 1000)
        let first = overview.member("groups").elements.first?.member("example").integer
        let explain = first.map { ["jobmon explain \($0)\(again)"] } ?? []
        return (first == nil ? [] : ["jobmon errors\(again)"]) + explain + ["jobmon dashboard\(again)"]
    }

    // MARK: - Words

    /// - Parameter titles: those with a colon at their end have numbers below them.
    private func table(_ titles: [String], _ rows: [[String]]) -> [String] {
        func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
        let names = titles.map { $0.hasSuffix(":") ? String($0.dropLast()) : $0 }
        return [line(names), line(titles.map { $0.hasSuffix(":") ? "---:" : "---" })] + rows.map(line)
    }

    private func code(_ text: String, _ most: Int = name) -> String { MarkdownText.code(text, most: most) }

    private func quantity(_ value: JSON, _ unit: String) -> String {
        guard let number = value.number else { return "" }
        return unit == "bytes" ? Units.bytes(Int64(max(0, min(number, 9e18)))) : Units.duration(number)
    }
}
