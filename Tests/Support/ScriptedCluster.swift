package import JobmonCore

/// A world of commands that run by a script, a tick at a time: what stands behind `ScriptedExecutor`, and what tests
/// drive by hand. It keeps watch itself: two instances of a job alive at once are a violation.
package struct ScriptedCluster: Sendable {
    /// What becomes of an instance.
    package struct Script: Sendable, Equatable {
        /// Ticks from the moment it has a slot to its start.
        package var startsAfter: Int
        /// Ticks from its start to its end; nil: it ends only when it is ended.
        package var runsFor: Int?
        package var outcome: Outcome
        /// The executor does not take it.
        package var refused: String?

        package init(startsAfter: Int = 0, runsFor: Int? = 1, outcome: Outcome = .success, refused: String? = nil) {
            self.startsAfter = startsAfter
            self.runsFor = runsFor
            self.outcome = outcome
            self.refused = refused
        }
    }

    /// What the executor knows of running instances once its own process was lost.
    package enum Loss: Sendable {
        /// It finds their processes, ends them and says that they are lost.
        case ends
        /// They are there no more, and nobody saw their end.
        case forgets
    }

    private struct Instance {
        var order: InstanceOrder
        var script: Script
        var ticks = 0
        var phase: Phase
        /// Ended by us: what is reported of it.
        var ended: Outcome?
    }

    private enum Phase {
        case waiting
        case running
        case over
        case forgotten
    }

    package var slots: Int
    package let loss: Loss
    private let script: @Sendable (InstanceOrder) -> Script
    private var instances: [String: Instance] = [:]
    /// Keys in the order of their submit.
    private var order: [String] = []
    private var starting = true
    private var unacknowledged = 0
    private var time: Int64 = 0

    /// What must never happen, and did.
    package private(set) var violations: [String] = []
    /// Facts as the executor's own process spools them, in order; whoever records them takes them away.
    package var spool: [Event] = []
    /// Jobs that had a complete instance.
    private var complete: Set<Int64> = []

    package init(slots: Int, loss: Loss = .ends, script: @escaping @Sendable (InstanceOrder) -> Script) {
        self.slots = slots
        self.loss = loss
        self.script = script
    }

    /// Keys that run now.
    package var running: [String] { order.filter { instances[$0]?.phase == .running } }

    package mutating func submit(_ batch: [InstanceOrder]) -> [SubmitAnswer] {
        batch.map { order in
            let script = script(order)
            if let reason = script.refused { return .refused(reason) }
            if let known = instances[order.instanceKey], known.phase != .forgotten {
                return .taken(executorID: nil)
            }
            starting = true
            self.order.removeAll { $0 == order.instanceKey }
            self.order.append(order.instanceKey)
            instances[order.instanceKey] = Instance(order: order, script: script, phase: .waiting)
            return .taken(executorID: nil)
        }
    }

    package mutating func observe(_ keys: [String]) -> [String: Observation] {
        var answers: [String: Observation] = [:]
        for key in keys {
            guard let instance = instances[key] else {
                answers[key] = .neverStarted
                continue
            }
            switch instance.phase {
            case .waiting: answers[key] = .waiting
            case .running: answers[key] = .running
            case .over: answers[key] = instance.ended.map { .ended($0) } ?? .neverStarted
            case .forgotten: answers[key] = instance.ended.map { .ended($0) } ?? .gone
            }
        }
        return answers
    }

    package mutating func cancel(_ keys: [String], returningAttempt: Bool) -> [ExecutorReport] {
        var reports: [ExecutorReport] = []
        for key in keys {
            switch instances[key]?.phase {
            case .waiting: reports.append(handBack(key))
            case .running: reports += end(key, .cancelled(returning: returningAttempt))
            default: break
            }
        }
        return reports
    }

    /// Starts nothing more and hands back what waits; ends what runs, if asked to.
    package mutating func recall() -> [ExecutorReport] {
        var reports: [ExecutorReport] = []
        for key in order where instances[key]?.phase == .waiting { reports.append(handBack(key)) }
        return reports
    }

    package mutating func stop(ending: Bool) -> [ExecutorReport] {
        starting = false
        var reports: [ExecutorReport] = []
        for key in order {
            switch instances[key]?.phase {
            case .waiting: reports.append(handBack(key))
            case .running where ending: reports += end(key, .cancelled(returning: true))
            default: break
            }
        }
        return reports
    }

    /// The executor's own process dies: what waited never starts; what ran is found later, or never.
    package mutating func loseSupervisor() -> [ExecutorReport] {
        for key in order {
            switch instances[key]?.phase {
            case .waiting: instances[key] = nil
            case .running:
                instances[key]?.phase = .forgotten
                if loss == .ends {
                    instances[key]?.ended = Outcome(status: .failed, cause: .lost, returnsAttempt: true)
                }
            default: break
            }
        }
        order.removeAll { instances[$0] == nil }
        unacknowledged = 0
        return [.lost("killed")]
    }

    /// Time passes: what has a slot starts, what has run long enough ends.
    package mutating func tick() -> [ExecutorReport] {
        time += 1
        var reports: [ExecutorReport] = []
        if unacknowledged > 0 {
            unacknowledged = 0
            reports.append(.unacknowledged(0))
        }
        for key in order {
            guard var instance = instances[key], instance.phase == .running else { continue }
            instance.ticks += 1
            instances[key] = instance
            if let limit = instance.script.runsFor, instance.ticks >= limit {
                reports += end(key, instance.script.outcome)
            }
        }
        var free = slots - running.count
        for key in order where starting && free > 0 {
            guard var instance = instances[key], instance.phase == .waiting else { continue }
            free -= 1
            instance.ticks += 1
            if instance.ticks > instance.script.startsAfter {
                instance.ticks = 0
                instance.phase = .running
                instances[key] = instance
                reports.append(start(key, instance.order.jid))
            } else {
                instances[key] = instance
            }
        }
        return reports
    }

    private mutating func start(_ key: String, _ jid: Int64) -> ExecutorReport {
        for other in running where other != key && instances[other]?.order.jid == jid {
            violations.append("job \(jid) is alive twice: \(other) and \(key)")
        }
        if complete.contains(jid) { violations.append("job \(jid) is complete, and \(key) was started") }
        let now = Timestamp(milliseconds: time)
        spool.append(Event(time: now, fact: .running(.key(key), Start())))
        return .started(instanceKey: key)
    }

    private mutating func end(_ key: String, _ outcome: Outcome) -> [ExecutorReport] {
        instances[key]?.phase = .over
        instances[key]?.ended = outcome
        if outcome.status == .complete, let jid = instances[key]?.order.jid { complete.insert(jid) }
        unacknowledged += 1
        let now = Timestamp(milliseconds: time)
        spool.append(Event(time: now, fact: .outcome(.key(key), outcome)))
        return [
            .unacknowledged(unacknowledged), .ended(instanceKey: key, outcome: outcome),
            .unacknowledged(unacknowledged),
        ]
    }

    private mutating func handBack(_ key: String) -> ExecutorReport {
        instances[key] = nil
        order.removeAll { $0 == key }
        return .returned(instanceKey: key)
    }
}

extension Outcome {
    /// A command that ended with exit code 0.
    package static let success = Outcome(evidence: Evidence(exitCode: 0))

    /// A command that ended with this exit code, and a word on stderr.
    package static func failure(exitCode: Int = 1, stderr: String = "Error: it broke\n") -> Outcome {
        Outcome(evidence: Evidence(exitCode: exitCode), stderr: stderr)
    }

    /// A command that was ended.
    package static func cancelled(returning: Bool) -> Outcome {
        Outcome(evidence: Evidence(signal: 15, cancelled: true), returnsAttempt: returning)
    }
}
