package import JobmonCore
import Synchronization

/// An executor whose commands run by a script. It passes the same conformance suite as the real ones. Its clock ticks
/// every millisecond while its reports are read.
package final class ScriptedExecutor: Executor {
    private struct State {
        var cluster: ScriptedCluster
        /// Reports that have not been read yet.
        var reports: [ExecutorReport] = []
        var unreachable: String?
    }

    package let name = "local"
    private let state: Mutex<State>

    /// - Parameter script: decides the fate of each instance. The default interprets the commands of the conformance
    ///   suite.
    package init(
        slots: Int, loss: ScriptedCluster.Loss = .ends,
        script: @escaping @Sendable (InstanceOrder) -> ScriptedCluster.Script = ScriptedExecutor.understand
    ) {
        state = Mutex(State(cluster: ScriptedCluster(slots: slots, loss: loss, script: script)))
    }

    /// Interprets the commands of the conformance suite.
    package static let understand: @Sendable (InstanceOrder) -> ScriptedCluster.Script = { order in
        let command = order.description
        switch (command.runfile, command.args.last) {
        case ("/bin/true", _): return ScriptedCluster.Script()
        case ("/bin/sleep", let seconds?):
            return ScriptedCluster.Script(runsFor: Double(seconds).map { $0 > 5 ? nil : Int($0 * 1000) } ?? nil)
        case (let line, _) where command.shell && line.hasPrefix("exit "):
            return ScriptedCluster.Script(outcome: .failure(exitCode: Int(line.dropFirst(5)) ?? 1))
        case (let line, _) where command.shell && line.hasPrefix("kill -9"):
            return ScriptedCluster.Script(outcome: Outcome(evidence: Evidence(signal: 9)))
        default:
            let failure = StartFailure(
                step: .command, path: command.runfile, errno: 2, reason: "No such file or directory")
            return ScriptedCluster.Script(outcome: Outcome(evidence: Evidence(notStarted: failure)))
        }
    }

    /// Makes the executor unreachable for a reason; nil: reachable again.
    package func setUnreachable(_ reason: String?) { state.withLock { $0.unreachable = reason } }

    /// Simulates the death of its own process.
    package func loseSupervisor() { state.withLock { $0.reports += $0.cluster.loseSupervisor() } }

    /// Violated invariants, in words.
    package var violations: [String] { state.withLock { $0.cluster.violations } }

    /// Returns and removes the facts that its own process has spooled.
    package func takeSpool() -> [Event] {
        state.withLock { state in
            defer { state.cluster.spool = [] }
            return state.cluster.spool
        }
    }

    package func submit(_ batch: [InstanceOrder]) async throws(ExecutorError) -> [SubmitAnswer] {
        try reachable()
        return state.withLock { $0.cluster.submit(batch) }
    }

    package func observe(_ keys: [String]) async throws(ExecutorError) -> [String: Observation] {
        try reachable()
        return state.withLock { $0.cluster.observe(keys) }
    }

    package func cancel(_ keys: [String], returningAttempt: Bool) async throws(ExecutorError) {
        try reachable()
        state.withLock { $0.reports += $0.cluster.cancel(keys, returningAttempt: returningAttempt) }
    }

    package func reports() -> AsyncStream<[ExecutorReport]> {
        AsyncStream { [self] in
            while !Task.isCancelled {
                let reports = state.withLock { state in
                    defer { state.reports = [] }
                    return state.reports
                }
                if !reports.isEmpty { return reports }
                try? await Task.sleep(for: .milliseconds(1))
                state.withLock { $0.reports += $0.cluster.tick() }
            }
            return nil
        }
    }

    package func recall() async { state.withLock { $0.reports += $0.cluster.recall() } }

    package func stop(ending: Bool) async {
        state.withLock { $0.reports += $0.cluster.stop(ending: ending) }
        while !Task.isCancelled, state.withLock({ !$0.cluster.running.isEmpty || !$0.reports.isEmpty }) {
            try? await Task.sleep(for: .milliseconds(1))
        }
    }

    private func reachable() throws(ExecutorError) {
        if let reason = state.withLock({ $0.unreachable }) { throw .unreachable(reason) }
    }
}
