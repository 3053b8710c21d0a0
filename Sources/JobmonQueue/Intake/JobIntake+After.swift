import JobmonCore

/// The jobs that jobs wait for: from what the user says (`after`) to keys, which the ledger keeps, and to numbers, by which
/// the queue knows them.
extension JobIntake {
    /// - Throws: `.invalid` if a queue has jobs that are not COMPLETE, with their number by status; or if there
    ///   is none of this name.
    func requireComplete(_ queues: [String]) async throws(Problem) {
        for queue in queues {
            let jobs = try await environment.reading.summary(queue: queue).jobs
            let all = jobs.values.reduce(0, +)
            guard all > 0 else { throw Problem(.invalid, "there is no queue \"\(queue)\" with jobs") }
            let open = Status.allCases.filter { $0 != .complete && jobs[$0] ?? 0 > 0 }
            guard !open.isEmpty else { continue }
            let parts = open.map { "\(Units.grouped(jobs[$0] ?? 0)) \($0.label)" }.joined(separator: ", ")
            throw Problem(
                .invalid,
                "of the \(Units.count(all, "job")) of queue \"\(queue)\", not all are COMPLETE: \(parts)",
                hint: "run this again when they are; jobmon jobs --queue \(ShellWord.quoted(queue)) lists them")
        }
    }

    /// Finds the jobs that the given ones wait for, and brings new ones into an order in which each comes after those.
    /// - Parameter asked: what the user says of given jobs that the ledger has, by their place in `known`.
    /// - Parameter isWholeQueue: no jobs are given; those of all rounds are to run, and each is meant by its own key.
    /// - Throws: `.invalid` for jobs that are not there, a job that waits for itself, and cycles; or for a job
    ///   outside of this run that is not COMPLETE.
    func resolve(
        _ loaded: inout Loaded, asked: [Int: [DependencyReference]], isWholeQueue: Bool = false
    ) async throws(Problem) {
        let isUsed =
            !asked.isEmpty || loaded.new.contains { !$0.after.isEmpty }
            || loaded.known.contains { $0.status != .complete && !$0.description.after.isEmpty }
        guard isUsed else { return }
        let known = loaded.known.count
        let given = known + loaded.new.count
        var candidates: [DependencyResolver.Candidate] = []
        candidates.reserveCapacity(given + loaded.left.count)
        candidates += loaded.known.map(Self.candidate)
        candidates += loaded.new.map {
            DependencyResolver.Candidate(
                key: $0.key, name: $0.description.shownName, params: $0.description.params, jid: nil)
        }
        // A name or key that a job of this run has means that job: another one is of an earlier round, or ran another command.
        // It can be meant by its number, and by its key if that is another one.
        let names = Set(candidates.map(\.name))
        var keys: Set<String> = []
        if !isWholeQueue {
            for index in candidates.indices {
                let key = QueueRound.withoutRound(candidates[index].key)
                if key != candidates[index].key { candidates[index].saidKey = key }
                keys.insert(key)
            }
        }
        candidates += loaded.left.map { record in
            var candidate = Self.candidate(record)
            if names.contains(candidate.name) { (candidate.name, candidate.params) = ("", [:]) }
            if keys.contains(candidate.key) { candidate.saidKey = "" }
            return candidate
        }
        try await settleForgotten(&loaded, asked: asked, keys: Set(candidates.map(\.key)))
        var resolver = DependencyResolver(candidates)
        var jobs: [DependencyPlan.Job] = []
        jobs.reserveCapacity(given)
        // One that had an attempt waits for nothing any more.
        for (index, record) in loaded.known.enumerated() where record.status != .complete && record.instances.isEmpty {
            let references = asked[index] ?? record.description.after.map { .named($0) }
            jobs.append(DependencyPlan.Job(place: "job \(record.jid)", index: index, references: references))
        }
        for (index, job) in loaded.new.enumerated() {
            let place = job.place ?? "job \(index + 1) of this run"
            jobs.append(DependencyPlan.Job(place: place, index: known + index, references: job.after))
        }
        let plan = try DependencyPlan(jobs, &resolver)
        try Self.refuseTooMany(plan)
        try refuseOthers(plan, jobs, loaded, given: given)
        for (place, job) in jobs.enumerated() {
            let keys = plan.waits(at: place).map { candidates[$0].key }
            guard !keys.isEmpty || job.index < known && asked[job.index] != nil else { continue }
            let value: JSON? = keys.isEmpty ? nil : .array(keys.map { .string($0) })
            if job.index < known {
                loaded.known[job.index].description.resources[JobDescription.afterMember] = value
            } else {
                loaded.new[job.index - known].description.resources[JobDescription.afterMember] = value
            }
        }
        // Those of other jobs are left out: they are COMPLETE, and nothing waits for them.
        numbers.note(loaded.known.compactMap { record in record.jobKey.map { ($0, record.jid) } })
        // Known jobs that wait for new ones have to wait for their numbers.
        var isLate = [Bool](repeating: false, count: known)
        for (place, job) in jobs.enumerated() where job.index < known {
            isLate[job.index] = plan.waits(at: place).contains { (known..<given).contains($0) }
        }
        loaded.late = loaded.known.indices.filter { isLate[$0] }.map { loaded.known[$0] }
        loaded.known = withNumbers(loaded.known.indices.filter { !isLate[$0] }.map { loaded.known[$0] })
        let order = plan.order.map { jobs[$0].index }.filter { $0 >= known }
        loaded.new = order.map { loaded.new[$0 - known] }
    }

