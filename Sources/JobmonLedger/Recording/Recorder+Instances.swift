import JobmonCore

extension Recorder {
    // MARK: - Instances

    /// An instance is made, and its job where that is new.
    func submit(
        _ reference: InstanceReference?, _ submission: Submission, at time: Timestamp
    ) throws(SQLiteFailure) -> Verdict {
        if let reference, let known = try find(reference) { return try submitAgain(known, submission) }
        if case .id(let id)? = reference { return Verdict(refused: .unknown(instance: id)) }
        var key: String?
        if case .key(let given)? = reference { key = given }

        var created = Verdict.Subject(instanceKey: key)
        var makesJob = false
        var job: JobState
        switch submission.job {
        case .jid?:
            guard let job_ = submission.job, let known = try find(job_) else {
                return Verdict(refused: submission.job.map(Problem.unknown) ?? Self.noJob)
            }
            guard !known.isForgotten else { return Verdict(known, refused: .forgotten(known)) }
            job = known
        case .key(let queue, let jobKey)?:
            if let known = try find(.key(queue: queue, key: jobKey)) {
                job = known
            } else if let description = submission.description {
                job = try insert(description, queue: queue, key: jobKey, at: time)
                makesJob = true
                created.queue = queue
                created.jobKey = jobKey
            } else {
                return Verdict(awaiting: Verdict.Subject(queue: queue, jobKey: jobKey))
            }
        case nil:
            guard let description = submission.description else { return Verdict(refused: Self.noJob) }
            if let continued = submission.continues, let known = try find(InstanceReference.key(continued)) {
                job = known.job
            } else {
                job = try insert(description, queue: nil, key: nil, at: time)
                makesJob = true
            }
        }

        try statements.insertInstance
            .put(.instanceKey, key).put(.jid, job.jid).put(.retryNumber, job.instances)
            .put(.executor, submission.executor).put(.executorId, submission.executorID)
            .put(.status, Status.submitted.rawValue)
            .put(.submittedDate, time == batch.now ? batch.nowText : time.description)
            .put(.stdoutPath, submission.stdoutPath).put(.stderrPath, submission.stderrPath)
            .put(.requestedSlots, submission.requested.slots).put(.requestedMemory, submission.requested.memory)
            .put(.requestedRuntime, submission.requested.runtime).run()
        let id = connection.lastInsertedRow
        job.instances += 1
        job.attempts += 1
        job.latestInstance = id
        var instance = InstanceState(id: id, key: key, executorID: submission.executorID, job: job)
        try restand(&instance.job, after: instance)
        instance = cache.keep(instance)
        note(instance, .submitted, at: time)
        var verdict = Verdict(instance, changed: true)
        verdict.created = created
        verdict.brief = BriefEvent(reference, submission, makesJob: makesJob)
        return verdict
    }

    private static let noJob = Problem(
        .invalid, "the event neither names nor describes the job of the attempt")

    /// The making of an instance said again: it may name what the executor calls it.
    private func submitAgain(_ known: InstanceState, _ submission: Submission) throws(SQLiteFailure) -> Verdict {
        var instance = known
        let sameJob =
            switch submission.job {
            case .jid(let jid)?: jid == known.job.jid
            case .key(let queue, let key)?: queue == known.job.queue && key == known.job.key
            case nil: true
            }
        guard sameJob else {
            return Verdict(
                known,
                refused: Problem(
                    .contradiction, "instance \(known.id) is an attempt at \(known.job.words), not at another job",
                    hint: "give each instance a key of its own"))
        }
        guard known.executorID == nil, let executorID = submission.executorID else {
            return Verdict(known, changed: false)
        }
        instance.executorID = executorID
        write(&instance)
        return Verdict(instance, changed: true)
    }

