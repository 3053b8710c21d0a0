public import FoundationEssentials
import JobmonCore

/// A job instance (one attempt at a job) as the ledger has it.
public struct RecordedInstance: Sendable, Hashable {
    /// The ledger's number of it.
    public var jobInstanceID: Int64
    /// From 0.
    public var retryNumber: Int
    /// `local`, `exec`, `program`, …
    public var executor: String
    /// How far it is, or how it ended.
    public var status: JobStatus
    /// Why it did not complete; nil while it may, and when it did.
    public var cause: FailureCause?
    /// The command's exit code, 0 to 255; nil when a signal ended it, and for a piece of a program.
    public var exitCode: Int?
    /// The number of the signal that ended it.
    public var signal: Int?
    /// Where it runs, or ran.
    public var host: String?
    /// When its command started; nil before.
    public var started: Date?
    /// When it ended; nil before.
    public var finished: Date?
    /// Seconds from start to end.
    public var wallclock: Double?
    /// Seconds of processor time.
    public var cpu: Double?
    /// The peak of resident memory of its largest process, in bytes.
    public var maxrss: Int64?
    /// Where its captured output is; nil where there is none.
    public var stdoutPath: String?
    /// The same for stderr.
    public var stderrPath: String?
    /// What is known of its error: the end of stderr, a traceback; nil when it has none.
    public var error: String?
    /// How it failed, in one line; nil unless it did.
    public var reason: String?

    init(_ record: InstanceRecord) {
        jobInstanceID = record.jobInstanceID
        retryNumber = record.retryNumber
        executor = record.executor
        status = JobStatus(record.status)
        cause = record.cause.map { FailureCause($0) }
        exitCode = record.exitCode
        signal = record.signal
        host = record.host
        started = record.startedDate.map { Date($0) }
        finished = record.finishedDate.map { Date($0) }
        wallclock = record.usage.wallclock
        cpu = record.usage.cpu
        maxrss = record.usage.maxrss
        stdoutPath = record.stdoutPath
        stderrPath = record.stderrPath
        error = record.error
        reason = record.status == .failed ? record.failure : nil
    }
}