    /// So many keys would be kept for each of the jobs that wait.
    private static func refuseTooMany(_ plan: DependencyPlan) throws(Problem) {
        var count = 0
        for place in 0..<plan.count {
            count += plan.waits(at: place).count
            guard count <= mostEdges else {
                throw Problem(
                    .invalid,
                    "together, the jobs wait for more than \(Units.grouped(mostEdges)) others (each one counted for each job)",
                    hint: "put a stage that waits for a whole stage into a queue of its own: --after QUEUE")
            }
        }
    }

    private static let mostEdges = 2_000_000

    /// Finds the jobs that added ones wait for, among all jobs of the queue and themselves.
    /// - Returns: the jobs with keys in place of what was said, in an order in which each comes after those; and the place of
    ///   each in the input.
    func resolveAdded(_ jobs: [NewJob]) async throws(Problem) -> (jobs: [NewJob], places: [Int]) {
        guard jobs.contains(where: { !$0.after.isEmpty }) else { return (jobs, Array(jobs.indices)) }
        if !added.isUsed {
            let records = try await all(JobFilter(queue: queue))
            added.begin(records)
            numbers.note(records.compactMap { record in record.jobKey.map { ($0, record.jid) } })
        }
        if jobs.count == 1, let keys = added.keys(of: jobs[0]) { return ([Self.waiting(jobs[0], for: keys)], [0]) }
        var (resolver, indexes) = added.with(jobs)
        let plan = try DependencyPlan(
            zip(jobs, indexes).map {
                DependencyPlan.Job(
                    place: "job \"\($0.0.description.shownName)\"", index: $0.1, references: $0.0.after)
            }, &resolver)
        try Self.refuseTooMany(plan)
        let resolved = plan.order.map { place in
            Self.waiting(jobs[place], for: plan.waits(at: place).map { resolver.candidates[$0].key })
        }
        return (resolved, plan.order)
    }

    private static func waiting(_ job: NewJob, for keys: [String]) -> NewJob {
        guard !keys.isEmpty else { return job }
        var job = job
        job.description.resources[JobDescription.afterMember] = .array(keys.map { .string($0) })
        return job
    }

