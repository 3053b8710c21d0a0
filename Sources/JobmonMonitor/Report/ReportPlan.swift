import JobmonCore
import JobmonWire

/// Which filters and jobs a report has, by the overview of all jobs.
struct ReportPlan: Sendable {
    struct Filter: Sendable, Equatable {
        var query: QueryString
        /// What it selects, for a list.
        var label: String
        var jobs: Int
    }

    private static let mostGroups = 50
    private static let mostQueues = 20
    /// Failed jobs that are listed, and of these those that can be opened.
    static let listedFailed = 1000
    private static let openedFailed = 200
    /// The slowest jobs that are listed, and of these those that can be opened.
    static let listedSlowest = 100
    private static let openedSlowest = 50
    /// Jobs that are listed with any other filter.
    static let listed = 100

    /// Characters of a title or a name in a label.
    private static let mostLabel = 60

    /// The statuses that have jobs, as the first line of the page counts them.
    let statuses: [Filter]
    /// The largest groups of errors.
    let groups: [Filter]
    let queues: [Filter]
    /// The example of each of these groups.
    let examples: [Int64]

    /// - Parameter overview: the answer of all jobs.
    init(_ overview: JSON) {
        let jobs = overview.member("jobs")
        func status(_ names: String..., label: String? = nil) -> Filter {
            var query = QueryString()
            for name in names { query.append("status", name) }
            return Filter(
                query: query, label: label ?? names.joined(separator: " or "),
                jobs: names.reduce(0) { $0 + jobs.member($1).count })
        }
        func mark(_ name: String) -> Filter {
            var query = QueryString()
            query.append(name, "true")
            return Filter(query: query, label: name, jobs: overview.member(name).count)
        }
        statuses = [
            status("failed"), status("running"), status("queued", "submitted", label: "waiting"), status("unknown"),
            status("complete"), status("cancelled"), mark("late"), mark("doubtful"),
        ].filter { $0.jobs > 0 }
        let largest = overview.member("groups").elements.prefix(Self.mostGroups)
        groups = largest.map { group in
            var query = QueryString()
            query.append("error", group.member("group").plainText)
            let title = group.member("title").plainText.prefix(Self.mostLabel)
            return Filter(
                query: query, label: "group \(group.member("group").plainText): \(title)",
                jobs: group.member("jobs").count)
        }
        examples = largest.compactMap { $0.member("example").integer }
        queues = overview.member("queues").elements.prefix(Self.mostQueues).map { queue in
            var query = QueryString()
            query.append("queue", queue.member("name").plainText)
            return Filter(
                query: query, label: "queue \(queue.member("name").plainText.prefix(Self.mostLabel))",
                jobs: queue.member("jobs").count)
        }
    }

    /// The jobs that can be opened, the most important first.
    /// - Parameters:
    ///   - failed: rows of failed jobs, in the order of the list.
    ///   - slowest: rows of the slowest jobs.
    func opened(failed: [JSON], slowest: [JSON]) -> [Int64] {
        let numbers =
            examples + failed.prefix(Self.openedFailed).compactMap { $0.member("jid").integer }
            + slowest.prefix(Self.openedSlowest).compactMap { $0.member("jid").integer }
        var seen: Set<Int64> = []
        return numbers.filter { seen.insert($0).inserted }
    }
}
