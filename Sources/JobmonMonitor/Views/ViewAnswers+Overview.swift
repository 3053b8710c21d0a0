import JobmonCore
import JobmonViews
import JobmonWire

/// The numbers of the first screen.
extension ViewAnswers {
    /// Groups that are listed.
    private static let mostGroups = 100
    /// Groups of which it is found out what sets their jobs apart.
    private static let comparedGroups = 12
    /// Jobs up to which the errors of a selection are counted.
    private static let fewJobs = 500

    private struct Part: Sendable {
        var version: Int
        var sequence: Int64
        var total: Int
        var selected: Int
        var counts: StatusCounts
        var forecast: Forecast
        var states: StatesOverTime?
        var quantiles: [(Measure, Quantiles)]
        var queues: [(queue: String, jobs: Int)]
        var groups: [GroupSummary]
        /// The selected jobs, if they are few.
        var few: [Int64]?
    }

    /// - Parameter isWhole: wait for what sets the groups apart; else what is not known yet comes with a later answer.
    func overview(_ filter: JobFilter, isWhole: Bool) async throws(Problem) -> JSON {
        let now = time.now()
        let summary = try await ledger.summary(queue: nil)
        let part = try await source.answer(params: filter.params.map(\.name)) {
            (snapshot, version) throws(Problem) -> Part in
            let selection = snapshot.selection(filter)
            return Part(
                version: version, sequence: snapshot.sequence, total: snapshot.jobCount, selected: selection.count,
                counts: snapshot.counts(selection), forecast: snapshot.forecast(selection, now: now),
                states: snapshot.statesOverTime(selection, now: now),
                quantiles: Measure.allCases.compactMap { measure in
                    snapshot.quantiles(measure, selection).map { (measure, $0) }
                }, queues: snapshot.countsByQueue(selection), groups: snapshot.groupSummaries(selection),
                few: selection.count <= Self.fewJobs ? selection.rows.map { snapshot.jid(Int($0)) } : nil)
        }
        guard let part else { return try await early(summary, now: now) }
        var object = JSONObject()
        object.append("sequence", .int(part.sequence))
        object.append("version", .int(Int64(part.version)))
        object.append("now", .string(now.description))
        object.append("ready", true)
        object.append("total", .int(Int64(part.total)))
        object.append("selected", .int(Int64(part.selected)))
        object.append("jobs", part.counts.jobs.json)
        object.append("late", .int(Int64(part.counts.late)))
        object.append("doubtful", .int(Int64(part.counts.doubtful)))
        object.append("errors", .int(Int64(summary.errors)))
        object.append("rate", part.forecast.rate.map { .double($0) } ?? .null)
        object.append("eta", part.forecast.remaining?.json ?? .null)
        object.append("last_finished", part.counts.lastFinished.map { .string($0.description) } ?? .null)
        object.append("queues", queues(part.queues))
        try await appendGroups(to: &object, filter, part, isWhole: isWhole)
        object.append("states", part.states?.json ?? .null)
        object.append(
            "quantiles",
            .array(
                part.quantiles.map { measure, quantiles in
                    var members = quantiles.members
                    members.append("what", .string(measure.rawValue))
                    members.append("unit", .string(measure.unit))
                    return .object(members)
                }))
        return .object(object)
    }

    /// What the ledger can tell at once, before the snapshot is built: of all jobs, whatever the filter.
    private func early(_ summary: Summary, now: Timestamp) async throws(Problem) -> JSON {
        let total = summary.jobs.values.reduce(0, +)
        let read = await source.jobsRead ?? 0
        let (groups, ungrouped) = try await GroupQuery(reading: ledger, filter: JobFilter()).groups()
        let rows = try await ledger.query(
            "SELECT queue, sum(count) FROM tally WHERE what > 0 AND queue <> '' GROUP BY queue ORDER BY 2 DESC",
            limits: QueryLimits(rows: 1000)
        ).rows
        let found = rows.map { (queue: $0[0].plainText, jobs: Int($0[1].integer ?? 0)) }
        let listed = groups.prefix(Self.mostGroups)
        return [
            "sequence": .int(summary.sequence), "version": -1, "now": .string(now.description), "ready": false,
            "read": .double(total == 0 ? 0 : min(1, Double(read) / Double(total))), "total": .int(Int64(total)),
            "selected": .int(Int64(total)), "jobs": summary.jobs.json, "late": .int(Int64(summary.late)),
            "errors": .int(Int64(summary.errors)), "queues": queues(found),
            "groups": .array(listed.map { json($0, jobs: $0.jobs, trend: [], concentration: []) }),
            "groups_more": .int(Int64(groups.count - listed.count)), "ungrouped": .int(Int64(ungrouped)),
        ]
    }

