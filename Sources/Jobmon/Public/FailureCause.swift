import FoundationEssentials
import JobmonCore

/// Why an instance did not complete.
public enum FailureCause: String, Sendable, CaseIterable, Hashable {
    /// The command ended with an exit code other than 0, or a piece of a program threw an error.
    case exit
    /// A signal ended the command.
    case signal
    /// It ran longer than the time limit that it was given.
    case timeout
    /// It ran longer than the scheduler's limit.
    case timeLimit = "time_limit"
    /// The kernel or the scheduler ended it for its memory.
    case outOfMemory = "out_of_memory"
    /// Its node failed.
    case nodeFailure = "node_failure"
    /// The scheduler took its place for another job.
    case preempted
    /// The scheduler starts the job once more.
    case requeued
    /// Somebody cancelled it.
    case cancelled
    /// The executor did not take it.
    case submitFailed = "submit_failed"
    /// The command or its directory was not found, or may not be used.
    case notStarted = "not_started"
    /// It is over, or silent for long, and nobody saw its end.
    case lost

    init(_ cause: Cause) { self = Self(rawValue: cause.rawValue) ?? .lost }
}
