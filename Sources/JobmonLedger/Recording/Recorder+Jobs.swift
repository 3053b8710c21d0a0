import JobmonCore

extension Recorder {
    // MARK: - Jobs

    /// A job is queued; or said again, which can give it more attempts, and describe it anew while it was never started.
    func queueJob(
        _ reference: JobReference, _ description: JobDescription, at time: Timestamp
    ) throws(SQLiteFailure) -> Verdict {
        guard var job = try find(reference) else {
            guard case .key(let queue, let key) = reference else { return Verdict(refused: .unknown(reference)) }
            let job = try insert(description, queue: queue, key: key, at: time)
            var verdict = Verdict(job, changed: true)
            verdict.created = Verdict.Subject(queue: queue, jobKey: key)
            verdict.brief = BriefEvent(job: description)
            return verdict
        }
        let isDescribed = job.instances == 0 ? try describe(job, description) : false
        guard description.maxAttempts > job.maxAttempts else { return Verdict(job, changed: isDescribed) }
        job.maxAttempts = description.maxAttempts
        try restand(&job)
        return Verdict(job, changed: true)
    }

    /// A person wants the job tried once more: it may use one attempt more than it has used.
    /// - Parameter resources: what it asks for from now on, in the place of what it asked for.
    func retry(_ reference: JobReference, resources: JSONObject) throws(SQLiteFailure) -> Verdict {
        guard var job = try find(reference) else { return missing(reference) }
        if job.isForgotten { return Verdict(job, refused: .forgotten(job)) }
        guard job.status == .failed || job.status == .cancelled else {
            return Verdict(
                job,
                refused: Problem(
                    .contradiction,
                    "\(job.words) is \(job.status.label): only a FAILED or CANCELLED job can be retried",
                    hint: job.status == .queued ? "its next attempt is already queued" : nil))
        }
        if let number = job.blockedBy, let blocker = try find(.jid(number)), !blocker.isForgotten,
            blocker.status == .failed || blocker.status == .cancelled
        {
            return Verdict(
                job,
                refused: Problem(
                    .contradiction, "\(job.words) waits for job \(number), which is \(blocker.status.label)",
                    hint: "retry that one: this one is run when it is COMPLETE"))
        }
        guard job.queue != nil else {
            return Verdict(
                job,
                refused: Problem(
                    .contradiction, "\(job.words) is \(job.status.label) and has no queue that could run it",
                    hint: "start it again the same way as the first time (jobmon exec ...)"))
        }
        job.maxAttempts = max(job.maxAttempts, job.attempts + 1)
        job.cancelRequested = nil
        job.blockedBy = nil
        job.retriedInstance = job.latestInstance
        try restand(&job)
        if !resources.isEmpty {
            try statements.keepChanged.put(job.jid).run()
            try statements.changeResources.put(JSON.object(resources).text).put(job.jid).run()
        }
        return Verdict(job, changed: true)
    }

    /// The queue does not run the job, since a job that it waits for failed or was cancelled; or nothing stands in its way
    /// any more.
    func block(_ reference: JobReference, by blocker: Int64?) throws(SQLiteFailure) -> Verdict {
        guard var job = try find(reference) else { return missing(reference) }
        if job.isForgotten { return Verdict(job, refused: .forgotten(job)) }
        if let blocker, try find(.jid(blocker)) == nil { return Verdict(job, refused: .unknown(.jid(blocker))) }
        guard job.blockedBy != blocker, !job.anyComplete else { return Verdict(job, changed: false) }
        job.blockedBy = blocker
        try restand(&job)
        return Verdict(job, changed: true)
    }

    /// A person wants the job out of lists, counts and reports. What is known of it stays, and so do its events.
    func forget(_ reference: JobReference, at time: Timestamp) throws(SQLiteFailure) -> Verdict {
        guard var job = try find(reference) else { return missing(reference) }
        if job.isForgotten { return Verdict(job, changed: false) }
        guard job.status.isFinal || job.status == .queued else {
            return Verdict(
                job,
                refused: Problem(
                    .contradiction,
                    "\(job.words) is \(job.status.label): only a job that is over or queued can be forgotten",
                    hint: "cancel it first, or wait for its end"))
        }
        // Its row is written now: from here on it is found by its number alone.
        try writeChanged()
        try statements.forgetJob.put(time.description).put(job.jid).run()
        let errors = try statements.countErrors.put(job.jid).first { Int($0.int()) } ?? 0
        batch.uncount(queue: job.queue, status: job.status, errors: errors)
        if errors > 0 { try uncountInGroups(job.jid) }
        cache.drop(job)
        job.isForgotten = true
        return Verdict(job, changed: true)
    }

    /// A person wants the job over. One that is alive is ended by its queue, which sees the published change.
    func cancel(_ reference: JobReference, at time: Timestamp) throws(SQLiteFailure) -> Verdict {
        guard var job = try find(reference) else { return missing(reference) }
        if job.isForgotten { return Verdict(job, refused: .forgotten(job)) }
        // A blocked one stays cancelled then, whatever becomes of the job that it waits for.
        if job.status.isFinal, job.blockedBy == nil {
            return Verdict(
                job, refused: Problem(.contradiction, "\(job.words) is \(job.status.label) already"))
        }
        guard job.queue != nil else { return Verdict(job, refused: try notOurs(job)) }
        if job.cancelRequested != nil { return Verdict(job, changed: false) }
        job.cancelRequested = time
        try restand(&job)
        return Verdict(job, changed: true)
    }

