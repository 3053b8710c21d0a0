package import JobmonCore
import Synchronization

/// The behaviour that every executor must have, as `Executor` describes it. Each contract is a separate test:
///
///     @Test(.timeLimit(.minutes(20)), arguments: ExecutorConformance.contracts)
///     func conforms(_ contract: ExecutorConformance.Contract) async throws {
///         try await contract.check { slots in ScriptedExecutor(slots: slots) }
///     }
///
/// An executor that hands instances over to an external scheduler conforms to `shared` only: there, the scheduler
/// decides how many run at once, and no process of jobmon stands between an instance and the monitor.
package enum ExecutorConformance {
    /// Makes an executor that runs up to `slots` commands at once.
    package typealias Factory = @Sendable (_ slots: Int) async throws -> any Executor

    /// One rule for executors. `check` throws `Broken` if it is violated.
    package struct Contract: Sendable, CustomStringConvertible {
        package let description: String
        fileprivate let body: @Sendable (Rig) async throws -> Void
        fileprivate let slots: Int

        /// - Parameters:
        ///   - waiting: resources that make an instance wait, for executors where a lack of slots does not.
        ///   - patience: maximum seconds for each step.
        package func check(
            waiting: JSONObject = [:], within patience: Double = 120, _ make: Factory
        ) async throws {
            let executor = try await make(slots)
            let heard = Heard(patience: patience)
            let reports = executor.reports()
            try await withThrowingTaskGroup { group in
                group.addTask { for await batch in reports { heard.note(batch) } }
                let result: Result<Void, any Error>
                do {
                    result = .success(try await body(Rig(executor: executor, heard: heard, waiting: waiting)))
                } catch {
                    result = .failure(error)
                }
                await executor.stop(ending: true)
                group.cancelAll()
                try result.get()
            }
        }
    }

    /// A violated contract.
    package struct Broken: Error, CustomStringConvertible {
        package let description: String
    }

    /// The rules for every executor.
    package static let shared: [Contract] = [
        Contract(
            description: "what is taken is reported to its end, once, the start before the end",
            body: reportsToTheEnd, slots: 3),
        Contract(description: "observe tells waiting, running, ended and unknown apart", body: observes, slots: 1),
        Contract(
            description: "a cancelled command ends as CANCELLED, the attempt given back as asked", body: cancels,
            slots: 2),
        Contract(description: "a cancelled instance that waits never starts", body: cancelsWaiting, slots: 1),
        Contract(description: "to cancel what is not there is no error", body: cancelsNothing, slots: 1),
        Contract(description: "an instance that is submitted twice runs once", body: runsOnce, slots: 2),
        Contract(
            description: "a command that is not there is an outcome, not an error", body: reportsNotStarted, slots: 1),
        Contract(
            description: "stop without ending lets running ones finish and hands back the rest", body: stopsGently,
            slots: 1),
        Contract(description: "stop with ending ends all, and gives the attempts back", body: stopsAll, slots: 2),
    ]

    /// The rules for executors with a process of their own, including the shared ones.
    package static let contracts: [Contract] =
        shared + [
            Contract(
                description: "a word on unacknowledged facts follows the last end", body: saysWhatIsUnacknowledged,
                slots: 2),
            Contract(description: "no more run at once than there are slots", body: keepsToItsSlots, slots: 2),
        ]

    // MARK: - The contracts

    private static func reportsToTheEnd(_ rig: Rig) async throws {
        let orders = [order(.true), order(.shell("exit 3")), order(.shell("kill -9 $$")), order(.true)]
        let answers = try await rig.executor.submit(orders)
        try expect(answers.count == orders.count, "\(answers.count) answers to \(orders.count) orders")
        for answer in answers { try expect(answer.isTaken, "an order was not taken: \(answer)") }
        try await rig.heard.wait(forEnds: orders.map(\.instanceKey))
        for (order, status) in zip(orders, [Status.complete, .failed, .failed, .complete]) {
            let reports = rig.heard.reports(of: order.instanceKey)
            try expect(reports.count == 2, "\(reports.count) reports of one instance: \(reports)")
            guard case .started? = reports.first, case .ended(_, let outcome)? = reports.last else {
                throw Broken(description: "not started, then ended: \(reports)")
            }
            try expect(outcome.status == status, "\(outcome.status) instead of \(status)")
            try expect(!outcome.returnsAttempt, "the attempt of a command that ended by itself was given back")
        }
        try expect(rig.heard.outcome(of: orders[1].instanceKey)?.evidence.exitCode == 3, "not exit code 3")
        try expect(rig.heard.outcome(of: orders[2].instanceKey)?.evidence.signal == 9, "not signal 9")
    }

    private static func saysWhatIsUnacknowledged(_ rig: Rig) async throws {
        let orders = [order(.true), order(.true)]
        _ = try await rig.executor.submit(orders)
        try await rig.heard.wait(forEnds: orders.map(\.instanceKey))
        try await rig.heard.wait("an .unacknowledged after the last .ended") {
            let all = rig.heard.all
            guard let end = all.lastIndex(where: { if case .ended = $0 { true } else { false } }) else { return false }
            return all[end...].contains { if case .unacknowledged = $0 { true } else { false } }
        }
    }

    private static func observes(_ rig: Rig) async throws {
        let ended = order(.true)
        _ = try await rig.executor.submit([ended])
        try await rig.heard.wait(forEnds: [ended.instanceKey])
        let running = order(.sleep)
        let waiting = rig.waiting(order(.sleep))
        _ = try await rig.executor.submit([running, waiting])
        try await rig.heard.wait(forStarts: [running.instanceKey])
        let unknown = order(.true)
        // A scheduler's list may be from the moment before the start, which the wrapper reported earlier.
        var seen: [String: Observation] = [:]
        try await waitUntil("it is seen to run") {
            seen = try await rig.executor.observe([ended, running, waiting, unknown].map(\.instanceKey))
            return seen[running.instanceKey] != .waiting
        }
        if case .ended(let outcome)? = seen[ended.instanceKey] {
            try expect(outcome.status == .complete, "ended as \(outcome.status)")
        } else {
            throw Broken(description: "of one that ended: \(String(describing: seen[ended.instanceKey]))")
        }
        try expect(
            seen[running.instanceKey] == .running, "of one that runs: \(String(describing: seen[running.instanceKey]))")
        try expect(
            seen[waiting.instanceKey] == .waiting, "of one that waits: \(String(describing: seen[waiting.instanceKey]))"
        )
        try expect(
            seen[unknown.instanceKey] == .neverStarted,
            "of an unknown one: \(String(describing: seen[unknown.instanceKey]))")
        let nothing = try await rig.executor.observe([])
        try expect(nothing.isEmpty, "something was said of no instance: \(nothing)")
    }

    private static func keepsToItsSlots(_ rig: Rig) async throws {
        let orders = (0..<12).map { _ in order(.true) }
        _ = try await rig.executor.submit(orders)
        try await rig.heard.wait(forEnds: orders.map(\.instanceKey))
        var alive = 0
        for report in rig.heard.all {
            switch report {
            case .started: alive += 1
            case .ended: alive -= 1
            default: break
            }
            try expect(alive <= 2, "\(alive) ran at once")
        }
    }

    private static func cancels(_ rig: Rig) async throws {
        let (counted, returned) = (order(.sleep), order(.sleep))
        _ = try await rig.executor.submit([counted, returned])
        try await rig.heard.wait(forStarts: [counted.instanceKey, returned.instanceKey])
        try await rig.executor.cancel([counted.instanceKey], returningAttempt: false)
        try await rig.executor.cancel([returned.instanceKey], returningAttempt: true)
        try await rig.heard.wait(forEnds: [counted.instanceKey, returned.instanceKey])
        for (order, returns) in [(counted, false), (returned, true)] {
            let outcome = rig.heard.outcome(of: order.instanceKey)
            try expect(outcome?.status == .cancelled, "cancelled, it ended as \(String(describing: outcome?.status))")
            try expect(outcome?.returnsAttempt == returns, "the attempt was not treated as asked")
        }
    }

    private static func cancelsWaiting(_ rig: Rig) async throws {
        let (running, waiting) = (order(.sleep), rig.waiting(order(.true)))
        _ = try await rig.executor.submit([running, waiting])
        try await rig.heard.wait(forStarts: [running.instanceKey])
        try await rig.executor.cancel([waiting.instanceKey], returningAttempt: false)
        try await rig.heard.wait("a word on the cancelled one") { !rig.heard.reports(of: waiting.instanceKey).isEmpty }
        try await rig.executor.cancel([running.instanceKey], returningAttempt: false)
        try await rig.heard.wait(forEnds: [running.instanceKey])
        for report in rig.heard.reports(of: waiting.instanceKey) {
            switch report {
            case .returned: break
            case .ended(_, let outcome): try expect(outcome.status == .cancelled, "ended as \(outcome.status)")
            default: throw Broken(description: "it was started after all: \(report)")
            }
        }
    }

    private static func cancelsNothing(_ rig: Rig) async throws {
        let ended = order(.true)
        _ = try await rig.executor.submit([ended])
        try await rig.heard.wait(forEnds: [ended.instanceKey])
        try await rig.executor.cancel([ended.instanceKey, order(.true).instanceKey], returningAttempt: true)
        try expect(rig.heard.outcome(of: ended.instanceKey)?.status == .complete, "an end was changed")
    }

    private static func runsOnce(_ rig: Rig) async throws {
        let one = order(.true)
        _ = try await rig.executor.submit([one])
        _ = try await rig.executor.submit([one])
        let after = order(.true)
        _ = try await rig.executor.submit([after])
        try await rig.heard.wait(forEnds: [one.instanceKey, after.instanceKey])
        let starts = rig.heard.reports(of: one.instanceKey).filter { if case .started = $0 { true } else { false } }
        try expect(starts.count == 1, "it was started \(starts.count) times")
    }

    private static func reportsNotStarted(_ rig: Rig) async throws {
        let missing = order(.program("/nonexistent/command"))
        _ = try await rig.executor.submit([missing])
        try await rig.heard.wait(forEnds: [missing.instanceKey])
        let outcome = rig.heard.outcome(of: missing.instanceKey)
        try expect(outcome?.status == .failed, "ended as \(String(describing: outcome?.status))")
        try expect(outcome?.evidence.notStarted?.step == .command, "not a start that failed at its command")
    }

    private static func stopsGently(_ rig: Rig) async throws {
        let (running, waiting) = (order(.program("/bin/sleep", "1")), rig.waiting(order(.true)))
        _ = try await rig.executor.submit([running, waiting])
        try await rig.heard.wait(forStarts: [running.instanceKey])
        await rig.executor.stop(ending: false)
        try await rig.heard.wait(forEnds: [running.instanceKey])
        try expect(rig.heard.outcome(of: running.instanceKey)?.status == .complete, "what ran was not let finish")
        try await rig.heard.wait("the waiting one handed back") {
            rig.heard.reports(of: waiting.instanceKey) == [.returned(instanceKey: waiting.instanceKey)]
        }
    }

    private static func stopsAll(_ rig: Rig) async throws {
        let (running, other, waiting) = (order(.sleep), order(.sleep), rig.waiting(order(.sleep)))
        _ = try await rig.executor.submit([running, other, waiting])
        try await rig.heard.wait(forStarts: [running.instanceKey, other.instanceKey])
        await rig.executor.stop(ending: true)
        try await rig.heard.wait(forEnds: [running.instanceKey, other.instanceKey])
        for ended in [running, other] {
            let outcome = rig.heard.outcome(of: ended.instanceKey)
            try expect(outcome?.status == .cancelled, "ended as \(String(describing: outcome?.status))")
            try expect(outcome?.returnsAttempt == true, "the attempt was not given back")
        }
        try await rig.heard.wait("a word on the waiting one") { !rig.heard.reports(of: waiting.instanceKey).isEmpty }
    }

    // MARK: - Helpers

    private enum Command {
        case `true`
        case sleep
        case shell(String)
        case program(String, String? = nil)
    }

    private static let count = Mutex<Int64>(0)

    private static func order(_ command: Command) -> InstanceOrder {
        let number = count.withLock { count in
            count += 1
            return count
        }
        let description =
            switch command {
            case .true: JobDescription(runfile: "/bin/true")
            case .sleep: JobDescription(runfile: "/bin/sleep", args: ["30"])
            case .shell(let line): JobDescription(runfile: line, shell: true)
            case .program(let path, let argument): JobDescription(runfile: path, args: argument.map { [$0] } ?? [])
            }
        return InstanceOrder(
            instanceKey: "\(number)-\(UInt64.random(in: 0...UInt64.max))", jid: number, retryNumber: 0,
            description: description)
    }

    private static func expect(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws {
        if !holds { throw Broken(description: otherwise()) }
    }
}

/// An executor, and its reports so far.
private struct Rig: Sendable {
    let executor: any Executor
    let heard: Heard
    let waiting: JSONObject

    /// An order of an instance that waits behind earlier ones.
    func waiting(_ order: InstanceOrder) -> InstanceOrder {
        var order = order
        order.description.resources = waiting
        return order
    }
}

private final class Heard: Sendable {
    private let reports = Mutex<[ExecutorReport]>([])
    private let patience: Double

    init(patience: Double) { self.patience = patience }

    func note(_ batch: [ExecutorReport]) { reports.withLock { $0 += batch } }

    var all: [ExecutorReport] { reports.withLock { $0 } }

    func reports(of key: String) -> [ExecutorReport] {
        all.filter { report in
            switch report {
            case .started(key), .ended(key, _), .returned(key): true
            default: false
            }
        }
    }

    func outcome(of key: String) -> Outcome? {
        for case .ended(key, let outcome) in all { return outcome }
        return nil
    }

    func wait(_ what: String, _ condition: () async throws -> Bool) async throws {
        do {
            try await waitUntil(what, within: patience, condition)
        } catch let timeout as WaitTimeout {
            throw ExecutorConformance.Broken(description: "\(timeout); heard: \(all)")
        }
    }

    func wait(forEnds keys: [String]) async throws {
        try await wait("the ends of \(keys)") { keys.allSatisfy { self.outcome(of: $0) != nil } }
    }

    func wait(forStarts keys: [String]) async throws {
        try await wait("the starts of \(keys)") {
            keys.allSatisfy { key in
                self.all.contains { if case .started(key) = $0 { true } else { false } }
            }
        }
    }
}

extension SubmitAnswer {
    fileprivate var isTaken: Bool { if case .taken = self { true } else { false } }
}
