public import FoundationEssentials
import JobmonCore

/// A job instance (one attempt at a job) in the ledger.
public struct RecordedInstance: Sendable, Hashable {
    /// The number of the instance in the ledger.
    public var jobInstanceID: Int64
    /// Counted from 0.
    public var retryNumber: Int
    /// `local`, `exec`, `program`, …
    public var executor: String
    /// The instance's status.
    public var status: JobStatus
    /// Why it did not complete; nil if it did, or may still.
    public var cause: FailureCause?
    /// The command's exit code, 0 to 255; nil if a signal ended it, and for a monitored piece of a program.
    public var exitCode: Int?
    /// The number of the signal that ended it.
    public var signal: Int?
    /// The host on which it runs or ran.
    public var host: String?
    /// When its command started; nil before.
    public var started: Date?
    /// When it ended; nil before.
    public var finished: Date?
    /// Elapsed seconds from start to end.
    public var wallclock: Double?
    /// Processor time in seconds.
    public var cpu: Double?
    /// The peak resident memory of its largest process, in bytes.
    public var maxrss: Int64?
    /// The peak memory of all its processes together, in bytes: anonymous and shared memory, each page counted once where
    /// the kernel tells; nil if it was not measured, as for a command that ran for a moment.
    public var memoryPeak: Int64?
    /// How `memoryPeak` was measured: `pss`, `rss`, `cgroup` or `scheduler`.
    public var memorySource: String?
    /// `at_least` if the attempt may need more than `memoryPeak` (it was ended before it was done), `at_most` if it may
    /// need less; nil: as measured.
    public var memoryBound: String?
    /// The path of its captured stdout; nil if there is none.
    public var stdoutPath: String?
    /// The same for stderr.
    public var stderrPath: String?
    /// The text of its error, such as the end of stderr or a traceback; nil if it has none.
    public var error: String?
    /// How it failed, in one line; nil if it did not fail.
    public var reason: String?
    /// Why it may not have done its work though it completed: what it printed that only a failure leaves; nil: nothing.
    public var doubt: String?

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
        memoryPeak = record.usage.memoryPeak?.bytes
        memorySource = record.usage.memoryPeak?.source.rawValue
        memoryBound = record.usage.memoryPeak?.bound?.rawValue
        stdoutPath = record.stdoutPath
        stderrPath = record.stderrPath
        error = record.error
        reason = record.status == .failed ? record.failure : nil
        doubt = record.doubt
    }
}