    /// Why a job of no queue can't be cancelled, and where its process is.
    private func notOurs(_ job: JobState) throws(SQLiteFailure) -> Problem {
        var place = "where it was started"
        if let latest = job.latestInstance, let instance = try find(.id(latest)), let host = instance.host {
            place = instance.pid.map { "on \(host) with: kill \($0)" } ?? "on \(host)"
        }
        return Problem(
            .contradiction, "\(job.words) is \(job.status.label) and has no queue that could end it",
            hint: "end its process \(place)")
    }

    /// The answer to an event about a job that the ledger does not know: by its key it may still come.
    private func missing(_ reference: JobReference) -> Verdict {
        switch reference {
        case .key(let queue, let key): Verdict(awaiting: Verdict.Subject(queue: queue, jobKey: key))
        case .jid: Verdict(refused: .unknown(reference))
        }
    }

    /// What the first attempt will run, where and with what. Its name and params are what people look for it by: they stay.
    /// - Returns: whether that is not what was there.
    private func describe(_ job: JobState, _ description: JobDescription) throws(SQLiteFailure) -> Bool {
        let row = JobRow(description)
        func run(_ statement: Statement) throws(SQLiteFailure) {
            try statement.put(row.runfile).put(row.args).put(row.cwd).put(row.env).put(row.shell).put(row.timeout)
                .put(row.resources).put(job.jid).run()
        }
        try run(statements.keepDescription)
        try run(statements.describeJob)
        return connection.changedRows > 0
    }

    func find(_ reference: JobReference) throws(SQLiteFailure) -> JobState? {
        if let kept = cache.job(reference) { return kept }
        let found: JobState?
        switch reference {
        case .key(let queue, let key): found = try statements.findJobByKey.put(queue).put(key).first { JobState(&$0) }
        case .jid(let jid): found = try statements.findJob.put(jid).first { JobState(&$0) }
        }
        if let found { cache.keep(found) }
        return found
    }

    func insert(
        _ description: JobDescription, queue: String?, key: String?, at time: Timestamp
    ) throws(SQLiteFailure) -> JobState {
        let maxAttempts = max(1, description.maxAttempts)
        let row = JobRow(description)
        try statements.insertJob
            .put(queue).put(key).put(description.shownName).put(row.runfile).put(row.args)
            .put(description.params.isEmpty ? "{}" : JSON.object(description.params).text).put(row.cwd)
            .put(row.env).put(row.shell).put(row.timeout).put(row.resources)
            .put(time == batch.now ? batch.nowText : time.description).put(Status.queued.rawValue).put(maxAttempts)
            .run()
        let job = JobState(jid: connection.lastInsertedRow, queue: queue, key: key, maxAttempts: maxAttempts)
        for param in description.params.members {
            try statements.insertParam.put(param.name).put(ParamText.indexed(param.value)).put(job.jid).run()
        }
        cache.keep(job)
        batch.count(queue: queue, from: nil, to: .queued)
        return job
    }

    /// Derives a job's status from what is known of it now, and keeps the job. `instance` is one of its instances whose
    /// row is as said there; the latest, if it is another one, is looked up.
    func restand(_ job: inout JobState, after instance: InstanceState? = nil) throws(SQLiteFailure) {
        var latest: InstanceState?
        if let id = job.latestInstance {
            if let instance, instance.id == id { latest = instance } else { latest = try find(.id(id)) }
        }
        let before = job.status
        // Asked to try it once more, the job stands as if that attempt had not counted.
        let isRetried = job.retriedInstance != nil && job.retriedInstance == job.latestInstance
        job.status =
            JobStanding(
                attempts: job.attempts, maxAttempts: job.maxAttempts, cancelRequested: job.cancelRequested != nil,
                isBlocked: job.blockedBy != nil, anyComplete: job.anyComplete, latest: latest?.status,
                latestReturnedAttempt: latest?.attemptReturned == true || isRetried,
                latestIsLast: !isRetried && latest?.isLast ?? false
            ).status
        cache.change(job)
        if before != job.status, !job.isForgotten { batch.count(queue: job.queue, from: before, to: job.status) }
    }
}

/// The columns that a job's description fills.
private struct JobRow {
    let runfile: String
    let args: String
    let cwd: String?
    let env: String
    let shell: Bool
    let timeout: Double?
    let resources: String

    init(_ description: JobDescription) {
        runfile = description.runfile
        args = description.args.isEmpty ? "[]" : JSON.array(description.args.map { .string($0) }).text
        cwd = description.cwd
        env = description.env.isEmpty ? "{}" : JSON.object(description.env).text
        shell = description.shell
        timeout = description.timeout
        resources = description.resources.isEmpty ? "{}" : JSON.object(description.resources).text
    }
}

extension Problem {
    static func forgotten(_ job: JobState) -> Problem {
        Problem(
            .contradiction, "\(job.words) was forgotten",
            hint: "run the same command again: it creates a new job")
    }

    static func unknown(_ reference: JobReference) -> Problem {
        switch reference {
        case .jid(let jid): Problem(.notFound, "there is no job \(jid)", hint: "jobmon jobs lists them")
        case .key(let queue, let key): Problem(.notFound, "there is no job with the key \(key) in queue \(queue)")
        }
    }

    static func unknown(instance id: Int64) -> Problem {
        Problem(.notFound, "there is no job instance \(id)", hint: "jobmon jobs --json lists them with their jobs")
    }
}
