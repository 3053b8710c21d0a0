import JobmonCore

/// From a ready job to an instance that the executor has.
extension QueueState {
    mutating func wakeDue(at now: Moment) {
        while let first = due.first, first.time <= now.steady {
            _ = due.popFirst()
            // A job that was cancelled or retried meanwhile left its entry behind.
            if case .backingOff(let until) = jobs[first.index].phase, until == first.time {
                move(first.index, to: .queued)
            }
        }
        if let ended = unansweredEnd, now.steady >= ended + Self.acknowledgementWait { unansweredEnd = nil }
        if let observeAt, observeAt <= now.steady, !observing {
            self.observeAt = nil
            guard !unclearKeys.isEmpty || executorAway else { return }
            observing = true
            outbox.observe = unclearKeys.sorted()
        }
    }

    /// Starts an attempt at a job, or continues with its instance that never started.
    mutating func begin(_ index: Int, at now: Moment) {
        begun += 1
        let live = jobs[index].live ?? makeInstance(index, at: now)
        jobs[index].live = live
        var description = CommandTemplate.forAttempt(
            jobs[index].description, jid: jobs[index].jid, attempt: live.retryNumber + 1)
        let avoided = avoidedHosts(index)
        if !avoided.isEmpty {
            description.resources[JobDescription.avoidedHosts] = .array(avoided.map { .string($0) })
        }
        var order = InstanceOrder(
            instanceKey: live.key, jid: jobs[index].jid, retryNumber: live.retryNumber, description: description,
            stdoutPath: live.stdoutPath, stderrPath: live.stderrPath)
        order.priority = jobs[index].priority
        order.isAwaited = !limitSets[Int(jobs[index].limitSet)].isEmpty || waits.hasDependents(index)
        if live.recorded {
            move(index, to: .submitting)
            outbox.submit.append(order)
        } else {
            move(index, to: .preparing)
            outbox.prepare.append(order)
        }
    }

    private mutating func makeInstance(_ index: Int, at now: Moment) -> LiveInstance {
        let key = configuration.random.uuid(at: now.time)
        let jid = jobs[index].jid
        let retry = jobs[index].instances
        jobs[index].instances += 1
        jobs[index].standing.attempts += 1
        jobs[index].standing.latest = .submitted
        jobs[index].standing.latestReturnedAttempt = false
        jobs[index].standing.latestIsLast = false
        indexOfKey[key] = index
        // Output files that a cluster's scheduler writes are not named here.
        let resources = configuration.hearsFromMonitor ? jobs[index].description.resources : [:]
        let isOurs = (out: resources["stdout"] == nil, err: resources["stdout"] == nil && resources["stderr"] == nil)
        return LiveInstance(
            key: key, retryNumber: retry,
            stdoutPath: isOurs.out ? configuration.logs?.log(jid: jid, retry: retry, .out) : nil,
            stderrPath: isOurs.err ? configuration.logs?.log(jid: jid, retry: retry, .err) : nil, recorded: false)
    }

    mutating func prepared(_ order: InstanceOrder, at now: Moment) {
        guard let index = liveIndex(of: order.instanceKey), jobs[index].phase == .preparing else { return }
        jobs[index].live?.recorded = true
        if isUnwanted(index) {
            endUnstarted(index, at: now)
        } else {
            move(index, to: .submitting)
            outbox.submit.append(order)
        }
    }

    mutating func notPrepared(_ order: InstanceOrder, _ problem: Problem, at now: Moment) {
        guard let index = liveIndex(of: order.instanceKey), jobs[index].phase == .preparing else { return }
        if !problem.code.passes {
            // The ledger knows something that the queue does not, and it decides.
            outbox.say("job \(order.jid) could not be started: \(problem)")
            ended(
                order.instanceKey,
                Outcome(status: .failed, cause: .submitFailed, description: problem.description), recorded: true,
                at: now)
            outbox.look.append(order.jid)
        } else if isUnwanted(index) {
            endUnstarted(index, at: now)
        } else {
            move(index, to: .backingOff(until: now.steady + 1))
        }
    }

    mutating func submitted(_ order: InstanceOrder, _ answer: SubmitAnswer, at now: Moment) {
        // A report may have arrived before the answer.
        guard let index = liveIndex(of: order.instanceKey), jobs[index].phase == .submitting else { return }
        switch answer {
        case .taken(let executorID):
            if let executorID {
                outbox.events.append(
                    Event(
                        time: now.time,
                        fact: .submitted(
                            .key(order.instanceKey),
                            Submission(
                                job: .jid(order.jid), executor: configuration.executor, executorID: executorID))))
            }
            move(index, to: .waiting)
            cancelIfUnwanted(index)
        case .notNow(let reason):
            if fullUntil < now.steady {
                outbox.say("the executor \(configuration.executor) accepts no more for now (\(reason)); trying again")
            }
            fullUntil = now.steady + Self.fullWait
            if isUnwanted(index) {
                endUnstarted(index, at: now)
            } else {
                move(index, to: .backingOff(until: fullUntil))
            }
        case .refused(let reason):
            ended(
                order.instanceKey, Outcome(status: .failed, cause: .submitFailed, description: reason),
                recorded: false, at: now)
        }
    }

    /// The executor handed an instance back unstarted: it continues under the same key, unless it is not needed any
    /// more.
    mutating func handedBack(_ index: Int, at now: Moment) {
        guard jobs[index].phase != .preparing else { return }
        if isUnwanted(index) { endUnstarted(index, at: now) } else { move(index, to: .queued) }
    }

    /// Whether the job's instance must not run (any more).
    func isUnwanted(_ index: Int) -> Bool {
        !jobs[index].isNamed || stopping || halted || jobs[index].standing.cancelRequested
            || jobs[index].standing.anyComplete
    }

    /// Records the end of an instance that never ran: the attempt does not count.
    mutating func endUnstarted(_ index: Int, at now: Moment) {
        guard let live = jobs[index].live else { return }
        ended(
            live.key,
            Outcome(
                status: .cancelled, cause: .cancelled, evidence: Evidence(cancelled: true), returnsAttempt: true,
                stdoutEmpty: true, stderrEmpty: true), recorded: false, at: now)
    }

    /// Asks the executor to end the instance of a job that is cancelled or complete. (At a stop, the executor ends all
    /// its instances by itself.)
    mutating func cancelIfUnwanted(_ index: Int) {
        let standing = jobs[index].standing
        // On this host, an unstarted instance that is not part of this run is not started. A cluster keeps what waits.
        let isLeftOver =
            !jobs[index].isNamed && jobs[index].phase == .waiting && !configuration.hearsFromMonitor
        let isStopped = sparesOthers && jobs[index].isNamed
        guard standing.cancelRequested || standing.anyComplete || isLeftOver || isStopped, let live = jobs[index].live,
            !live.cancelSent
        else {
            return
        }
        guard jobs[index].phase == .waiting || jobs[index].phase == .running else { return }
        jobs[index].live?.cancelSent = true
        outbox.cancel.append(live.key)
    }
}
