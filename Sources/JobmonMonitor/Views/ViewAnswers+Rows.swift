import JobmonCore
import JobmonViews
import JobmonWire

/// Lists of jobs.
extension ViewAnswers {
    private static let mostRows = 1000

    func rows(_ filter: JobFilter, _ query: QueryString) async throws(Problem) -> JSON {
        let order = try query.value("sort").map { text throws(Problem) in try RowOrder(text) } ?? RowOrder()
        let cursor = try query.value("after").map { text throws(Problem) in try RowOrder.Cursor(text) }
        let limit = Int(try query.int("limit", atLeast: 1) ?? 100)
        guard limit <= Self.mostRows else {
            throw Problem(.invalid, "\"limit\" must be at most \(Self.mostRows), not \(limit)")
        }
        let found = try await source.answer(params: filter.params.map(\.name)) {
            (snapshot, _) throws(Problem) in
            let selection = snapshot.selection(filter)
            let page = snapshot.page(selection, order, after: cursor, limit: limit)
            return (
                count: selection.count, jids: page.jids, next: page.next, groups: page.jids.map(snapshot.group)
            )
        }
        guard let found else { throw Self.notReady }
        let rows = try await rows(of: found.jids, groups: found.groups)
        return [
            "count": .int(Int64(found.count)), "rows": .array(rows),
            "next": found.next.map { .string($0.text) } ?? .null,
        ]
    }

    static var notReady: Problem {
        Problem(.unavailable, "the jobs are being read", hint: "ask again in a moment")
    }

    /// The rows of jobs, in the order of their numbers here.
    func rows(of jids: [Int64], groups: [Int64?]) async throws(Problem) -> [JSON] {
        guard !jids.isEmpty else { return [] }
        let records = try await ledger.jobs(JobFilter(jids: jids), page: Page(after: 0, limit: jids.count)).items
        let byNumber = Dictionary(uniqueKeysWithValues: records.map { ($0.jid, $0) })
        let now = time.now()
        return zip(jids, groups).compactMap { jid, group in byNumber[jid].map { row($0, group: group, now: now) } }
    }

    private func row(_ job: JobRecord, group: Int64?, now: Timestamp) -> JSON {
        let last = job.instances.last
        var object = JSONObject()
        object.append("jid", .int(job.jid))
        object.append("name", .string(SecretMask.masked(job.description.shownName)))
        object.append("queue", job.queue.map { .string($0) } ?? .null)
        object.append("params", .object(SecretMask.masked(params: job.description.params)))
        object.append("status", .string(job.status.label.lowercased()))
        object.append("cause", last?.cause.map { .string($0.rawValue) } ?? .null)
        object.append("attempts", .int(Int64(job.attempts)))
        object.append("max_attempts", .int(Int64(job.description.maxAttempts)))
        object.append("host", last?.host.map { .string($0) } ?? .null)
        object.append("submitted", .string(job.submittedDate.description))
        object.append("started", last?.startedDate.map { .string($0.description) } ?? .null)
        object.append("finished", last?.finishedDate.map { .string($0.description) } ?? .null)
        object.append("time", last?.elapsed(now: now).map { .double($0) } ?? .null)
        object.append(
            "wait",
            last.flatMap { last in
                last.startedDate.map { .double(max(0, $0.seconds(since: last.submittedDate))) }
            } ?? .null)
        object.append("memory", last?.usage.memory.map { .int($0.bytes) } ?? .null)
        object.append("cpu", last?.usage.cpu.map { .double($0) } ?? .null)
        object.append("group", group.map { .string(ErrorGroup.name($0)) } ?? .null)
        object.append("error", last?.errorLine.map { .string(SecretMask.masked($0)) } ?? .null)
        object.append("doubt", last?.doubt.map { .string(SecretMask.masked($0)) } ?? .null)
        object.append("late", last?.lateSince.map { .string($0.description) } ?? .null)
        return .object(object)
    }
}
