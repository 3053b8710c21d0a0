import JobmonCore
import JobmonViews
import JobmonWire

/// Hosts, timeline, resources and params.
extension ViewAnswers {
    private static let mostHosts = 500

    /// Values of a param that are counted; with more of them no grid can be seen.
    private static let mostValues = 5000

    func params() async throws(Problem) -> JSON {
        let found = try await ledger.params(most: Self.mostValues)
        return [
            "params": .array(
                found.map { param in
                    ["name": .string(param.name), "values": param.values.map { .int(Int64($0)) } ?? .null]
                })
        ]
    }

    func hosts(_ filter: JobFilter) async throws(Problem) -> JSON {
        let found = try await source.answer(params: filter.params.map(\.name)) { (snapshot, _) throws(Problem) in
            snapshot.hostAnswers(snapshot.selection(filter))
        }
        guard let found else { throw Self.notReady }
        let listed = found.prefix(Self.mostHosts)
        return [
            "hosts": .array(
                listed.map { host in
                    [
                        "host": .string(host.host), "jobs": .int(Int64(host.jobs)),
                        "running": .int(Int64(host.running)), "complete": .int(Int64(host.complete)),
                        "failed": .int(Int64(host.failed)), "speed": host.speed.map { .double($0) } ?? .null,
                        "timed": .int(Int64(host.timed)),
                    ]
                }), "more": .int(Int64(found.count - listed.count)),
        ]
    }

    func timeline(_ filter: JobFilter, _ query: QueryString) async throws(Problem) -> JSON {
        let from = try moment("from", query)
        let to = try moment("to", query)
        let buckets = Int(try query.int("buckets", atLeast: 1) ?? 400)
        guard buckets <= 4000 else { throw Problem(.invalid, "\"buckets\" must be at most 4000, not \(buckets)") }
        if let from, let to, from >= to { throw Problem(.invalid, "\"from\" must be before \"to\"") }
        let now = time.now()
        let found = try await source.answer(params: filter.params.map(\.name)) { (snapshot, _) throws(Problem) in
            snapshot.timeline(snapshot.selection(filter), from: from, to: to, buckets: buckets, now: now)
        }
        guard let found else { throw Self.notReady }
        return [
            "from": .int(found.from), "to": .int(found.to), "buckets": .int(Int64(found.buckets)),
            "lanes": .array(
                found.lanes.map { lane in
                    [
                        "host": .string(lane.host), "running": .array(lane.running.map { .double($0) }),
                        "failed": .array(lane.failed.map { .int(Int64($0)) }),
                    ]
                }), "more": .int(Int64(found.more)),
            "stragglers": .array(
                found.stragglers.map { job in
                    [
                        "jid": .int(job.jid), "name": .string(SecretMask.masked(job.name)),
                        "host": job.host.map { .string($0) } ?? .null, "started": .string(job.started.description),
                        "time": .double(job.time), "expected": .double(job.expected),
                        "running": .bool(job.isRunning),
                    ]
                }),
        ]
    }

    /// The last moment that can be written, in milliseconds since 1970.
    private static let lastMoment: Int64 = 253_402_300_799_999

    private func moment(_ name: String, _ query: QueryString) throws(Problem) -> Int64? {
        let given = try query.int(name, atLeast: 0)
        guard let given, given > Self.lastMoment else { return given }
        throw Problem(.invalid, "\"\(name)\" must be milliseconds since 1970, at most \(Self.lastMoment)")
    }

    func resources(_ filter: JobFilter) async throws(Problem) -> JSON {
        let found = try await source.answer(params: filter.params.map(\.name)) { (snapshot, _) throws(Problem) in
            snapshot.resourceUse(snapshot.selection(filter))
        }
        guard let found else { throw Self.notReady }
        return [
            "rows": .array(
                found.uses.map { use in
                    [
                        "name": .string(SecretMask.masked(use.name)), "queue": use.queue.map { .string($0) } ?? .null,
                        "jobs": .int(Int64(use.jobs)),
                        "memory_requested": use.memoryRequested.map { .int($0) } ?? .null,
                        "memory": use.memory.map { .object($0.members) } ?? .null,
                        "time_requested": use.timeRequested.map { .double($0) } ?? .null,
                        "time": use.time.map { .object($0.members) } ?? .null,
                        "slots": use.slots.map { .int(Int64($0)) } ?? .null,
                        "cpu_use": use.processorUse.map { .double($0) } ?? .null,
                    ]
                }), "more": .int(Int64(found.more)),
        ]
    }
}
