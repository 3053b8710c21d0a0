import CJobmonPOSIX
import Glibc
import JobmonCore

/// Judges the instances of a supervisor that is dead (its lock is free, or another one has it): which never started,
/// which are over. What lives on of them is ended first, since nobody watches it any more and its job may be run again.
struct LocalRecovery: Sendable {
    let host: String
    let bootID: String?
    let time: TimeSource

    /// How long processes may take to be gone after KILL, in seconds.
    private static let patience = 10.0
    /// Between two looks at the processes, in milliseconds.
    private static let interval = 20
    /// Looks after which nothing was found that count as "nothing is there". More than one: a process in the middle of its
    /// execve shows no environment for an instant.
    private static let quietLooks = 2
    /// Looks that are added for processes without an environment: of some there never is any.
    private static let unsettledLooks = 10

    /// - Throws: `.unreachable` when something that must be over can't be ended, or the processes can't be seen.
    func judge(
        _ keys: [String], _ records: [String: KnownInstance]
    ) async throws(ExecutorError) -> [String: Observation] {
        var answers: [String: Observation] = [:]
        var lost: [String: KnownInstance] = [:]
        for key in keys {
            guard let record = records[key] else {
                answers[key] = .neverStarted
                continue
            }
            if let outcome = record.outcome {
                answers[key] = .ended(outcome)
            } else if !record.started {
                answers[key] = .neverStarted
            } else if let other = record.host, other != host {
                continue
            } else if let then = record.bootID, let bootID, then != bootID {
                answers[key] = .ended(Self.outcome("the host \(host) was restarted while it ran"))
            } else {
                lost[key] = record
            }
        }
        if !lost.isEmpty {
            try await end(lost)
            for key in lost.keys {
                answers[key] = .ended(Self.outcome("its supervisor was killed while it ran, and nobody saw its end"))
            }
        }
        return answers
    }

    private static func outcome(_ description: String) -> Outcome {
        Outcome(status: .failed, cause: .lost, description: description, returnsAttempt: true)
    }

    /// Kills what is alive of the instances, and returns once nothing is.
    private func end(_ instances: [String: KnownInstance]) async throws(ExecutorError) {
        let deadline = time.steadySeconds() + Self.patience
        let keys = Array(instances.keys)
        let roots = instances.values.compactMap(\.process)
        var quiet = 0
        var unsettledLooks = Self.unsettledLooks
        while quiet < Self.quietLooks {
            guard let look = LiveProcesses.find(keys) else {
                throw .unreachable("/proc can't be read, so what still runs of lost instances can't be found")
            }
            var alive = look.processes
            for root in roots where LiveProcesses.isAlive(root) { alive.insert(root) }
            for process in alive { kill(process, roots) }
            if !alive.isEmpty {
                quiet = 0
            } else if look.unsettled > 0, unsettledLooks > 0 {
                unsettledLooks -= 1
            } else {
                quiet += 1
            }
            guard time.steadySeconds() < deadline else {
                let pids = alive.map { String($0.pid) }.sorted().joined(separator: ", ")
                throw .unreachable("processes of lost instances can't be ended: \(pids)")
            }
            do {
                try await Task.sleep(for: .milliseconds(Self.interval))
            } catch {
                throw .unreachable("the look for lost instances was cancelled")
            }
        }
    }

    private func kill(_ process: ProcessIdentity, _ roots: [ProcessIdentity]) {
        // Its group is the command's own: every command leads one. A process that left it is killed by itself.
        let group = getpgid(process.pid)
        if group > 1, group != getpgrp(), group == process.pid || roots.contains(where: { $0.pid == group }) {
            Glibc.kill(-group, SIGKILL)
        }
        if LiveProcesses.isAlive(process) { Glibc.kill(process.pid, SIGKILL) }
    }
}
