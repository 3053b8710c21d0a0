/// What a relaunch rule made of a failed attempt.
package struct RelaunchDecision: Sendable, Equatable {
    package enum Next: String, Sendable {
        /// The job is tried again.
        case again
        /// The job is over, whatever retries are left.
        case stop
        /// The rule adds nothing: the job's own retries decide.
        case retries
    }

    /// A value of the failed attempt, and that of the next one.
    package struct Change<Value: Sendable & Equatable>: Sendable, Equatable {
        package var from: Value
        package var to: Value

        package init(from: Value, to: Value) {
            self.from = from
            self.to = to
        }
    }

    /// The rule as it is written.
    package var rule: String
    package var next: Next
    /// The failed attempt does not count.
    package var returnsAttempt: Bool
    /// Bytes.
    package var memory: Change<Int64>?
    /// Seconds, of the scheduler's limit.
    package var runtime: Change<Double>?
    /// Seconds, of jobmon's own limit.
    package var timeout: Change<Double>?
    /// The host that the next attempt avoids.
    package var avoids: String?
    /// What people should know of it: why it stopped, or why nothing grew. A sentence without a full stop.
    package var remark: String?

    package init(
        rule: String, next: Next, returnsAttempt: Bool = false, memory: Change<Int64>? = nil,
        runtime: Change<Double>? = nil, timeout: Change<Double>? = nil, avoids: String? = nil, remark: String? = nil
    ) {
        self.rule = rule
        self.next = next
        self.returnsAttempt = returnsAttempt
        self.memory = memory
        self.runtime = runtime
        self.timeout = timeout
        self.avoids = avoids
        self.remark = remark
    }

    /// The failures that its rule is about, by which its uses are counted.
    var match: Substring { rule.prefix { $0 != ":" } }
}

/// What a job asked for when it failed, as far as it is known.
package struct RelaunchSizes: Sendable, Equatable {
    package var requested: RequestedResources
    /// jobmon's own limit, in seconds.
    package var timeout: Double?
    /// The memory that the attempt was given, or whose limit it met; it counts if none was requested.
    package var memoryGiven: Int64?
    package var partition: String?

    package init(
        requested: RequestedResources = RequestedResources(), timeout: Double? = nil, memoryGiven: Int64? = nil,
        partition: String? = nil
    ) {
        self.requested = requested
        self.timeout = timeout
        self.memoryGiven = memoryGiven
        self.partition = partition
    }
}

/// The earlier attempts of a job, as far as rules count them.
package struct RelaunchHistory: Sendable, Equatable {
    /// How often the job was tried again, by the failures that the rule is about.
    private var used: [String: Int] = [:]
    /// The number of its latest attempts that were given back because of a host or the scheduler, in a row.
    private(set) var returnedInARow = 0
    /// The hosts that failed while it ran there.
    private(set) var failedHosts: [String] = []

    /// The number of hosts after which a job is taken to be what makes them fail.
    package static let mostFailedHosts = 3

    package init() {}

    func used(_ match: RelaunchRule.Match) -> Int { used[match.description] ?? 0 }

    /// Takes the end of an attempt, in their order.
    package mutating func note(
        cause: Cause?, returnedAttempt: Bool, host: String?, decision: RelaunchDecision?
    ) {
        if returnedAttempt, let cause, cause.isOfHost {
            returnedInARow += 1
        } else if cause != .cancelled {
            returnedInARow = 0
        }
        if cause == .nodeFailure, let host, !failedHosts.contains(host) { failedHosts.append(host) }
        if let decision, decision.next == .again, !decision.returnsAttempt {
            used[String(decision.match), default: 0] += 1
        }
    }
}

