/// Why an instance did not complete.
package enum Cause: String, Sendable, CaseIterable, Hashable {
    /// The command ended with an exit code other than 0.
    case exit
    /// A signal ended the command.
    case signal
    /// It ran longer than the time limit that it was given by us.
    case timeout
    /// It ran longer than the scheduler's limit.
    case timeLimit = "time_limit"
    /// The kernel or the scheduler ended it for its memory.
    case outOfMemory = "out_of_memory"
    /// Its node failed.
    case nodeFailure = "node_failure"
    /// The scheduler took its place for another job.
    case preempted
    /// The scheduler starts the job once more: on somebody's word, after its node failed, or because its place was taken.
    case requeued
    /// Somebody cancelled it.
    case cancelled
    /// The executor did not take it.
    case submitFailed = "submit_failed"
    /// The command or its directory was not found, or may not be used: which one is named.
    case notStarted = "not_started"
    /// It is over, or silent for long, and nobody saw its end.
    case lost
}

extension Cause {
    /// Such an end is no attempt: the scheduler goes on with the job by itself.
    package var returnsAttempt: Bool { self == .requeued }

    /// The one function that decides why an instance ended: the strongest evidence first. An end that we brought
    /// about ourselves explains the signal that brought it, and one that the scheduler brought about explains whatever the
    /// command made of it; a kill for memory explains a SIGKILL.
    ///
    /// - Returns: the final status that the evidence shows, and the cause unless that is COMPLETE.
    package static func decide(_ evidence: Evidence) -> (status: Status, cause: Cause?) {
        if evidence.notStarted != nil { return (.failed, .notStarted) }
        if evidence.cancelled { return (.cancelled, .cancelled) }
        if evidence.timedOut { return (.failed, .timeout) }
        if let cause = evidence.scheduler?.cause { return (cause == .cancelled ? .cancelled : .failed, cause) }
        let killed = evidence.signal == 9 || evidence.exitCode == 137
        if killed, let kills = evidence.oomKills, kills > 0 { return (.failed, .outOfMemory) }
        if evidence.signal != nil { return (.failed, .signal) }
        if let code = evidence.exitCode { return code == 0 ? (.complete, nil) : (.failed, .exit) }
        return (.failed, .lost)
    }
}
