import JobmonCore

/// Queues new jobs, and finds those that the queue has already.
struct JobIntake: Sendable {
    /// The number of jobs in one request: few at first, so that the first jobs start while the others are being queued; each
    /// then has twice as many as the one before. A commit touches a page of the index of keys for each job, so that what
    /// is written for a job falls with the number of jobs in a commit. Those of a feed are read back by their numbers,
    /// which are in the address of a request.
    private static let batches = (first: 100, most: 4000, ofFeed: 500)

    let queue: String
    let environment: QueueEnvironment
    let numbers = KeyNumbers()
    let added = AddedJobs()

    /// The queue's jobs, compared with the given ones.
    struct Loaded {
        /// Given jobs that the ledger has already, and that this run completes.
        var known: [JobRecord]
        /// The queue's other jobs, which were not given.
        var left: [JobRecord]
        /// Given jobs that the ledger does not have, each after those that it waits for.
        var new: [NewJob]
        /// Given jobs that the ledger has, and that wait for new ones.
        var late: [JobRecord] = []
    }

    /// Records that the queue begins to be run. It is spooled while the monitor is away. No run fails for want of it: the
    /// answer does not matter, and a monitor of an earlier version refuses it.
    func recordRun(by relaunch: RelaunchRules) async {
        _ = await environment.sink.record(
            [Event(time: environment.time.now(), fact: .run(queue: queue, relaunch: relaunch))])
    }

    /// Reads the queue's jobs, and finds out which of the given ones are new. For a known job, a larger number of
    /// attempts is recorded, and how it runs if it has not had an attempt. If no jobs are given, all of the queue's are meant.
    /// - Parameter again: the given jobs are new, whatever the outcome of equal jobs before.
    func load(_ given: [NewJob], again: Bool) async throws(Problem) -> Loaded {
        let records = try await all(JobFilter(queue: queue))
        guard !given.isEmpty else {
            try refuse(records.filter { !$0.status.isFinal }.map { ("job \($0.jid)", $0.description) })
            var loaded = Loaded(known: records, left: [], new: [])
            added.loaded(records)
            try await resolve(&loaded, asked: [:], isWholeQueue: true)
            return loaded
        }
        try refuse(given.enumerated().lazy.map { ("job \($0.offset + 1) of this run", $0.element.description) })
        guard !records.isEmpty else {
            var loaded = Loaded(known: [], left: [], new: given)
            try await resolve(&loaded, asked: [:])
            return loaded
        }
        let rounds = QueueRounds(of: given, among: records)
        var loaded = Loaded(known: [], left: [], new: [])
        var isNamed = [Bool](repeating: false, count: records.count)
        var originals: [Int64: JobDescription] = [:]
        var asked: [Int: [DependencyReference]] = [:]
        var spellings: JobSpellings?
        for job in given {
            var base = job.key
            var latest = rounds.latest(base)
            if latest == nil {
                let found = spellings ?? JobSpellings(records)
                spellings = found
                if let other = found.otherKeys(of: job).first(where: { rounds.latest($0) != nil }) {
                    base = other
                    latest = rounds.latest(other)
                }
            }
            guard let latest, !again else {
                let round = latest.map { $0.round + 1 } ?? 1
                var new = NewJob(key: QueueRound.key(base, round: round), description: job.description)
                new.after = job.after
                new.place = job.place
                loaded.new.append(new)
                continue
            }
            guard !isNamed[latest.index] else { continue }
            isNamed[latest.index] = true
            var record = records[latest.index]
            // Those that retry rules granted come on top of what is given.
            var description = job.description
            description.maxAttempts += Relaunches(record.instances).granted
            let original = record.description
            record.description.maxAttempts = max(original.maxAttempts, description.maxAttempts)
            if record.instances.isEmpty {
                // A job without an attempt runs as it was given last.
                _ = record.description.takeExecution(of: description)
                if !job.after.isEmpty { asked[loaded.known.count] = job.after }
            }
            if record.description != original || !job.after.isEmpty { originals[record.jid] = original }
            loaded.known.append(record)
        }
        for (index, record) in records.enumerated() where !isNamed[index] { loaded.left.append(record) }
        // A retry may have asked for more than the job as it is given.
        try refuse(
            loaded.known.filter { !$0.status.isFinal && !$0.instances.isEmpty }.map {
                ("job \($0.jid)", $0.description)
            })
        try await resolve(&loaded, asked: asked)
        let changed = (loaded.known + loaded.late).filter { record in
            originals[record.jid].map { $0 != record.description } ?? false
        }
        try await queue(JobsToQueue(changed.map { NewJob(key: $0.jobKey ?? "", description: $0.description) })) { _ in }
        return loaded
    }

    /// - Throws: `.invalid` if some of these jobs can never run here: it names the first, with the numbers.
    private func refuse(_ jobs: some Sequence<(what: String, description: JobDescription)>) throws(Problem) {
        var first: String?
        var others = 0
        for job in jobs {
            guard let refusal = environment.refusal(job.description) else { continue }
            if first == nil {
                first = "\(job.what) (\(job.description.shownName)) can never run here: \(refusal)"
            } else {
                others += 1
            }
        }
        guard let first else { return }
        let more =
            others == 0 ? "" : "; \(Units.count(others, "more job")) \(others == 1 ? "asks" : "ask") for too much too"
        throw Problem(
            .invalid, first + more, hint: "raise -j, --total-memory or --total-gpus, or let the job ask for less")
    }

