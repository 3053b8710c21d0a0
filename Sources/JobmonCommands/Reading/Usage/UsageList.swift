import JobmonCore
import JobmonViews

/// The table of `jobmon usage`: a row for each group and resource.
enum UsageList {
    static let nothing = "no job that is selected has finished, runs, or was ended at a limit"

    /// Empty if there is no group.
    static func table(_ answer: UsageAnswer, _ question: UsageQuestion, terminal: Terminal) -> String {
        guard !answer.groups.isEmpty else { return "" }
        var columns = question.keys.map { key in
            TextTable.Column(Printable.line(key.title).uppercased(), widest: 24, narrowest: 6, canGo: true)
        }
        columns += [
            .init("WHAT"), .init("JOBS", isNumber: true, canGo: true),
            .init("REQUESTED", isNumber: true, canGo: true), .init("P50", isNumber: true),
            .init("P95", isNumber: true), .init("MAX", isNumber: true), .init("ADVICE", isNumber: true),
            .init("RISK", isNumber: true),
            .init("REMARK", reasonWidth: ErrorText.reasonWidth),
        ]
        let cells = answer.groups.flatMap { rows($0, risk: answer.risk) }
        var table = TextTable(columns, terminal: terminal)
        let header = table.header(for: cells)
        return header + table.lines(cells)
    }

    /// What is said below it.
    static func closing(_ answer: UsageAnswer) -> [String] {
        guard !answer.groups.isEmpty else { return [nothing] }
        var lines = ["ADVICE: what to request; RISK: the chance that a further job needs more"]
        if answer.more > 0 {
            let all = answer.groups.count + answer.more
            lines.append(
                "the first \(Units.grouped(answer.groups.count)) of \(Units.count(all, "group")); --json prints all")
        }
        return lines
    }

    // MARK: - Rows

    /// One resource of a group, with its amounts as they are printed.
    private struct Resource {
        var name: String
        var size: UsageGroup.Size
        var amount: (Double) -> String
        var requested: (Double) -> String
        var request: (Double) -> String
        /// What would be saved; nil: nothing.
        var saved: String?
    }

    private static func rows(_ group: UsageGroup, risk: Double) -> [[TextTable.Cell]] {
        var resources = [
            Resource(
                name: "memory", size: group.memory, amount: UsageWords.memory, requested: UsageWords.memory,
                request: { UsageWords.request(memory: $0) }, saved: saved(group.gibibyteHours, "GB-hours")),
            Resource(
                name: "time", size: group.time, amount: Units.duration, requested: Units.duration,
                request: { UsageWords.request(time: $0) }),
        ]
        // Without processor time there is nothing to say of slots.
        if group.slots.used != nil {
            resources.append(
                Resource(
                    name: "slots", size: group.slots, amount: UsageWords.cores, requested: UsageWords.slots,
                    request: UsageWords.slots, saved: saved(group.coreHours, "core-hours")))
        }
        let keys = group.keys.map { TextTable.Cell(Printable.line($0.value ?? "-")) }
        return resources.map { keys + cells($0, group, risk: risk) }
    }

    private static func saved(_ hours: Double?, _ unit: String) -> String? {
        guard let hours, hours >= 0.05 else { return nil }
        return "saves \(UsageWords.hours(hours)) \(unit)"
    }

    private static func cells(_ resource: Resource, _ group: UsageGroup, risk: Double) -> [TextTable.Cell] {
        let size = resource.size
        let used = size.used
        let found = size.advice.recommendation
        /// A quantile; where too many jobs needed more than is known of them, what it is at least.
        func quantile(_ amount: Double?) -> String {
            guard let used else { return "" }
            return amount.map(resource.amount) ?? ">\(resource.amount(used.most))"
        }
        let most = used.map { ($0.mostIsAtLeast ? ">" : "") + resource.amount($0.most) } ?? ""
        return [
            .init(resource.name), .init(Units.grouped(found?.jobs ?? group.finished)), .init(requested(resource)),
            .init(quantile(used?.p50)), .init(quantile(used?.p95)), .init(most),
            .init(found.map { resource.request($0.request) } ?? "-", found == nil ? .plain : .bold),
            .init(found.map { UsageWords.share($0.risk) } ?? ""), .init(remark(resource, risk: risk)),
        ]
    }

    private static func requested(_ resource: Resource) -> String {
        guard let requested = resource.size.requested else { return resource.size.byDefault == nil ? "" : "default" }
        let (least, most) = (resource.requested(requested.least), resource.requested(requested.most))
        return least == most ? least : "\(least)-\(most)"
    }

    private static func remark(_ resource: Resource, risk: Double) -> String {
        var parts: [String] = []
        switch resource.size.advice {
        case .refused(let sentence): parts.append(sentence)
        case .request(let found):
            if let saved = resource.saved { parts.append(saved) }
            if let requested = resource.size.requested, found.request > requested.most {
                parts.append("more than was requested")
            }
            // Shares that should be equal may differ in their last digits.
            if found.risk > risk * 1.000_001 {
                let needed = SizeRecommendation.jobsNeeded(for: risk)
                parts.append(
                    found.jobs < needed
                        ? "\(UsageWords.share(risk)) risk needs \(needed) jobs"
                        : "jobs at their limit, or running, allow no smaller risk")
            }
        }
        if resource.size.requested == nil, let given = resource.size.byDefault {
            let (least, most) = (resource.amount(given.least), resource.amount(given.most))
            parts.append("the cluster's default: \(least == most ? least : "\(least)-\(most)")")
        }
        return parts.joined(separator: "; ")
    }
}