    /// Drops forgotten jobs that were COMPLETE from what jobs of the ledger wait for, and refuses jobs that wait for others
    /// which are not there any more.
    private func settleForgotten(
        _ loaded: inout Loaded, asked: [Int: [DependencyReference]], keys: Set<String>
    ) async throws(Problem) {
        let waiting = loaded.known.indices.filter { index in
            let record = loaded.known[index]
            return record.status != .complete && record.instances.isEmpty && asked[index] == nil
                && !record.description.after.allSatisfy(keys.contains)
        }
        guard !waiting.isEmpty else { return }
        let missing = Set(waiting.flatMap { loaded.known[$0].description.after }).subtracting(keys)
        let done = try await forgottenComplete(among: missing.sorted())
        for index in waiting {
            let record = loaded.known[index]
            let left = record.description.after.filter { !done.contains($0) }
            guard left.allSatisfy(keys.contains) else {
                throw Problem(
                    .invalid,
                    "job \(record.jid) (\(record.description.shownName)) waits for a job that the queue does not have: it was "
                        + "forgotten, or never queued",
                    hint: "give it again with another \"after\", or forget it too: jobmon forget \(record.jid)")
            }
            let value: JSON? = left.isEmpty ? nil : .array(left.map { .string($0) })
            loaded.known[index].description.resources[JobDescription.afterMember] = value
        }
    }

    /// Those of some keys whose jobs were COMPLETE when they were forgotten.
    private func forgottenComplete(among keys: [String]) async throws(Problem) -> Set<String> {
        var found: Set<String> = []
        var rest = keys[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.keysInAQuery)
            rest = rest.dropFirst(batch.count)
            let wanted = JSON.array(batch.map { .string($0) }).text
            let sql = """
                SELECT key FROM (
                    SELECT substr(job_key, length('forgotten:' || jid || ':') + 1) AS key FROM job
                    WHERE queue = \(SQLText.quoted(queue)) AND forgotten IS NOT NULL
                        AND status = \(Status.complete.rawValue)
                ) WHERE key IN (SELECT value FROM json_each(\(SQLText.quoted(wanted))))
                """
            for row in try await environment.reading.query(sql, limits: QueryLimits()).rows {
                if case .string(let key)? = row.first { found.insert(key) }
            }
        }
        return found
    }

    private static let keysInAQuery = 5000

    /// Refuses jobs that wait for one that this run does not complete.
    private func refuseOthers(
        _ plan: DependencyPlan, _ jobs: [DependencyPlan.Job], _ loaded: Loaded, given: Int
    ) throws(Problem) {
        var first: String?
        var others: Set<Int> = []
        for (place, job) in jobs.enumerated() {
            for upstream in plan.waits(at: place) where upstream >= given {
                let record = loaded.left[upstream - given]
                guard record.status != .complete else { continue }
                if first == nil {
                    first =
                        "\(job.place) waits for job \(record.jid) (\(record.description.shownName)), which is "
                        + "\(record.status.label) and no part of this run"
                }
                others.insert(upstream)
            }
        }
        guard let first else { return }
        let more = others.count - 1
        throw Problem(
            .invalid,
            more == 0 ? first : "\(first); there \(more == 1 ? "is" : "are") \(Units.count(more, "more such job"))",
            hint:
                "give those jobs too, run all of the queue (jobmon run --queue \(ShellWord.quoted(queue))), or forget what is "
                + "not wanted any more (jobmon forget)")
    }

    /// Jobs of the ledger with the numbers of those that they wait for.
    func withNumbers(_ records: [JobRecord]) -> [JobRecord] {
        records.map { record in
            let isOver = record.status == .complete || !record.instances.isEmpty
            let keys = isOver ? [] : record.description.after
            guard !keys.isEmpty else { return record }
            var record = record
            record.waitsFor = numbers.of(keys)
            return record
        }
    }

    static func candidate(_ record: JobRecord) -> DependencyResolver.Candidate {
        DependencyResolver.Candidate(
            key: record.jobKey ?? "", name: record.description.shownName, params: record.description.params,
            jid: record.jid)
    }
}
