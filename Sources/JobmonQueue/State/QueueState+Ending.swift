import JobmonCore

/// From the end of an instance to the outcome of its job and of the queue.
extension QueueState {
    /// An instance ended.
    /// - Parameter recorded: the outcome is spooled by the process that ran the instance; if false, the queue records
    ///   it.
    /// - Parameter decided: what the ledger's relaunch rules made of the failure; nil: the ledger was not asked.
    mutating func ended(
        _ key: String, _ outcome: Outcome, recorded: Bool, decided: LedgerWord? = nil, at now: Moment
    ) {
        guard let index = liveIndex(of: key) else {
            if configuration.hearsFromMonitor, outcome.status.isFinal { outbox.forget.append(key) }
            // An instance that was given up before.
            if let index = indexOfKey[key], outcome.status.isFinal {
                indexOfKey[key] = nil
                if !recorded { record(key, outcome, at: now) }
                if outcome.status == .complete { lateComplete(index, at: now) }
            }
            return
        }
        guard outcome.status.isFinal else {
            becomeUnclear(key: key, if: { _ in true }, at: now)
            return
        }
        let cause = outcome.resolvedCause
        var outcome = outcome
        noteMemory(outcome.usage, of: index)
        if outcome.status == .failed, decided == nil, isLedgersToDecide(index, outcome, cause) {
            return waitForLedger(index, key, outcome, recorded: recorded, at: now)
        }
        if outcome.returnsAttempt, cause == .lost {
            jobs[index].lossesRunning += 1
            if !recorded, jobs[index].lossesRunning > Self.returnedLosses { outcome.returnsAttempt = false }
        } else if !outcome.returnsAttempt {
            jobs[index].lossesRunning = 0
        }
        if !recorded { record(key, outcome, at: now) }
        if outcome.status == .failed, cause != .submitFailed { noteFailure(at: now) }
        let decision = take(decided, index, outcome, cause)
        if decision?.returnsAttempt ?? false { outcome.returnsAttempt = true }

        jobs[index].standing.latest = outcome.status
        jobs[index].standing.latestReturnedAttempt = outcome.returnsAttempt
        jobs[index].standing.latestIsLast = cause == .submitFailed || decision?.next == .stop
        if outcome.returnsAttempt { jobs[index].standing.attempts -= 1 }
        if outcome.status == .complete {
            jobs[index].standing.anyComplete = true
            if outcome.doubt != nil { doubtful += 1 }
        }
        if configuration.hearsFromMonitor { outbox.forget.append(key) }
        let retryAsked = jobs[index].retryAsked
        jobs[index].retryAsked = false
        dropLive(index)
        settle(index, at: now)
        if retryAsked, jobs[index].phase == .failed || jobs[index].phase == .cancelled {
            revive(index)
        } else if jobs[index].phase == .failed, jobs[index].isNamed {
            fail(
                index,
                QueueFailure(
                    jid: jobs[index].jid, name: jobs[index].description.shownName,
                    attempts: jobs[index].standing.attempts, cause: cause, exitCode: outcome.evidence.exitCode,
                    signal: outcome.evidence.signal,
                    headline: ErrorText.describe(outcome, cause: cause).headline))
        }
    }

    private mutating func noteMemory(_ usage: Usage, of index: Int) {
        guard usage.memoryPeak != nil else { return }
        let asked = RequestedResources(jobs[index].description.resources).memory
        guard let asked, let had = usage.memoryExcess(over: asked) else { return }
        let known = overMemory
        if let known, had - asked <= known.had - known.asked {
            overMemory?.count += 1
        } else {
            overMemory = QueueSummary.OverMemory(
                count: (known?.count ?? 0) + 1, jid: jobs[index].jid, had: had, asked: asked)
        }
    }

    mutating func record(_ key: String, _ outcome: Outcome, at now: Moment) {
        outbox.events.append(Event(time: now.time, fact: .outcome(.key(key), outcome)))
    }

    /// Moves a job without a live instance to its next phase.
    mutating func settle(_ index: Int, at now: Moment) {
        let standing = jobs[index].standing
        switch standing.status {
        case .complete: move(index, to: .complete)
        case .failed: move(index, to: .failed)
        case .cancelled: move(index, to: .cancelled)
        case .queued where standing.latest != .failed || standing.latestReturnedAttempt: move(index, to: .queued)
        // A given-up instance stays UNKNOWN, and its job continues.
        case .queued, .unknown, .submitted, .running:
            guard let delay = delay(afterFailures: standing.attempts) else { return move(index, to: .failed) }
            move(index, to: .backingOff(until: now.steady + delay))
        }
    }

