/// Why an instance did not complete.
package enum Cause: String, Sendable, CaseIterable, Hashable {
    /// The command ended with an exit code other than 0.
    case exit
    /// A signal ended the command.
    case signal
    /// It ended with exit code 0, but an output that was expected of it (`--expect`) is missing or empty.
    case missingOutput = "missing_output"
    /// It ended with exit code 0, but wrote what means failure: a line that `--fail-on` names, or the error message of
    /// a program that always ends with 0.
    case reportedError = "reported_error"
    /// It ran longer than its own time limit, and jobmon ended it.
    case timeout
    /// It ran longer than the scheduler's time limit.
    case timeLimit = "time_limit"
    /// The kernel, the scheduler, or jobmon (`--enforce-memory`) ended it because of its memory use.
    case outOfMemory = "out_of_memory"
    /// Its node failed.
    case nodeFailure = "node_failure"
    /// The scheduler gave its place to another job.
    case preempted
    /// The scheduler starts the job again: on request, after its node failed, or because its place was taken.
    case requeued
    /// It was cancelled on request.
    case cancelled
    /// It was not run, since a job that it waits for failed or was cancelled.
    case dependency
    /// The executor refused it.
    case submitFailed = "submit_failed"
    /// The command or its directory was not found or not accessible; the error names it.
    case notStarted = "not_started"
    /// It is over, or silent for a long time, and its end was not seen.
    case lost
}

extension Cause {
    /// How an instance with this cause ended, in a few words.
    package var words: String {
        switch self {
        case .exit: "failed"
        case .signal: "ended by a signal"
        case .missingOutput: "an expected output is missing"
        case .reportedError: "reported an error"
        case .timeout: "time limit passed"
        case .timeLimit: "the scheduler's time limit passed"
        case .outOfMemory: "killed for its memory"
        case .nodeFailure: "its node failed"
        case .preempted: "preempted by the scheduler"
        case .requeued: "requeued by the scheduler"
        case .cancelled: "cancelled"
        case .dependency: "not run: a job that it waits for failed"
        case .submitFailed: "the executor did not take it"
        case .notStarted: "not started"
        case .lost: "lost: nobody saw its end"
        }
    }

    /// Whether the command ended by itself, so that the reason stands in what it wrote.
    package var isToldByCommand: Bool {
        switch self {
        case .exit, .signal, .missingOutput, .reportedError: true
        case .timeout, .timeLimit, .outOfMemory, .nodeFailure, .preempted, .requeued, .cancelled, .dependency,
            .submitFailed, .notStarted, .lost:
            false
        }
    }

    /// Whether an end with this cause does not count as an attempt: the scheduler continues the job by itself.
    package var returnsAttempt: Bool { self == .requeued }

    /// Decides why an instance ended; no other function does. The strongest evidence comes first. An end that jobmon
    /// caused explains the signal that it sent. An end that the scheduler caused explains any result of the command. A
    /// kill for memory explains a SIGKILL, if no other work ran in the cgroup of which the kernel counts them. Exit code 0 is success unless an expected output is missing or the output
    /// says otherwise.
    ///
    /// - Returns: the final status that the evidence shows, and the cause, which is nil for COMPLETE.
    package static func decide(_ evidence: Evidence) -> (status: Status, cause: Cause?) {
        if evidence.notStarted != nil { return (.failed, .notStarted) }
        if evidence.cancelled { return (.cancelled, .cancelled) }
        if evidence.timedOut { return (.failed, .timeout) }
        if evidence.memoryTaken != nil { return (.failed, .outOfMemory) }
        if let cause = evidence.scheduler?.cause { return (cause == .cancelled ? .cancelled : .failed, cause) }
        let killed = evidence.signal == 9 || evidence.exitCode == 137
        if killed, evidence.ownOomKills > 0 { return (.failed, .outOfMemory) }
        if evidence.signal != nil { return (.failed, .signal) }
        if let code = evidence.exitCode {
            if code != 0 { return (.failed, .exit) }
            // What the command says itself is nearer to the reason than what it left undone.
            if evidence.reportedError != nil { return (.failed, .reportedError) }
            return evidence.missingOutput == nil ? (.complete, nil) : (.failed, .missingOutput)
        }
        return (.failed, .lost)
    }
}
