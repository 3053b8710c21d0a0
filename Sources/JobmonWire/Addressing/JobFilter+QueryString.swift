package import JobmonCore

extension JobFilter {
    /// Appends the filter's values to the query of a request.
    package func append(to query: inout QueryString) {
        for status in statuses { query.append("status", status.label.lowercased()) }
        if let queue { query.append("queue", queue) }
        if let name { query.append("name", name) }
        for param in params { query.append("param", "\(param.name)=\(param.value)") }
        for jid in jids { query.append("jid", String(jid)) }
        for range in numbers.ranges { query.append("numbers", JobNumbers(ranges: [range]).text) }
        for cause in causes { query.append("cause", cause.rawValue) }
        for host in hosts { query.append("host", host) }
        if let since { query.append("since", since.description) }
        for group in groups { query.append("error", ErrorGroup.name(group)) }
        if doubtful { query.append("doubtful", "true") }
        if late { query.append("late", "true") }
    }

    /// The names that `init` reads from a query.
    package static let queryNames = [
        "status", "queue", "name", "param", "jid", "numbers", "cause", "host", "since", "error", "doubtful",
        "late",
    ]

    package init(_ query: QueryString) throws(Problem) {
        self.init(queue: try query.value("queue"), name: try query.value("name"))
        for text in query.values("status") {
            for word in text.split(separator: ",") {
                guard let status = Status(label: String(word)) else {
                    let labels = Status.allCases.map { $0.label.lowercased() }.joined(separator: ", ")
                    throw Problem(.invalid, "there is no status \"\(word.prefix(40))\"", hint: "there are \(labels)")
                }
                statuses.append(status)
            }
        }
        for text in query.values("param") {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw Problem(.invalid, "\"param\" must be NAME=VALUE, not \"\(text.prefix(40))\"")
            }
            params.append(Param(name: String(parts[0]), value: String(parts[1])))
        }
        for text in query.values("jid") {
            guard let jid = Int64(text), jid > 0 else {
                throw Problem(.invalid, "\"jid\" must be a positive integer, not \"\(text.prefix(40))\"")
            }
            jids.append(jid)
        }
        var ranges: [ClosedRange<Int64>] = []
        for text in query.values("numbers") { ranges += try JobNumbers(parsing: text).ranges }
        numbers = JobNumbers(ranges: ranges)
        for text in query.values("cause") {
            for word in text.split(separator: ",") {
                guard let cause = Cause(rawValue: String(word)) else {
                    let known = Cause.allCases.map(\.rawValue).joined(separator: ", ")
                    throw Problem(.invalid, "there is no cause \"\(word.prefix(40))\"", hint: "there are \(known)")
                }
                causes.append(cause)
            }
        }
        hosts = query.values("host")
        if let text = try query.value("since") {
            guard let time = Timestamp(text) else {
                throw Problem(.invalid, "\"since\" must be a time in ISO 8601, not \"\(text.prefix(40))\"")
            }
            since = time
        }
        for text in query.values("error") {
            guard let group = ErrorGroup.number(text) else {
                throw Problem(.invalid, "\"error\" must be a group such as E3, not \"\(text.prefix(40))\"")
            }
            groups.append(group)
        }
        doubtful = try Self.flag("doubtful", query)
        late = try Self.flag("late", query)
    }

    private static func flag(_ name: String, _ query: QueryString) throws(Problem) -> Bool {
        guard let text = try query.value(name) else { return false }
        guard let wanted = Bool(text) else {
            throw Problem(.invalid, "\"\(name)\" must be true or false, not \"\(text.prefix(40))\"")
        }
        return wanted
    }
}

extension Page {
    package func append(to query: inout QueryString) {
        if after != 0 { query.append("after", String(after)) }
        query.append("limit", String(limit))
    }

    package init(_ query: QueryString) throws(Problem) {
        let limit = try query.int("limit", atLeast: 1) ?? 1000
        guard limit <= Page.maximumLimit else {
            throw Problem(.invalid, "\"limit\" must be at most \(Page.maximumLimit), not \(limit)")
        }
        self.init(after: try query.int("after", atLeast: 0) ?? 0, limit: Int(limit))
    }
}