    func delay(afterFailures failures: Int) -> Double? {
        configuration.policy.delay(failures: max(1, failures), unit: configuration.random.unit())
    }

    /// Notes a job that failed for good in this run, and halts the queue if the limit is reached.
    mutating func fail(_ index: Int, _ failure: QueueFailure) {
        note(failure)
        failedNow += 1
        haltIfDue()
    }

    /// Halts the queue if as many jobs have failed as may.
    mutating func haltIfDue() {
        guard let limit = haltAfter, failedNow >= limit, !halted else { return }
        halted = true
        // Announced later, when it is true: the executor may still start what it has.
        recalling = true
        outbox.recall = true
    }

    /// Announces the halt: nothing that the executor had can start any more.
    mutating func sayHalted() {
        guard recalling, let limit = haltAfter else { return }
        recalling = false
        outbox.say("\(failedNow) \(failedNow == 1 ? "job" : "jobs") failed: no more jobs are started (--halt \(limit))")
        if !stopping { outbox.stopExecutor = false }
    }

    mutating func note(_ failure: QueueFailure) {
        if failures.count < Self.keptFailures || failures[failure.jid] != nil { failures[failure.jid] = failure }
    }

    /// A COMPLETE of an instance that was given up: the job is complete, and its newer instance is ended.
    mutating func lateComplete(_ index: Int, at now: Moment) {
        guard !jobs[index].standing.anyComplete else { return }
        jobs[index].standing.anyComplete = true
        failures[jobs[index].jid] = nil
        leaveOff(index, at: now)
    }

    /// The job needs no instance any more: ends its live instance; without one, the job is over.
    mutating func leaveOff(_ index: Int, at now: Moment) {
        switch jobs[index].phase {
        case .held, .queued, .backingOff:
            if jobs[index].live != nil { endUnstarted(index, at: now) } else { settle(index, at: now) }
        case .waiting, .running: cancelIfUnwanted(index)
        case .unclear:
            // A complete job need not wait for its silent instance; a cancelled one waits for it.
            if jobs[index].standing.anyComplete {
                dropLive(index)
                move(index, to: .complete)
            }
        case .failed, .cancelled: settle(index, at: now)
        case .preparing, .submitting, .fencing, .complete: break
        }
    }

    mutating func stop(at now: Moment) {
        guard !stopping, !configuration.leavesRunning else { return finish(.stopped) }
        stopping = true
        deadline = now.steady + (configuration.hearsFromMonitor ? Self.clusterStopLimit : Self.stopLimit)
        // An instance that was handed back unstarted and waits for its next turn ends here.
        for index in jobs.indices where jobs[index].live != nil {
            switch jobs[index].phase {
            case .queued, .backingOff: endUnstarted(index, at: now)
            default: break
            }
        }
        sparesOthers = jobs.contains { !$0.isNamed && $0.live != nil }
        if sparesOthers { for index in jobs.indices { cancelIfUnwanted(index) } }
        outbox.stopExecutor = !sparesOthers
    }

    /// Ends the queue if nothing is left to do or to wait for.
    mutating func finishWhenDone(at now: Moment) {
        let ending: QueueSummary.Ending = stopping ? .stopped : halted ? .halted : .done
        if let deadline, now.steady >= deadline { return finish(ending) }
        let idle: Bool
        if stopping || halted {
            idle = namedInRoom == 0 && fencing == 0 && !recalling
        } else {
            idle = allKnown && counts.open == 0
        }
        if idle, isAcknowledged { finish(ending) }
    }

    /// Answers the callers of `whenIdle` once every known job is over.
    mutating func tellWhenIdle() {
        guard let number = idleAsked, !stopping, isAcknowledged else { return }
        guard counts.open == 0 || halted && namedInRoom == 0 && fencing == 0 && !recalling else { return }
        idleAsked = nil
        outbox.idle = (number, summary(halted ? .halted : .done))
    }

    /// Whether everything that the executor reported is in the ledger or in the spool.
    private var isAcknowledged: Bool { unacknowledged == 0 && unansweredEnd == nil }

    private func summary(_ how: QueueSummary.Ending) -> QueueSummary {
        QueueSummary(
            ending: how, counts: counts, failures: failures.values.sorted { $0.jid < $1.jid },
            doubtful: doubtful, overMemory: overMemory, blocked: blocked, begun: begun, left: left)
    }

    mutating func finish(_ how: QueueSummary.Ending) {
        guard ending == nil else { return }
        ending = how
        outbox.finished = summary(how)
    }
}
