import JobmonCore

/// Instances in an unknown state, until their state is known.
extension QueueState {
    /// The maximum number of seconds between two observations of unclear instances.
    private static let longestObserveDelay = 30.0

    mutating func becomeUnclear(key: String, if holds: (QueueJob.Phase) -> Bool, at now: Moment) {
        guard let index = liveIndex(of: key), holds(jobs[index].phase) else { return }
        // It is also unknown whether a cancel arrived: if the instance is alive, it is cancelled again.
        jobs[index].live?.cancelSent = false
        move(index, to: .unclear)
        if observeAt == nil { observeAt = now.steady + observeDelay }
    }

    mutating func executorIsAway(_ reason: String, at now: Moment) {
        executorAway = true
        // What could not be asked about may be over by now: it is asked all the same, since its answer says that it is back.
        if observeAt == nil, !observing { lookAgain(at: now) }
        guard !saidUnreachable else { return }
        saidUnreachable = true
        outbox.say("the executor \(configuration.executor) can't be asked (\(reason)); waiting for it")
    }

    mutating func executorAnswers() {
        if saidUnreachable { outbox.say("the executor \(configuration.executor) answers again") }
        executorAway = false
        saidUnreachable = false
    }

    /// Says why facts could not be recorded, once for each reason.
    mutating func sayNotRecorded(_ problem: Problem) {
        guard saidNotRecorded.insert(problem.description).inserted else { return }
        outbox.say("a fact could not be recorded: \(problem)")
    }

    /// Says, once, that jobs wait for instances whose state cannot be determined here.
    mutating func sayUnjudged() {
        guard let first = unjudged.min(), observeDelay == 0 else { return unjudged = [] }
        let hosts = Set(unjudged.compactMap { jobs[$0].live?.host }).sorted().prefix(3).joined(separator: ", ")
        outbox.say(
            "\(unjudged.count) \(unjudged.count == 1 ? "job waits" : "jobs wait") (job \(jobs[first].jid) first): it "
                + "cannot be determined here whether the last instance is over"
                + (hosts.isEmpty ? "" : "; it ran on \(hosts)"))
        unjudged = []
    }

    /// Says, once for a batch, that jobs wait for instances of another executor.
    mutating func sayForeign() {
        guard let first = foreign.first else { return }
        let executors = Set(foreign.map(\.executor)).sorted().joined(separator: ", ")
        outbox.say(
            "\(foreign.count) \(foreign.count == 1 ? "job waits" : "jobs wait") (job \(first.jid) first): the last "
                + "instance was started by \(executors), which this queue can't ask")
        foreign = []
    }

    /// Schedules the next observation, after a longer delay than the last one.
    mutating func lookAgain(at now: Moment) {
        guard !unclearKeys.isEmpty || executorAway else {
            observeDelay = 0
            observeAt = nil
            return
        }
        observeDelay = min(max(1, observeDelay * 2), Self.longestObserveDelay)
        observeAt = now.steady + observeDelay
    }

    /// The executor could not be asked to end an instance. It is asked again after it has told what it knows.
    mutating func cancelFailed(_ key: String, at now: Moment) {
        guard liveIndex(of: key) != nil else { return }
        // An executor that could not take the request is not asked again at once.
        observeDelay = max(observeDelay, 1)
        becomeUnclear(key: key, if: { $0 == .waiting || $0 == .running }, at: now)
    }

    /// Applies the executor's answer. If the executor was lost meanwhile, the answer is still valid for what is over;
    /// it must be asked again about the rest.
    mutating func take(_ keys: [String], _ answers: [String: Observation], at now: Moment) {
        let isStale = observesTheLost
        observesTheLost = false
        for key in keys {
            switch answers[key] {
            case .running?, .waiting?: if isStale { continue }
            default: break
            }
            observed(key, answers[key], at: now)
        }
        sayUnjudged()
        lookAgain(at: now)
        if isStale, observeAt != nil {
            observeDelay = 0
            observeAt = now.steady
        }
    }

    private mutating func observed(_ key: String, _ observation: Observation?, at now: Moment) {
        // An answer may be older than the end of which the ledger decides what follows.
        guard let index = liveIndex(of: key), jobs[index].phase == .unclear, !isWaitingForLedger(index) else { return }
        switch observation {
        case nil: unjudged.append(index)
        case .waiting:
            move(index, to: .waiting)
            cancelIfUnwanted(index)
        case .running:
            move(index, to: .running)
            cancelIfUnwanted(index)
        case .ended(let outcome): ended(key, outcome, recorded: false, at: now)
        case .neverStarted:
            jobs[index].live?.recorded = true
            handedBack(index, at: now)
        case .gone:
            move(index, to: .fencing)
            outbox.fences.append(key)
        case .unknown(let why): recordUnknown(key, why, at: now)
        }
    }

    /// Applies what the executor found out about an instance that did not report.
    mutating func found(_ key: String, _ observation: Observation, at now: Moment) {
        guard let index = liveIndex(of: key) else {
            if case .ended(let outcome) = observation { ended(key, outcome, recorded: false, at: now) }
            return
        }
        switch jobs[index].phase {
        case .submitting, .waiting, .running, .unclear: break
        default: return
        }
        if isWaitingForLedger(index) { return }
        switch observation {
        case .waiting: break
        case .running: move(index, to: .running)
        case .ended(let outcome): ended(key, outcome, recorded: false, at: now)
        case .neverStarted: handedBack(index, at: now)
        case .gone:
            move(index, to: .fencing)
            outbox.fences.append(key)
        case .unknown(let why):
            recordUnknown(key, why, at: now)
            becomeUnclear(key: key, if: { _ in true }, at: now)
        }
    }

    /// The executor does not have the instance, and it is not known to be over: its job waits.
    private mutating func recordUnknown(_ key: String, _ why: String, at now: Moment) {
        guard let index = liveIndex(of: key), jobs[index].live?.saidUnknown == false else { return }
        jobs[index].live?.saidUnknown = true
        outbox.say("job \(jobs[index].jid): \(why)")
        record(key, Outcome(status: .unknown, cause: .lost, description: why), at: now)
    }

    /// The instance cannot start any more and is given up. While another attempt is left, it stays UNKNOWN, so that a
    /// late COMPLETE still counts. Without another attempt the job has failed.
    mutating func fenced(_ key: String, at now: Moment) {
        guard let index = liveIndex(of: key), jobs[index].phase == .fencing else { return }
        let standing = jobs[index].standing
        let goesOn =
            standing.attempts < standing.maxAttempts && !standing.cancelRequested && !standing.anyComplete
            && configuration.policy != .simple
        let description = "the executor \(configuration.executor) no longer has it, and its end was not observed"
        guard goesOn else {
            return ended(
                key, Outcome(status: .failed, cause: .lost, description: description), recorded: false, at: now)
        }
        record(key, Outcome(status: .unknown, cause: .lost, description: description), at: now)
        dropLive(index)
        if configuration.hearsFromMonitor { outbox.forget.append(key) }
        indexOfKey[key] = index
        jobs[index].standing.latest = .unknown
        jobs[index].standing.latestReturnedAttempt = false
        jobs[index].lossesRunning = 0
        settle(index, at: now)
    }
}