    /// An instance's command starts or has started; after the end this fills in where and when that was.
    func run(
        _ reference: InstanceReference, _ start: Start, at time: Timestamp
    ) throws(SQLiteFailure) -> Verdict {
        guard var instance = try find(reference) else { return missing(reference) }
        var changed = false
        func fill<Value>(_ value: inout Value?, _ said: Value?) {
            guard value == nil, let said else { return }
            value = said
            changed = true
        }
        fill(&instance.host, start.host)
        fill(&instance.bootID, start.bootID)
        fill(&instance.executorID, start.executorID)
        if instance.pid == nil, let process = start.process {
            instance.pid = Int64(process.pid)
            instance.pidStarted = process.started
            changed = true
        }
        var placesIt = false
        if let place = start.place {
            try statements.placeInstance.put(.schedulerQueue, place.queue)
                .put(.allocated, place.allocated.isEmpty ? nil : JSON.object(place.allocated).text)
                .put(.jobInstanceId, instance.id).run()
            placesIt = connection.changedRows > 0 && (place.queue != nil || !place.allocated.isEmpty)
            changed = changed || connection.changedRows > 0
        }
        func verdict(changed: Bool) -> Verdict {
            var verdict = Verdict(instance, changed: changed)
            guard changed else { return verdict }
            // Of host, boot and executor's id the first that was said stays.
            let isKept =
                (start.host?.isExactly(instance.host) ?? true)
                && (start.bootID?.isExactly(instance.bootID) ?? true)
                && (start.executorID?.isExactly(instance.executorID) ?? true)
                && (start.place == nil || placesIt)
            verdict.brief = BriefEvent(reference, start, isKept: isKept)
            return verdict
        }
        switch InstanceStateMachine.answer(current: instance.status, said: .running) {
        case .moves:
            fill(&instance.startedDate, time)
            instance.status = .running
            instance.cause = nil
            write(&instance)
            note(instance, .running, at: instance.startedDate ?? time)
            try restand(&instance.job, after: instance)
            return verdict(changed: true)
        case .fills:
            let started = instance.startedDate == nil
            fill(&instance.startedDate, time)
            if started {
                instance.wallclock = instance.wallclock ?? instance.lived
                note(instance, .running, at: time)
            }
            if changed { write(&instance) }
        case .repeats:
            // Also when it says nothing new it is a sign of life.
            write(&instance)
        case .contradicts: return Verdict(instance, refused: contradiction(instance, .running))
        }
        return verdict(changed: changed)
    }

    /// The process that an instance became.
    func name(
        _ process: ProcessIdentity, of reference: InstanceReference
    ) throws(SQLiteFailure) -> Verdict {
        guard var instance = try find(reference) else { return missing(reference) }
        let known = instance.pid == Int64(process.pid) && instance.pidStarted == process.started
        if !known {
            instance.pid = Int64(process.pid)
            instance.pidStarted = process.started
        }
        if !known || !instance.status.isFinal { write(&instance) }
        var verdict = Verdict(instance, changed: !known)
        verdict.brief = BriefEvent(reference, process)
        return verdict
    }

    /// Keeps what changed of an instance, which was heard of just now.
    private func write(_ instance: inout InstanceState) {
        instance.isSeen = true
        cache.change(instance)
    }

