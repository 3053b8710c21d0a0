import JobmonCore

/// What the ledger's relaunch rules made of a failure, as the ledger has it.
enum LedgerWord {
    case decided(RelaunchDecision?)
}

/// Relaunch rules: the queue decides by them as the ledger does, so that it need not wait for it.
extension QueueState {
    /// The rules for a job: its own before those of the queue.
    func rules(of index: Int) -> RelaunchRules {
        relaunch.preceded(by: RelaunchRules(ofJob: jobs[index].description.resources))
    }

    /// Decides what follows the end of an instance, notes it, and changes what the next attempt asks for.
    /// - Returns: nil if no rule is about it.
    mutating func relaunch(
        _ index: Int, _ outcome: Outcome, _ cause: Cause?, _ decided: LedgerWord?
    ) -> RelaunchDecision? {
        let host = jobs[index].live?.host
        var decision: RelaunchDecision?
        if outcome.status == .failed, let cause, cause != .submitFailed, cause != .cancelled {
            if case .decided(let said)? = decided {
                decision = said
            } else {
                decision = decide(index, outcome, cause, host)
                if let decision, decision.next == .again { askForMore(index, decision) }
            }
            if let decision { say(decision, of: index) }
        }
        let isReturned = outcome.returnsAttempt || decision?.returnsAttempt ?? false
        if outcome.status != .complete {
            jobs[index].relaunches.history.note(
                cause: cause, returnedAttempt: isReturned, host: host, decision: decision)
            if let avoided = decision?.avoids { jobs[index].relaunches.avoid(avoided) }
        }
        return decision
    }

    /// The queue is run in another way from now on.
    mutating func take(_ setting: QueueSetting) {
        if let change = setting.relaunch { relaunch = relaunch.changed(by: change) }
        if let parallelism = setting.parallelism { outbox.parallelism = parallelism }
        if let halt = setting.halt { haltAfter = halt == 0 ? nil : halt }
        guard let retries = setting.retries else { return }
        for index in jobs.indices where !jobs[index].phase.isOver {
            jobs[index].standing.maxAttempts = retries + 1 + jobs[index].relaunches.history.granted
        }
    }

    private func decide(
        _ index: Int, _ outcome: Outcome, _ cause: Cause, _ host: String?
    ) -> RelaunchDecision? {
        let rules = rules(of: index)
        let failure = RelaunchFailure(cause: cause, exitCode: outcome.evidence.exitCode, host: host)
        guard rules.rule(for: failure) != nil else { return nil }
        let description = jobs[index].description
        var partition: String?
        if case .string(let name)? = description.resources["partition"] { partition = name }
        return rules.decision(
            on: failure, after: jobs[index].relaunches.history,
            sizes: RelaunchSizes(
                requested: RequestedResources(description.resources), timeout: description.timeout,
                memoryGiven: outcome.evidence.memoryLimit, partition: partition), isReturned: outcome.returnsAttempt)
    }

    /// The next attempt gets what the rule says, and counts beside the job's retries.
    private mutating func askForMore(_ index: Int, _ decision: RelaunchDecision) {
        if !decision.returnsAttempt { jobs[index].standing.maxAttempts += 1 }
        var resources = jobs[index].description.resources
        if let memory = decision.memory { resources["memory"] = .int(memory.to) }
        if let runtime = decision.runtime { resources["runtime"] = .double(runtime.to) }
        jobs[index].describe(resources: resources, timeout: decision.timeout?.to)
    }

    /// Says, once for each rule, that it ended a job, or why nothing can grow.
    private mutating func say(_ decision: RelaunchDecision, of index: Int) {
        guard decision.next != .again, let remark = decision.remark,
            saidRules.insert("\(decision.rule) \(decision.next)").inserted
        else { return }
        let what = decision.next == .stop ? "is not tried again" : "gets nothing more"
        outbox.say(
            "job \(jobs[index].jid) \(what) by the rule \(decision.rule): \(remark); further jobs that this is true of "
                + "are not named here (jobmon show)")
    }

    /// Whether only the ledger knows enough to decide: the group of the error, or, in a cluster, the host that the next
    /// attempt is to avoid.
    func isLedgersToDecide(_ index: Int, _ outcome: Outcome, _ cause: Cause?) -> Bool {
        let rules = rules(of: index)
        if rules.namesGroups { return true }
        guard configuration.hearsFromMonitor, let cause else { return false }
        let failure = RelaunchFailure(cause: cause, exitCode: outcome.evidence.exitCode)
        return rules.rule(for: failure)?.rule.elsewhere ?? false
    }

    /// The ledger decides, and its word is waited for.
    func isWaitingForLedger(_ index: Int) -> Bool { jobs[index].live?.isDecidedByLedger ?? false }

    mutating func waitForLedger(
        _ index: Int, _ key: String, _ outcome: Outcome, recorded: Bool, at now: Moment
    ) {
        guard !isWaitingForLedger(index) else { return }
        if !recorded { record(key, outcome, at: now) }
        jobs[index].live?.isDecidedByLedger = true
        // The executor knows nothing more of it.
        jobs[index].live?.askable = false
        unclearKeys.remove(key)
        move(index, to: .unclear)
        outbox.look.append(jobs[index].jid)
    }
}

/// What relaunch rules need of a job's earlier attempts, and what they made of them.
struct Relaunches: Sendable, Equatable {
    var history = RelaunchHistory()
    /// The hosts that its next attempt avoids; those of the latest attempts that were given back.
    private(set) var avoided: [String] = []

    /// So many hosts are avoided at most.
    private static let most = 3

    init() {}

    init(_ instances: [InstanceRecord]) {
        for (place, instance) in instances.enumerated() where instance.status != .complete {
            let isGivenUp = instance.status == .unknown && place < instances.count - 1
            guard instance.status.isFinal || isGivenUp else { continue }
            history.note(
                cause: instance.cause, returnedAttempt: instance.returnedAttempt || isGivenUp, host: instance.node,
                decision: instance.relaunch)
            if let host = instance.relaunch?.avoids { avoid(host) }
        }
    }

    mutating func avoid(_ host: String) {
        avoided.removeAll { $0 == host }
        avoided.append(host)
        if avoided.count > Self.most { avoided.removeFirst(avoided.count - Self.most) }
    }
}
