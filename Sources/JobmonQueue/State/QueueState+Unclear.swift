import JobmonCore

/// Instances that nobody can say anything about, until somebody can.
extension QueueState {
    /// Seconds between two looks at what is unclear, at most.
    private static let longestObserveDelay = 30.0

    mutating func becomeUnclear(key: String, if holds: (QueueJob.Phase) -> Bool, at now: Moment) {
        guard let index = liveIndex(of: key), holds(jobs[index].phase) else { return }
        // Nor is it clear whether a cancel arrived: found alive, it is cancelled again.
        jobs[index].live?.cancelSent = false
        move(index, to: .unclear)
        if observeAt == nil { observeAt = now.steady + observeDelay }
    }

    mutating func executorIsAway(_ reason: String) {
        executorAway = true
        guard !saidUnreachable else { return }
        saidUnreachable = true
        outbox.say("the executor \(configuration.executor) can't be asked (\(reason)); waiting for it")
    }

    mutating func executorAnswers() {
        if saidUnreachable { outbox.say("the executor \(configuration.executor) answers again") }
        executorAway = false
        saidUnreachable = false
    }

    /// Says why facts could not be recorded, for each reason once.
    mutating func sayNotRecorded(_ problem: Problem) {
        guard saidNotRecorded.insert(problem.description).inserted else { return }
        outbox.say("a fact could not be recorded: \(problem)")
    }

    /// Says, once, that jobs wait for what nobody here can say.
    mutating func sayUnjudged() {
        guard let first = unjudged.min(), observeDelay == 0 else { return unjudged = [] }
        let hosts = Set(unjudged.compactMap { jobs[$0].live?.host }).sorted().prefix(3).joined(separator: ", ")
        outbox.say(
            "\(unjudged.count) \(unjudged.count == 1 ? "job waits" : "jobs wait") (job \(jobs[first].jid) first): it "
                + "cannot be determined here whether the last instance is over"
                + (hosts.isEmpty ? "" : "; it ran on \(hosts)"))
        unjudged = []
    }

    /// Says, once for a batch, that jobs wait for what another executor runs.
    mutating func sayForeign() {
        guard let first = foreign.first else { return }
        let executors = Set(foreign.map(\.executor)).sorted().joined(separator: ", ")
        outbox.say(
            "\(foreign.count) \(foreign.count == 1 ? "job waits" : "jobs wait") (job \(first.jid) first): the last "
                + "instance was started by \(executors), which this queue can't ask")
        foreign = []
    }

    /// Arranges the next look, after a longer time than the last.
    mutating func lookAgain(at now: Moment) {
        guard !unclearKeys.isEmpty || executorAway else {
            observeDelay = 0
            observeAt = nil
            return
        }
        observeDelay = min(max(1, observeDelay * 2), Self.longestObserveDelay)
        observeAt = now.steady + observeDelay
    }

    /// The end of an instance could not be asked for: it is asked for again once the executor has said what it knows.
    mutating func cancelFailed(_ key: String, at now: Moment) {
        guard liveIndex(of: key) != nil else { return }
        // Whoever did not take the wish is not asked the next moment.
        observeDelay = max(observeDelay, 1)
        becomeUnclear(key: key, if: { $0 == .waiting || $0 == .running }, at: now)
    }

    /// Takes the executor's answer. One that the word of its loss has overtaken is still true of what is over; of the rest
    /// it must be asked anew.
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
        guard let index = liveIndex(of: key), jobs[index].phase == .unclear else { return }
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

    /// What the executor found out by itself about an instance of which nothing was heard.
    mutating func found(_ key: String, _ observation: Observation, at now: Moment) {
        guard let index = liveIndex(of: key) else {
            if case .ended(let outcome) = observation { ended(key, outcome, recorded: false, at: now) }
            return
        }
        switch jobs[index].phase {
        case .submitting, .waiting, .running, .unclear: break
        default: return
        }
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

    /// The instance is neither there nor known to be over: its job waits.
    private mutating func recordUnknown(_ key: String, _ why: String, at now: Moment) {
        guard let index = liveIndex(of: key), jobs[index].live?.saidUnknown == false else { return }
        jobs[index].live?.saidUnknown = true
        outbox.say("job \(jobs[index].jid): \(why)")
        record(key, Outcome(status: .unknown, cause: .lost, description: why), at: now)
    }

    /// The instance can start no more: it is given up. While another attempt is left it stays UNKNOWN, so that a
    /// COMPLETE of it that comes late still counts; without one the job has failed.
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
