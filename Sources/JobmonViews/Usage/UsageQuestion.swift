package import JobmonCore
package import JobmonWire

/// A property by which jobs are grouped.
package enum UsageKey: Hashable, Sendable {
    case queue
    case name
    /// The value of a param.
    case param(String)
    /// The group of errors; a job is in each whose error one of its attempts had.
    case group

    private static let prefix = "param:"

    /// Reads `queue`, `name`, `param:NAME` or `group`.
    /// - Throws: `.invalid` for anything else.
    package init(_ text: String) throws(Problem) {
        switch text {
        case "queue": self = .queue
        case "name": self = .name
        case "group": self = .group
        default:
            guard text.hasPrefix(Self.prefix), text.utf8.count > Self.prefix.utf8.count else {
                throw Problem(
                    .invalid, "jobs cannot be grouped by \"\(text.prefix(60))\"",
                    hint: "use queue, name, param:NAME or group")
            }
            self = .param(String(text.dropFirst(Self.prefix.count)))
        }
    }

    package var text: String {
        switch self {
        case .queue: "queue"
        case .name: "name"
        case .param(let name): Self.prefix + name
        case .group: "group"
        }
    }

    /// The name of the property, as lists show it.
    package var title: String { if case .param(let name) = self { name } else { text } }
}

/// What is asked about the use of resources.
package struct UsageQuestion: Sendable, Equatable {
    package var keys: [UsageKey]
    /// The share of jobs that may pass a recommended request.
    package var risk: Double
    /// Groups that are returned, those of most jobs first.
    package var limit: Int

    package static let mostGroups = 100_000

    package init(
        keys: [UsageKey] = [.queue, .name], risk: Double = SizeRecommendation.usualRisk, limit: Int = 200
    ) {
        self.keys = keys
        self.risk = risk
        self.limit = limit
    }

    /// Reads `by` (repeatable), `risk` and `limit` from a query.
    /// - Throws: `.invalid` for a value that cannot be answered.
    package init(_ query: QueryString) throws(Problem) {
        self.init()
        var given: [UsageKey] = []
        for text in query.values("by") { given.append(try UsageKey(text)) }
        if !given.isEmpty { keys = given }
        guard Set(keys).count == keys.count else {
            throw Problem(.invalid, "jobs cannot be grouped by the same property twice")
        }
        guard keys == [.group] || !keys.contains(.group) else {
            throw Problem(
                .invalid, "groups of errors cannot be combined with another property: a job may be in several",
                hint: "select jobs by a filter instead")
        }
        if let text = try query.value("risk") {
            guard let value = Double(text), value > 0, value <= 0.5 else {
                throw Problem(
                    .invalid, "\"risk\" must be a share above 0 and at most 0.5, not \"\(text.prefix(40))\"")
            }
            risk = value
        }
        limit = Int(try query.int("limit", atLeast: 1) ?? Int64(limit))
        guard limit <= Self.mostGroups else {
            throw Problem(.invalid, "\"limit\" must be at most \(Self.mostGroups), not \(limit)")
        }
    }

    package func append(to query: inout QueryString) {
        for key in keys { query.append("by", key.text) }
        query.append("risk", "\(risk)")
        query.append("limit", String(limit))
    }
}