    private func queues(_ queues: [(queue: String, jobs: Int)]) -> JSON {
        .array(
            queues.prefix(100).map { queue in
                [
                    "name": .string(queue.queue), "jobs": .int(Int64(queue.jobs)), "live": .bool(isLive(queue.queue)),
                ]
            })
    }

    // MARK: - Groups

    private func appendGroups(
        to object: inout JSONObject, _ filter: JobFilter, _ part: Part, isWhole: Bool
    ) async throws(Problem) {
        let summaries = part.groups
        var others = filter
        others.groups = []
        // The ledger has counts of all jobs; the errors of few jobs are quickly counted; those of many are not.
        let isCounted = others == JobFilter() || part.selected == part.total || part.few != nil
        let listed = summaries.prefix(Self.mostGroups)
        let numbers = listed.map(\.number)
        var wanted = JobFilter(groups: filter.groups)
        if others != JobFilter(), part.selected != part.total {
            if let few = part.few { wanted.jids = few } else { wanted.groups = numbers }
        }
        let (known, ungrouped) =
            numbers.isEmpty && others != JobFilter()
            ? ([], 0) : try await GroupQuery(reading: ledger, filter: wanted).groups()
        let byNumber = Dictionary(known.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        let compared = listed.prefix(Self.comparedGroups).map { ($0.number, $0.jobs) }
        let apart = isWhole ? await differences.whole(compared) : await differences.known(compared)
        var array: [JSON] = []
        for summary in listed {
            guard var group = byNumber[summary.number] else { continue }
            // The number of errors of the whole group says nothing about a part of its jobs.
            if !isCounted { group.errors = -1 }
            array.append(
                json(group, jobs: summary.jobs, trend: summary.trend, concentration: apart[summary.number] ?? []))
        }
        object.append("groups", .array(array))
        object.append("groups_more", .int(Int64(summaries.count - listed.count)))
        object.append("ungrouped", .int(Int64(ungrouped)))
    }

    private func json(_ group: ErrorGroup, jobs: Int, trend: [Int], concentration: [String]) -> JSON {
        [
            "group": .string(ErrorGroup.name(group.number)), "title": .string(SecretMask.masked(group.title)),
            "line": .string(SecretMask.masked(group.exampleLine)), "jobs": .int(Int64(jobs)),
            "errors": group.errors < 0 ? .null : .int(Int64(group.errors)),
            "first_seen": .string(group.firstSeen.description), "last_seen": .string(group.lastSeen.description),
            "since_last_run": group.sinceLastRun.map { .string($0.rawValue) } ?? .null,
            "muted": group.muted.map { .string($0.description) } ?? .null,
            "note": group.note.map { .string($0) } ?? .null, "example": .int(group.example),
            "trend": .array(trend.map { .int(Int64($0)) }),
            "concentration": .array(concentration.map { .string(SecretMask.masked($0)) }),
        ]
    }
}

extension [Status: Int] {
    /// By the label in lower case, as filters name statuses.
    var json: JSON {
        var object = JSONObject()
        for status in Status.allCases { object.append(status.label.lowercased(), .int(Int64(self[status] ?? 0))) }
        return .object(object)
    }
}

extension Forecast.Remaining {
    fileprivate var json: JSON { ["seconds": .double(seconds), "low": .double(low), "high": .double(high)] }
}
