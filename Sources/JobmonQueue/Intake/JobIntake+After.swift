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
    /// - Throws: `.invalid` for jobs that are not there, a job that waits for itself, and cycles; or for a job
    ///   outside of this run that is not COMPLETE.
    func resolve(_ loaded: inout Loaded, asked: [Int: [DependencyReference]]) throws(Problem) {
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
        // A name that a job of this run has means that job: another one is of an earlier round, or ran another command. It
        // can be meant by its key or number.
        let names = Set(candidates.map(\.name))
        candidates += loaded.left.map { record in
            var candidate = Self.candidate(record)
            if names.contains(candidate.name) { (candidate.name, candidate.params) = ("", [:]) }
            return candidate
        }
        try refuseForgotten(loaded, asked: asked, keys: Set(candidates.map(\.key)))
        var resolver = DependencyResolver(candidates)
        var jobs: [DependencyPlan.Job] = []
        jobs.reserveCapacity(given)
        // One that had an attempt waits for nothing any more.
        for (index, record) in loaded.known.enumerated() where record.status != .complete && record.instances.isEmpty {
            let references = asked[index] ?? record.description.after.map { .named($0) }
            jobs.append(DependencyPlan.Job(place: "job \(record.jid)", index: index, references: references))
        }
        for (index, job) in loaded.new.enumerated() {
            jobs.append(
                DependencyPlan.Job(place: "job \(index + 1) of this run", index: known + index, references: job.after))
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
        guard jobs.contains(where: { !$0.after.isEmpty }) || added.isUsed else { return (jobs, Array(jobs.indices)) }
        if !added.isUsed {
            let records = try await all(JobFilter(queue: queue))
            added.begin(records.map(Self.candidate))
            numbers.note(records.compactMap { record in record.jobKey.map { ($0, record.jid) } })
        }
        var (resolver, indexes) = added.with(jobs)
        let plan = try DependencyPlan(
            zip(jobs, indexes).map {
                DependencyPlan.Job(place: "job \"\($0.0.key)\"", index: $0.1, references: $0.0.after)
            }, &resolver)
        try Self.refuseTooMany(plan)
        let resolved = plan.order.map { place in
            var job = jobs[place]
            let keys = plan.waits(at: place).map { resolver.candidates[$0].key }
            if !keys.isEmpty {
                job.description.resources[JobDescription.afterMember] = .array(keys.map { .string($0) })
            }
            return job
        }
        added.keep(jobs, indexes)
        return (resolved, plan.order)
    }

    /// Refuses jobs of the ledger that wait for one that is not there any more.
    private func refuseForgotten(
        _ loaded: Loaded, asked: [Int: [DependencyReference]], keys: Set<String>
    ) throws(Problem) {
        for (index, record) in loaded.known.enumerated()
        where record.status != .complete && record.instances.isEmpty && asked[index] == nil {
            guard !record.description.after.allSatisfy(keys.contains) else { continue }
            throw Problem(
                .invalid,
                "job \(record.jid) (\(record.description.shownName)) waits for a job that was forgotten",
                hint: "give it again with another \"after\", or forget it too: jobmon forget \(record.jid)")
        }
    }

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
            .invalid, more == 0 ? first : "\(first); there are \(Units.count(more, "more such job"))",
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
