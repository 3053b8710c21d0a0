package import JobmonCore

/// A simulation of commands that run by a script, tick by tick. `ScriptedExecutor` uses it, and tests drive it
/// directly. It detects violations: two instances of a job that are alive at once.
package struct ScriptedCluster: Sendable {
    /// The fate of an instance.
    package struct Script: Sendable, Equatable {
        /// Ticks from getting a slot to the start.
        package var startsAfter: Int
        /// Ticks from the start to the end; nil: it runs until it is ended.
        package var runsFor: Int?
        package var outcome: Outcome
        /// If set, the executor refuses it for this reason.
        package var refused: String?

        package init(startsAfter: Int = 0, runsFor: Int? = 1, outcome: Outcome = .success, refused: String? = nil) {
            self.startsAfter = startsAfter
            self.runsFor = runsFor
            self.outcome = outcome
            self.refused = refused
        }
    }

    /// What the executor knows of running instances after its own process was lost.
    package enum Loss: Sendable {
        /// It finds their processes, ends them and reports them as lost.
        case ends
        /// They are gone, and their ends were not seen.
        case forgets
    }

    private struct Instance {
        var order: InstanceOrder
        var script: Script
        var ticks = 0
        var phase: Phase
        /// The outcome to report, if it was ended by a request.
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
    /// Keys in the order in which they were submitted.
    private var order: [String] = []
    private var starting = true
    private var unacknowledged = 0
    private var time: Int64 = 0

    /// Violated invariants, in words.
    package private(set) var violations: [String] = []
    /// Facts that the executor's own process spools, in order. The recorder removes them.
    package var spool: [Event] = []
    /// Jobs that had a COMPLETE instance.
    private var complete: Set<Int64> = []

    /// The jobs that must be complete before one starts.
    package var upstream: [Int64: [Int64]] = [:]

    package init(slots: Int, loss: Loss = .ends, script: @escaping @Sendable (InstanceOrder) -> Script) {
        self.slots = slots
        self.loss = loss
        self.script = script
    }

    /// Keys of running instances.
    package var running: [String] { order.filter { instances[$0]?.phase == .running } }

    /// Orders of running instances.
    package var runningOrders: [InstanceOrder] { instances.values.filter { $0.phase == .running }.map(\.order) }

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

    /// Starts nothing more, returns what waits, and ends what runs if `ending`.
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

    /// The executor's own process dies: waiting instances never start; running ones are found later, or never.
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

    /// Advances time by one tick: instances with a slot start, and those that have run long enough end.
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
        for other in upstream[jid] ?? [] where !complete.contains(other) {
            violations.append("job \(jid) was started before job \(other) was complete")
        }
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

    /// A command that ended with this exit code and wrote to stderr.
    package static func failure(exitCode: Int = 1, stderr: String = "Error: it broke\n") -> Outcome {
        Outcome(evidence: Evidence(exitCode: exitCode), stderr: stderr)
    }

    /// A command that was ended by a request.
    package static func cancelled(returning: Bool) -> Outcome {
        Outcome(evidence: Evidence(signal: 15, cancelled: true), returnsAttempt: returning)
    }
}
