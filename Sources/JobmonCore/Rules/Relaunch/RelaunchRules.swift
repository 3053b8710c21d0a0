/// The relaunch rules of a queue or of a job: the table that decides, from the cause of a failure, whether the job is tried
/// again beside its own retries (`max_attempts`), and with what. The most precise rule that matches counts: that of a group
/// before that of an exit code, and that before the one of a cause. The monitor's recorder decides by it.
package struct RelaunchRules: Sendable, Equatable {
    /// What users gave. For the failures that such a rule matches, it alone decides: once it is used up,
    /// the job is over, whatever retries are left.
    package var given: [RelaunchRule]
    /// Those of a single job, which come before.
    package private(set) var ofJob: [RelaunchRule] = []
    /// The default rules follow. Once one of them is used up, the job's own retries count.
    package var usesDefaults: Bool
    /// Up to where memory and run time may grow.
    package var limits: RelaunchLimits
    /// The same by the cluster's partitions; "" is the one that jobs get which name none.
    package var partitions: [String: RelaunchLimits]

    package init(
        given: [RelaunchRule] = [], usesDefaults: Bool = true, limits: RelaunchLimits = RelaunchLimits(),
        partitions: [String: RelaunchLimits] = [:]
    ) {
        self.given = given
        self.usesDefaults = usesDefaults
        self.limits = limits
        self.partitions = partitions
    }

    /// What holds if nobody says otherwise.
    package static let defaults = RelaunchRules()
    /// Nothing is tried again but by its own retries.
    package static let off = RelaunchRules(usesDefaults: false)
    /// The word that switches the default rules off.
    package static let noneWord = "none"

    static let defaultRules: [RelaunchRule] = [
        RelaunchRule(.cause(.outOfMemory), attempts: 1, memory: 1.5),
        RelaunchRule(.cause(.timeLimit), attempts: 1, runtime: 1.5),
        RelaunchRule(.cause(.nodeFailure), attempts: 3), RelaunchRule(.cause(.preempted), attempts: 3),
        RelaunchRule(.cause(.requeued), attempts: 3), RelaunchRule(.cause(.lost), attempts: 3),
    ]

    /// The rules that people give, one text each; `none` switches the default ones off.
    /// - Throws: `.invalid` if a text is no rule, or two are about the same failures.
    package init(texts: [String], limits: RelaunchLimits = RelaunchLimits()) throws(Problem) {
        self.init(limits: limits)
        for text in texts {
            if text == Self.noneWord {
                usesDefaults = false
                continue
            }
            let rule = try RelaunchRule(text)
            guard !given.contains(where: { $0.match == rule.match }) else {
                throw Problem(
                    .invalid, "two retry rules are about \(rule.match): \"\(text)\" is the second",
                    hint: "give one rule for each")
            }
            given.append(rule)
        }
    }

    /// The rules as people give them.
    package var texts: [String] { (usesDefaults ? [] : [Self.noneWord]) + given.map(\.description) }

    /// Whether a group of errors is named, so that only the ledger, which knows groups, can decide.
    package var namesGroups: Bool {
        (ofJob + given).contains { if case .group = $0.match { true } else { false } }
    }

    /// The rule for a failure; nil: there is none, and the job's own retries count.
    package func rule(for failure: RelaunchFailure) -> (rule: RelaunchRule, isGiven: Bool)? {
        for rules in [ofJob, given] {
            let matching = rules.filter { $0.matches(failure) }
            // A group says more than an exit code, which says more than a cause.
            if let rule = matching.max(by: { $0.match.precision < $1.match.precision }) { return (rule, true) }
        }
        guard usesDefaults, let rule = Self.defaultRules.first(where: { $0.matches(failure) }) else { return nil }
        return (rule, false)
    }

    /// The same rules after a change: its rules replace those about the same failures. What the change does not set
    /// stays.
    package func changed(by change: RelaunchRules) -> RelaunchRules {
        var all = self
        all.given = change.given + given.filter { rule in !change.given.contains { $0.match == rule.match } }
        all.usesDefaults = usesDefaults && change.usesDefaults
        all.limits.memory = change.limits.memory ?? limits.memory
        all.limits.runtime = change.limits.runtime ?? limits.runtime
        if !change.partitions.isEmpty { all.partitions = change.partitions }
        return all
    }

    /// The same rules with those of a job before them.
    package func preceded(by own: RelaunchRules?) -> RelaunchRules {
        guard let own else { return self }
        var all = self
        all.ofJob = own.given
        all.usesDefaults = usesDefaults && own.usesDefaults
        return all
    }
}

/// Up to where a rule may let memory and run time grow.
package struct RelaunchLimits: Sendable, Equatable {
    /// Bytes; nil: no limit is known.
    package var memory: Int64?
    /// Seconds; nil: no limit is known.
    package var runtime: Double?

    package init(memory: Int64? = nil, runtime: Double? = nil) {
        self.memory = memory
        self.runtime = runtime
    }

    package var isEmpty: Bool { memory == nil && runtime == nil }
}

/// What is known of a failed attempt for the choice of a rule.
package struct RelaunchFailure: Sendable, Equatable {
    package var cause: Cause
    package var exitCode: Int?
    /// The number of the group of its error; nil: not known here.
    package var group: Int64?
    package var host: String?

    package init(cause: Cause, exitCode: Int? = nil, group: Int64? = nil, host: String? = nil) {
        self.cause = cause
        self.exitCode = exitCode
        self.group = group
        self.host = host
    }
}

extension RelaunchRule {
    func matches(_ failure: RelaunchFailure) -> Bool {
        switch match {
        case .cause(let cause): cause == failure.cause
        case .exitCode(let code): failure.cause == .exit && failure.exitCode == code
        case .group(let number): failure.group == number
        }
    }
}