    /// Writes what changed of instances and jobs into their rows. - Returns: those instances.
    @discardableResult
    func writeChanged() throws(SQLiteFailure) -> [InstanceState] {
        let changed = cache.takeChanged()
        for job in changed.jobs {
            try statements.updateJob
                .put(job.status.rawValue).put(job.attempts).put(job.maxAttempts)
                .put(job.cancelRequested?.description).put(job.instances).put(job.latestInstance)
                .put(job.retriedInstance).put(job.anyComplete).put(job.blockedBy).put(job.jid).run()
        }
        for instance in changed.instances {
            let update = instance.ending == nil ? statements.updateInstance : statements.endInstance
            update.put(.status, instance.status.rawValue).put(.cause, instance.cause?.rawValue)
                .put(.executorId, instance.executorID).put(.host, instance.host).put(.bootId, instance.bootID)
                .put(.pid, instance.pid).put(.pidStarted, instance.pidStarted)
                .put(.startedDate, instance.startedDate?.description).put(.wallclock, instance.wallclock)
                .put(.lastSeen, instance.isSeen ? batch.nowText : nil).put(.isSeen, instance.isSeen)
            if let end = instance.ending {
                update.put(.exitCode, end.evidence.exitCode).put(.signal, end.evidence.signal)
                    .put(.finishedDate, instance.finishedDate?.description).put(atEnd: end.usage)
                    .put(.oomKills, end.evidence.oomKills).put(.attemptReturned, instance.attemptReturned)
                    .put(.doubt, instance.status == .complete ? end.doubt : nil)
                    .put(
                        .evidence,
                        instance.status == .complete ? nil : end.evidence.remarks.map { JSON.object($0).text }
                    )
                    .put(.relaunch, instance.relaunch?.json.text)
                    .put(.stdoutEmpty, end.stdoutEmpty).put(.stderrEmpty, end.stderrEmpty)
            }
            try update.put(.jobInstanceId, instance.id).run()
        }
        return changed.instances
    }

    /// Keeps that an instance took a status, to be written at the batch's end.
    func note(_ instance: InstanceState, _ status: Status, at time: Timestamp) {
        batch.statuses.append(Batch.StatusRow(jid: instance.job.jid, instance: instance.id, status: status, time: time))
    }

    func contradiction(_ instance: InstanceState, _ said: Status) -> Problem {
        let since = instance.finishedDate.map { " since \($0)" } ?? ""
        return Problem(
            .contradiction,
            "instance \(instance.id) of \(instance.job.words) is \(instance.status.label)\(since): it can't be "
                + "\(said.label) too",
            hint: "the first outcome stands; this one is kept as evidence in the table event")
    }

    /// The answer to an event about an instance that the ledger does not know: by its key it may still come.
    func missing(_ reference: InstanceReference) -> Verdict {
        switch reference {
        case .key(let key): Verdict(awaiting: Verdict.Subject(instanceKey: key))
        case .id(let id): Verdict(refused: .unknown(instance: id))
        }
    }

    func find(_ reference: InstanceReference) throws(SQLiteFailure) -> InstanceState? {
        if let kept = cache.instance(reference) { return kept }
        let found: InstanceState?
        switch reference {
        case .key(let key): found = try statements.findInstanceByKey.put(key).first { InstanceState(&$0) }
        case .id(let id): found = try statements.findInstance.put(id).first { InstanceState(&$0) }
        }
        return found.map { cache.keep($0) }
    }

    // MARK: - Heartbeats

    /// These instances are alive: when they were last seen is kept, and they are late no more. One that was given up as
    /// UNKNOWN is RUNNING again, which is a change and so an event like any other.
    func heartbeat(_ references: [InstanceReference], time: Timestamp) throws(SQLiteFailure) -> EventResult {
        var alive = false
        var early = false
        var unknown: Int64?
        var single: EventResult?
        for reference in references {
            switch reference {
            case .key(let key): try statements.heartbeatByKey.put(batch.nowText).put(key).run()
            case .id(let id): try statements.heartbeat.put(batch.nowText).put(id).run()
            }
            if connection.changedRows > 0, references.count > 1 {
                alive = true
                continue
            }
            guard let instance = try find(reference) else {
                if case .id(let id) = reference { unknown = unknown ?? id } else { early = true }
                continue
            }
            if instance.status == .unknown {
                let fact = Fact.running(reference, Start())
                _ = try store(Event(time: time, fact: fact), try decide(fact, at: time))
            }
            if !instance.status.isFinal { alive = true }
            single = EventResult(outcome: .repeat, jid: instance.job.jid, jobInstanceID: instance.id)
        }
        var result = references.count == 1 ? single ?? EventResult(outcome: .repeat) : EventResult(outcome: .repeat)
        if alive {
            result.outcome = .recorded
        } else if early {
            result.outcome = .early
        } else if let unknown {
            result.outcome = .refused
            result.problem = .unknown(instance: unknown)
        }
        return result
    }
}
