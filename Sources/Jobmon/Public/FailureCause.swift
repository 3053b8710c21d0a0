import FoundationEssentials
import JobmonCore

/// Why an instance did not complete.
public enum FailureCause: String, Sendable, CaseIterable, Hashable {
    /// The command ended with an exit code other than 0, or a monitored piece of a program threw an error.
    case exit
    /// A signal ended the command.
    case signal
    /// It ended with exit code 0, but an expected output is missing or empty.
    case missingOutput = "missing_output"
    /// It ended with exit code 0, but its output says that it failed.
    case reportedError = "reported_error"
    /// It ran longer than its own time limit.
    case timeout
    /// It ran longer than the scheduler's time limit.
    case timeLimit = "time_limit"
    /// The kernel, the scheduler or the queue ended it because of its memory use.
    case outOfMemory = "out_of_memory"
    /// Its node failed.
    case nodeFailure = "node_failure"
    /// The scheduler gave its place to another job.
    case preempted
    /// The scheduler starts the job again.
    case requeued
    /// It was cancelled on request.
    case cancelled
    /// A job that it waits for failed or was cancelled.
    case dependency
    /// The executor refused it.
    case submitFailed = "submit_failed"
    /// The command or its directory was not found or not accessible.
    case notStarted = "not_started"
    /// It is over, or silent for a long time, and its end was not seen.
    case lost

    init(_ cause: Cause) { self = Self(rawValue: cause.rawValue) ?? .lost }
}
