import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonSystem

/// Judges the instances of a supervisor that is dead (its lock is free, or another one has it): which never started,
/// which are over. What lives on of them is ended first, since nobody watches it any more and its job may be run again.
struct LocalRecovery: Sendable {
    let host: String
    let bootID: String?
    let time: TimeSource

    /// Seconds from TERM to KILL.
    private static let grace = 5.0
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
                answers[key] = .ended(
                    Self.outcome("its supervisor was killed while it ran, and its end was not observed"))
            }
        }
        return answers
    }

    private static func outcome(_ description: String) -> Outcome {
        Outcome(status: .failed, cause: .lost, description: description, returnsAttempt: true)
    }

    /// Ends what is alive of the instances, and returns once nothing is.
    private func end(_ instances: [String: KnownInstance]) async throws(ExecutorError) {
        let killAt = time.steadySeconds() + Self.grace
        let deadline = killAt + Self.patience
        var leftovers = Leftovers(instances)
        var told: Set<ProcessIdentity> = []
        var quiet = 0
        var unsettledLooks = Self.unsettledLooks
        while quiet < Self.quietLooks {
            guard let table = ProcessSnapshot.take() else {
                throw .unreachable("/proc can't be read, so processes of lost instances can't be found")
            }
            let alive = leftovers.find(among: table.records)
            let now = time.steadySeconds()
            // All that were found first, and only then anybody is told: whose parent has gone is hard to find.
            for process in alive where now >= killAt || told.insert(process).inserted {
                Self.end(process, by: now >= killAt ? SIGKILL : SIGTERM)
            }
            if !alive.isEmpty {
                quiet = 0
            } else if table.isUnsettled, unsettledLooks > 0 {
                unsettledLooks -= 1
            } else {
                quiet += 1
            }
            guard now < deadline else {
                let pids = alive.map { String($0.pid) }.sorted().joined(separator: ", ")
                throw .unreachable("processes of lost instances can't be ended: \(pids)")
            }
            do {
                try await Task.sleep(for: .milliseconds(Self.interval))
            } catch {
                throw .unreachable("the search for lost instances was cancelled")
            }
        }
    }

    private static func end(_ process: ProcessIdentity, by signal: Int32) {
        guard ProcessTable.isAlive(process) else { return }
        kill(process.pid, signal)
        // So that a stopped one can heed it.
        if signal == SIGTERM { kill(process.pid, SIGCONT) }
    }
}