    /// Queues jobs in batches; `queued` gets each batch once the ledger has it.
    func queue(_ new: JobsToQueue, _ queued: ([JobRecord]) -> Void) async throws(Problem) {
        // From the end, so that each batch frees its memory: there may be a million jobs.
        var jobs = new.take()
        jobs.reverse()
        var size = Self.batches.first
        while !jobs.isEmpty, !Task.isCancelled {
            let batch = Array(jobs.suffix(size).reversed())[...]
            jobs.removeLast(batch.count)
            // An array that gets shorter keeps its memory.
            // An array that gets shorter keeps its memory, and so does one that is made of it as a whole.
            if jobs.capacity > jobs.count / 4 * 5 + Self.batches.most {
                var shorter: [NewJob] = []
                shorter.reserveCapacity(jobs.count)
                shorter.append(contentsOf: jobs)
                jobs = shorter
            }
            size = min(2 * size, Self.batches.most)
            let now = environment.time.now()
            let jids = try await enqueue(batch, at: now)
            var records: [JobRecord] = []
            records.reserveCapacity(batch.count)
            for (job, jid) in zip(batch, jids) {
                numbers.add(job.key, jid)
                records.append(
                    JobRecord(
                        jid: jid, queue: queue, jobKey: job.key, description: job.description, submittedDate: now,
                        status: .queued, attempts: 0, cancelRequested: false, instances: []))
            }
            queued(withNumbers(records))
        }
    }

    /// Queues jobs from the feed as they arrive. The queue learns of each job, in the form that the ledger has, before
    /// the sender gets its answer. Returns when the feed is closed or the task is cancelled.
    func serve(
        _ feed: JobFeed, _ queued: ([JobRecord]) -> Void, whenIdle: (@escaping JobFeed.Answer<QueueSummary>) -> Void
    ) async {
        var reader = feed.reader()
        while let requests = await reader.next() {
            // Jobs that were added one by one at the same time go to the ledger together.
            var adding: [(jobs: [NewJob], answer: JobFeed.Answer<[Int64]>)] = []
            for request in requests {
                switch request {
                case .add(let jobs, let answer): adding.append((jobs, answer))
                case .tellWhenIdle(let question):
                    await add(adding, queued)
                    adding = []
                    whenIdle(question)
                }
            }
            await add(adding, queued)
        }
    }

    private func add(
        _ requests: [(jobs: [NewJob], answer: JobFeed.Answer<[Int64]>)],
        _ queued: ([JobRecord]) -> Void
    ) async {
        if requests.count > 1, let jids = try? await add(requests.flatMap(\.jobs), queued) {
            var rest = jids[...]
            for (jobs, answer) in requests {
                answer(.success(Array(rest.prefix(jobs.count))))
                rest = rest.dropFirst(jobs.count)
            }
            return
        }
        // One of the requests is wrong: answer each by itself. Jobs that the ledger has by now are not queued twice.
        for (jobs, answer) in requests {
            do throws(Problem) {
                answer(.success(try await add(jobs, queued)))
            } catch {
                answer(.failure(error))
            }
        }
    }

    private func add(_ jobs: [NewJob], _ queued: ([JobRecord]) -> Void) async throws(Problem) -> [Int64] {
        try refuse(jobs.map { ("the job", $0.description) })
        let (resolved, places) = try await resolveAdded(jobs)
        var jids: [Int64] = []
        var rest = resolved[...]
        while !rest.isEmpty {
            guard !Task.isCancelled else {
                throw Problem(.contradiction, "the queue was stopped before all of these jobs were queued")
            }
            let batch = rest.prefix(Self.batches.ofFeed)
            let queuedJids = try await enqueue(batch, at: environment.time.now())
            for (job, jid) in zip(batch, queuedJids) { numbers.add(job.key, jid) }
            added.add(batch, queuedJids)
            // The key may belong to an earlier job, which has its own instances.
            queued(withNumbers(try await all(JobFilter(jids: queuedJids))))
            jids += queuedJids
            rest = rest.dropFirst(batch.count)
        }
        var answers = jids
        for (jid, place) in zip(jids, places) { answers[place] = jid }
        return answers
    }

    /// Records the jobs in the ledger. - Returns: their numbers, in order.
    private func enqueue(_ jobs: ArraySlice<NewJob>, at now: Timestamp) async throws(Problem) -> [Int64] {
        let results = try await environment.enqueue(
            jobs.map { Event(time: now, fact: .job(.key(queue: queue, key: $0.key), $0.description)) })
        var jids: [Int64] = []
        jids.reserveCapacity(jobs.count)
        for (job, result) in zip(jobs, results) {
            guard result.outcome != .refused, let jid = result.jid else {
                throw result.problem
                    ?? Problem(.internalError, "job \"\(job.description.shownName)\" could not be queued")
            }
            jids.append(jid)
        }
        return jids
    }

    func all(_ filter: JobFilter) async throws(Problem) -> [JobRecord] {
        var records: [JobRecord] = []
        var page = Page(after: 0, limit: Page.maximumLimit)
        while true {
            let part = try await environment.reading.jobs(filter, page: page)
            records += part.items
            guard let next = part.next else { return records }
            page.after = next
        }
    }
}
