import JobmonCore

/// What the ledger and the monitor know about jobs.
extension QueueState {
    mutating func know(_ record: JobRecord, at now: Moment) {
        if let index = indexOfJid[record.jid] { merge(record, into: index, at: now) } else { insert(record, at: now) }
    }

    /// Notes a job that is not part of this run. If its instance may be alive, it is followed: it keeps its slot, and
    /// its end is recorded.
    mutating func leave(_ record: JobRecord, at now: Moment) {
        guard indexOfJid[record.jid] == nil, !record.status.isFinal else { return }
        if let last = record.instances.last, !last.status.isFinal, last.executor == configuration.executor {
            insert(record, isNamed: false, at: now)
        } else {
            left.count(record.status == .queued ? .queued : .running, 1)
        }
    }

    private mutating func insert(_ record: JobRecord, isNamed: Bool = true, at now: Moment) {
        let last = record.instances.last
        let standing = record.standing
        let index = jobs.count
        var description = record.description
        let limitSet = limitSet(name: description.shownName, params: description.params)
        // The params are already filled into the command; the ledger keeps them for people.
        description.params = [:]
        jobs.append(
            QueueJob(
                jid: record.jid, isNamed: isNamed, description: description, standing: standing,
                instances: record.instances.count,
                lossesRunning: Self.lossesRunning(record.instances)))
        jobs[index].relaunches = Relaunches(record.instances)
        jobs[index].limitSet = limitSet
        jobs[index].line = Int32(line(of: index))
        jobs[index].priority = description.priority
        indexOfJid.add(record.jid, at: index)
        jobs[index].blockedBy = record.blockedBy ?? 0
        enterGraph(index, record)
        // `move` expects a job that is counted: count it as queued first.
        count(index, .queued, 1)
        for given in record.instances.dropLast() where given.status == .unknown {
            if let key = given.instanceKey { indexOfKey[key] = index }
        }

        if let last, !last.status.isFinal, !standing.anyComplete {
            jobs[index].live = LiveInstance(
                key: last.instanceKey ?? "instance \(last.jobInstanceID)", retryNumber: last.retryNumber,
                stdoutPath: last.stdoutPath, stderrPath: last.stderrPath, recorded: true,
                askable: last.instanceKey != nil && last.executor == configuration.executor, host: last.host)
            indexOfKey[jobs[index].live?.key ?? ""] = index
            // Waiting for it counts as work.
            if isNamed { begun += 1 }
            move(index, to: .unclear)
            if jobs[index].live?.askable == true {
                if observeAt == nil { observeAt = now.steady }
            } else {
                foreign.append((record.jid, last.executor))
            }
            return
        }
        if standing.status == .queued, standing.latest == .failed, !standing.latestReturnedAttempt {
            // The rest of its delay. An earlier queue may have had another policy: the ledger says that the job is due.
            let delay = delay(afterFailures: standing.attempts) ?? 0
            let passed = last?.finishedDate.map { now.time.seconds(since: $0) } ?? delay
            let left = min(delay, delay - passed)
            move(index, to: left > 0 ? .backingOff(until: now.steady + left) : .queued)
        } else {
            settle(index, at: now)
        }
        if jobs[index].phase == .failed, isNamed { noteOld(record, last) }
    }

    private mutating func noteOld(_ record: JobRecord, _ last: InstanceRecord?) {
        note(
            QueueFailure(
                jid: record.jid, name: record.description.shownName, attempts: record.attempts, cause: last?.cause,
                exitCode: last?.exitCode, signal: last?.signal, headline: last?.errorLine ?? ""))
    }

    private static func lossesRunning(_ instances: [InstanceRecord]) -> Int {
        var losses = 0
        for instance in instances.reversed() {
            if instance.returnedAttempt, instance.cause == .lost {
                losses += 1
            } else if !instance.returnedAttempt, instance.status.isFinal {
                break
            }
        }
        return losses
    }

    /// Applies what the ledger knows of a known job: its limits and requests, and the end of an unclear instance. Of an
    /// instance that the executor has, the executor knows more.
    private mutating func merge(_ record: JobRecord, into index: Int, at now: Moment) {
        let grew = record.description.maxAttempts > jobs[index].standing.maxAttempts
        if grew { jobs[index].standing.maxAttempts = record.description.maxAttempts }
        if jobs[index].phase == .unclear || configuration.hearsFromMonitor, let live = jobs[index].live,
            let said = record.instances.first(where: {
                ($0.instanceKey ?? "instance \($0.jobInstanceID)") == live.key
            }), said.status.isFinal
        {
            if said.relaunch?.next == .again {
                jobs[index].describe(resources: record.description.resources, timeout: record.description.timeout)
            }
            applyRecorded(said, to: live.key, at: now)
        }
        // What the ledger decided counts, since it knows hosts and groups.
        if jobs[index].live == nil, !jobs[index].phase.isOver, record.instances.count == jobs[index].instances {
            jobs[index].relaunches = Relaunches(record.instances)
        }
        if !jobs[index].standing.anyComplete, record.instances.contains(where: { $0.status == .complete }),
            jobs[index].live.map({ live in
                !record.instances.contains { $0.instanceKey == live.key && $0.status == .complete }
            })
                ?? true
        {
            lateComplete(index, at: now)
        }
        if record.cancelRequested { cancelRequested(index, at: now) }
        // A job without an attempt runs as the ledger has it: it may have been given again.
        if jobs[index].instances == 0, record.instances.isEmpty, !jobs[index].phase.isOver {
            jobs[index].describe(as: record.description)
        }
        // A retry was requested, perhaps with other resources, which replace the old ones.
        if jobs[index].retryAsked, jobs[index].live == nil, record.status == .queued {
            jobs[index].retryAsked = false
            jobs[index].describe(resources: record.description.resources)
            if jobs[index].phase == .failed || jobs[index].phase == .cancelled { revive(index) }
        }
        if grew, jobs[index].phase == .failed, jobs[index].standing.status == .queued { revive(index) }
    }

