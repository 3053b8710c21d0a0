import JobmonCore

/// What the ledger's relaunch rules made of a failure, as the ledger has it.
enum LedgerWord {
    case decided(RelaunchDecision?)
}

/// Relaunch rules. The ledger alone decides by them, since it knows all attempts, groups of errors and hosts, and is told of
/// changes first; the queue waits for its word where a rule may be about a failure.
extension QueueState {
    /// The rules for a job: its own before those of the queue.
    func rules(of index: Int) -> RelaunchRules {
        relaunch.preceded(by: RelaunchRules(ofJob: jobs[index].description.resources))
    }

    /// Takes what the ledger decided about the end of an instance.
    /// - Returns: nil if no rule was about it.
    mutating func take(
        _ decided: LedgerWord?, _ index: Int, _ outcome: Outcome, _ cause: Cause?
    ) -> RelaunchDecision? {
        guard outcome.status == .failed, case .decided(let decision?)? = decided else { return nil }
        say(decision, of: index)
        if let avoided = decision.avoids { jobs[index].relaunches.avoid(avoided) }
        if decision.next == .again, !decision.returnsAttempt { jobs[index].relaunches.granted += 1 }
        return decision
    }

    /// The queue is run in another way from now on.
    mutating func take(_ setting: QueueSetting) {
        if let change = setting.relaunch { relaunch = relaunch.changed(by: change) }
        if let parallelism = setting.parallelism {
            outbox.parallelism = parallelism
            sayTooWide(for: parallelism)
        }
        if let limits = setting.limits { setLimits(limits) }
        if let priorities = setting.priorities { setPriorities(priorities) }
        if let halt = setting.halt {
            haltAfter = halt == 0 ? nil : halt
            haltIfDue()
        }
        guard let retries = setting.retries else { return }
        for index in jobs.indices where !jobs[index].phase.isOver {
            jobs[index].standing.maxAttempts = retries + 1 + jobs[index].relaunches.granted
            // One that waits for a retry that it does not have any more has failed.
            guard jobs[index].live == nil, jobs[index].standing.status == .failed else { continue }
            move(index, to: .failed)
            guard jobs[index].isNamed else { continue }
            fail(
                index,
                QueueFailure(
                    jid: jobs[index].jid, name: jobs[index].description.shownName,
                    attempts: jobs[index].standing.attempts, cause: nil, exitCode: nil, signal: nil, headline: ""))
        }
    }

    /// Says, once for each rule, that it ended a job, or why nothing can grow.
    private mutating func say(_ decision: RelaunchDecision, of index: Int) {
        guard decision.next != .again, let remark = decision.remark,
            saidRules.insert("\(decision.rule) \(decision.next)").inserted
        else { return }
        let what = decision.next == .stop ? "is not tried again" : "gets nothing more"
        outbox.say(
            "job \(jobs[index].jid) \(what) by the retry rule \(decision.rule): \(remark) (said once; jobmon show has the others)"
        )
    }

    /// Whether a rule may be about a failure, so that the ledger decides.
    func isLedgersToDecide(_ index: Int, _ outcome: Outcome, _ cause: Cause?) -> Bool {
        guard let cause, cause != .submitFailed, cause != .cancelled else { return false }
        let rules = rules(of: index)
        return rules.namesGroups
            || rules.rule(for: RelaunchFailure(cause: cause, exitCode: outcome.evidence.exitCode)) != nil
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

/// What the ledger's decisions say about the next attempts of a job.
struct Relaunches: Sendable, Equatable {
    /// How often rules let the job be tried again, beside its retries.
    var granted = 0
    /// The hosts that its next attempt avoids; those of the latest attempts that were given back.
    private(set) var avoided: [String] = []

    /// So many hosts are avoided at most.
    private static let most = 3

    init() {}

    init(_ instances: [InstanceRecord]) {
        for decision in instances.compactMap(\.relaunch) where decision.next == .again {
            if !decision.returnsAttempt { granted += 1 }
            if let host = decision.avoids { avoid(host) }
        }
    }

    mutating func avoid(_ host: String) {
        avoided.removeAll { $0 == host }
        avoided.append(host)
        if avoided.count > Self.most { avoided.removeFirst(avoided.count - Self.most) }
    }
}