extension RelaunchRules {
    /// Decides what follows a failed attempt.
    /// - Parameters:
    ///   - history: the attempts before it.
    ///   - isReturned: its end gives the attempt back already.
    /// - Returns: nil if no rule is about it: the job's own retries decide.
    package func decision(
        on failure: RelaunchFailure, after history: RelaunchHistory, sizes: RelaunchSizes, isReturned: Bool = false
    ) -> RelaunchDecision? {
        guard let (rule, isGiven) = rule(for: failure) else { return nil }
        var decision = RelaunchDecision(rule: rule.description, next: .again)
        if failure.cause == .nodeFailure, let host = failure.host {
            let hosts = history.failedHosts + (history.failedHosts.contains(host) ? [] : [host])
            if hosts.count >= RelaunchHistory.mostFailedHosts {
                decision.next = .stop
                decision.remark =
                    "\(hosts.count) hosts failed while it ran there (\(hosts.joined(separator: ", "))): it may be what "
                    + "makes them fail"
                return decision
            }
        }
        if rule.returnsAttempt {
            guard history.returnedInARow < rule.attempts else {
                return used(
                    up: rule, isGiven,
                    rule.attempts == 0 ? nil : "its attempt was given back \(Self.times(rule.attempts)) in a row")
            }
            decision.returnsAttempt = true
            if rule.elsewhere { decision.avoids = failure.host }
        } else {
            guard history.used(rule.match) < rule.attempts else {
                return used(
                    up: rule, isGiven,
                    rule.attempts == 0
                        ? nil : "it allows \(rule.attempts == 1 ? "1 retry" : "\(rule.attempts) retries")")
            }
            if isReturned { return nil }
            if rule.elsewhere { decision.avoids = failure.host }
        }
        if let reason = grow(&decision, by: rule, sizes, timesOut: failure.cause == .timeout) {
            return used(up: rule, isGiven, reason)
        }
        return decision
    }

    private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

    private func used(up rule: RelaunchRule, _ isGiven: Bool, _ remark: String?) -> RelaunchDecision {
        RelaunchDecision(rule: rule.description, next: isGiven ? .stop : .retries, remark: remark)
    }

    /// Sets what the next attempt asks for. - Returns: why it cannot ask for more; nil if it does, or need not.
    private func grow(
        _ decision: inout RelaunchDecision, by rule: RelaunchRule, _ sizes: RelaunchSizes, timesOut: Bool
    ) -> String? {
        var full: [String] = []
        var grows = false
        if let factor = rule.memory {
            if let from = sizes.requested.memory ?? sizes.memoryGiven, from > 0 {
                let (most, name) = limit(
                    limits.memory.map { Double($0) }, partition(sizes)?.memory.map { Double($0) }, "--max-memory", sizes
                )
                // Whole MiB, as schedulers count.
                let wanted = (Double(from) * factor / 1_048_576).rounded(.up) * 1_048_576
                let to = Int64(min(wanted, most ?? 9e15))
                if to > from {
                    decision.memory = RelaunchDecision.Change(from: from, to: to)
                    grows = true
                } else if factor > 1 {
                    full.append("its memory, \(Units.bytes(from)), is not below the limit\(name)")
                }
            } else {
                decision.remark = "no memory was requested, so there is nothing to multiply"
            }
        }
        if let factor = rule.runtime {
            let isOwn = timesOut
            if let from = isOwn ? sizes.timeout : sizes.requested.runtime, from > 0 {
                let (most, name) = limit(
                    limits.runtime, isOwn ? nil : partition(sizes)?.runtime, "--max-runtime", sizes)
                let to = min((from * factor).rounded(.up), most ?? 9e15)
                if to > from {
                    let change = RelaunchDecision.Change(from: from, to: to)
                    if isOwn { decision.timeout = change } else { decision.runtime = change }
                    grows = true
                } else if factor > 1 {
                    full.append("its run time, \(Units.duration(from)), is not below the limit\(name)")
                }
            } else {
                decision.remark = "no run time was requested, so there is nothing to multiply"
            }
        }
        return grows || full.isEmpty ? nil : full.joined(separator: "; ")
    }

    private func partition(_ sizes: RelaunchSizes) -> RelaunchLimits? { partitions[sizes.partition ?? ""] }

    /// The smaller one of two limits, and where it comes from.
    private func limit(
        _ given: Double?, _ partition: Double?, _ option: String, _ sizes: RelaunchSizes
    ) -> (most: Double?, name: String) {
        if let partition, partition < given ?? .infinity {
            return (partition, sizes.partition.map { " of the partition \($0)" } ?? " of the partition")
        }
        return (given, given == nil ? "" : " (\(option))")
    }
}
