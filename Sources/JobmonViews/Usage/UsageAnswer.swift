package import JobmonCore

/// What jobs requested, used, and should request, by groups.
package struct UsageAnswer: Sendable, Equatable {
    package var risk: Double
    /// Those of most jobs first.
    package var groups: [UsageGroup]
    /// Groups that are not listed.
    package var more: Int

    package init(risk: Double, groups: [UsageGroup], more: Int) {
        self.risk = risk
        self.groups = groups
        self.more = more
    }

    /// Answers from the ledger itself: in one pass over all attempts, since only the latest ones are in a snapshot, and
    /// none of what they requested. With a million jobs that takes a second, of which SQLite has most.
    /// - Parameter few: jobs up to which their attempts are looked up one by one; of more, all attempts are read.
    /// - Throws: `.unavailable` if the ledger cannot be read.
    package static func of(
        _ filter: JobFilter, _ question: UsageQuestion, in ledger: any SnapshotReading, now: Timestamp,
        few: Int = 20_000
    ) async throws(Problem) -> UsageAnswer {
        // Queue and name are read of all jobs anyway.
        var others = filter
        if question.keys != [.group] { (others.queue, others.name) = (nil, nil) }
        var chosen: [Int64]?
        if others != JobFilter() { chosen = try await ledger.numbers(filter) }
        let isFew = chosen.map { $0.count <= few } ?? false
        var rows = try await ledger.usageRows(of: isFew ? chosen : nil, now: now)
        let table = UsageTable(rows, only: chosen)
        // The table has what is needed of them.
        rows.attempts = []
        let parts: [UsageTable.Part]
        if question.keys == [.group] {
            let lists = try await ledger.jobsByGroup().sorted { $0.key < $1.key }.map { group in
                (value: ErrorGroup.name(group.key), jids: group.value)
            }
            parts = table.parts(lists)
        } else {
            let names = table.column(rows.names)
            let queues = table.column(rows.queues)
            var columns: [UsageTable.Column] = []
            for key in question.keys {
                switch key {
                case .queue: columns.append(queues)
                case .name: columns.append(names)
                case .param(let name): columns.append(table.column(try await ledger.jobsByParam(name, after: 0)))
                case .group: break
                }
            }
            parts = table.parts(columns, chosen == nil ? isWanted(filter, names, queues) : nil)
        }
        let groups = parts.prefix(question.limit).map { part in
            UsageGroup(
                zip(question.keys, part.values).map { UsageGroup.Key(name: $0.title, value: $1) }, table.jobs,
                part.places, risk: question.risk)
        }
        return UsageAnswer(risk: question.risk, groups: groups, more: parts.count - groups.count)
    }

    /// Whether the job of a place has the queue and the name that a filter asks for; nil: every job has.
    private static func isWanted(
        _ filter: JobFilter, _ names: UsageTable.Column, _ queues: UsageTable.Column
    ) -> ((Int) -> Bool)? {
        guard filter.queue != nil || filter.name != nil else { return nil }
        // A name that looks like a pattern is a name too.
        let pattern = filter.nameIsPattern ? filter.name.map { GlobPattern($0) } : nil
        let isNamed = names.values.map { name in
            filter.name == nil || name == filter.name || pattern?.matches(name) ?? false
        }
        let isQueued = queues.values.map { $0 == filter.queue }
        return { place in
            let (name, queue) = (Int(names.numbers[place]), Int(queues.numbers[place]))
            return (filter.name == nil || name >= 0 && isNamed[name])
                && (filter.queue == nil || queue >= 0 && isQueued[queue])
        }
    }
}