    /// Applies the outcome of an unclear instance that the ledger has.
    private mutating func applyRecorded(_ said: InstanceRecord, to key: String, at now: Moment) {
        ended(
            key,
            Outcome(
                status: said.status, cause: said.cause,
                evidence: Evidence(exitCode: said.exitCode, signal: said.signal), description: said.error,
                returnsAttempt: said.returnedAttempt), recorded: true, decided: .decided(said.relaunch), at: now)
    }

    mutating func changed(_ change: Change, at now: Moment) {
        if let setting = change.setting { return take(setting) }
        guard let jid = change.jid, let index = indexOfJid[jid] else { return }
        switch change.kind {
        case "cancel": return cancelRequested(index, at: now)
        case "retry":
            // The word of a retry that was seen in the ledger already.
            if let seen = revivedAt[jid], change.time <= seen { return }
            return retried(index, at: now)
        case "job":
            if jobs[index].phase == .failed { outbox.look.append(jid) }
            return
        default: break
        }
        guard let status = change.status, let key = change.instanceKey else { return }
        if configuration.hearsFromMonitor, key == jobs[index].live?.key { return heard(status, key, index, at: now) }
        guard status.isFinal else { return }
        if key == jobs[index].live?.key {
            // While the executor has it, the executor's report will come, and has more detail.
            if jobs[index].phase == .unclear { outbox.look.append(jid) }
        } else if status == .complete {
            indexOfKey[key] = nil
            lateComplete(index, at: now)
        }
    }

    /// Applies a status that the wrapper of a live instance reported to the monitor.
    private mutating func heard(_ status: Status, _ key: String, _ index: Int, at now: Moment) {
        switch status {
        case .running:
            switch jobs[index].phase {
            // An old report does not make an unclear instance clear.
            case .submitting, .waiting:
                move(index, to: .running)
                cancelIfUnwanted(index)
            default: break
            }
        case .complete:
            ended(key, Outcome(status: .complete, evidence: Evidence(exitCode: 0)), recorded: true, at: now)
        // The ledger knows the cause.
        case .failed, .cancelled: outbox.look.append(jobs[index].jid)
        case .submitted, .unknown, .queued: break
        }
    }

    private mutating func cancelRequested(_ index: Int, at now: Moment) {
        if jobs[index].blockedBy != 0 { jobs[index].standing.cancelRequested = true }
        guard !jobs[index].phase.isOver else { return }
        jobs[index].standing.cancelRequested = true
        leaveOff(index, at: now)
    }

    private mutating func retried(_ index: Int, at now: Moment) {
        jobs[index].standing.cancelRequested = false
        switch jobs[index].phase {
        // The retry may have changed what it asks for: read that from the ledger.
        case .failed, .cancelled:
            jobs[index].retryAsked = true
            outbox.look.append(jobs[index].jid)
        case .complete: break
        // The ledger knows the end already; the executor's report of it will follow.
        default: jobs[index].retryAsked = jobs[index].live != nil
        }
    }

    /// The job that was retried while it is over here, by the ledger's record; nil if the record does not show that. A
    /// ledger that lacks an attempt, or the end of one, is behind: its status says nothing then.
    func retriedIndex(_ record: JobRecord) -> Int? {
        guard let index = indexOfJid[record.jid], record.status == .queued, jobs[index].live == nil,
            jobs[index].phase == .failed || jobs[index].phase == .cancelled, jobs[index].blockedBy == 0,
            record.instances.count == jobs[index].instances, record.instances.last?.status.isFinal ?? true
        else { return nil }
        return index
    }

    /// A job that is over here was retried: the monitor's word of that is still on its way.
    mutating func retried(_ record: JobRecord, at now: Moment) {
        guard let index = retriedIndex(record) else { return }
        revivedAt[record.jid] = now.time
        jobs[index].standing.cancelRequested = record.cancelRequested
        jobs[index].retryAsked = true
        merge(record, into: index, at: now)
    }

    /// A job that was over has another attempt, at once.
    mutating func revive(_ index: Int) {
        let standing = jobs[index].standing
        jobs[index].standing.maxAttempts = max(standing.maxAttempts, standing.attempts + 1)
        jobs[index].standing.latestIsLast = false
        if standing.status != .queued { jobs[index].standing.latestReturnedAttempt = true }
        failures[jobs[index].jid] = nil
        move(index, to: .queued)
    }
}
