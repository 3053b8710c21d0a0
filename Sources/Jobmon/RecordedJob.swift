public import FoundationEssentials
import JobmonCore

/// The status of a job or of a job instance. The numbers of the first five are fixed since 2017.
public enum JobStatus: Int, Sendable, CaseIterable, Hashable, CustomStringConvertible {
    /// An executor was asked to run it.
    case submitted = 1
    case running = 2
    case failed = 3
    case complete = 4
    /// Nobody knows any more what becomes of it; a late fact may still say.
    case unknown = 5
    case cancelled = 6
    /// Of jobs only: another attempt is due, or none was made yet.
    case queued = 7

    /// The word that people, JSON and CSV use, such as `RUNNING`.
    public var description: String { inner.label }

    /// COMPLETE, FAILED and CANCELLED.
    public var isFinal: Bool { inner.isFinal }

    init(_ status: Status) { self = Self(rawValue: status.rawValue) ?? .unknown }

    var inner: Status { Status(rawValue: rawValue) ?? .unknown }
}

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

/// A job as the ledger has it.
public struct RecordedJob: Sendable, Hashable {
    /// The ledger's number of it.
    public var jid: Int64
    /// What people know it by.
    public var name: String
    /// The queue that owns it; nil for a job of `jobmon exec` and of `monitored`.
    public var queue: String?
    /// Its key within the queue.
    public var key: String?
    /// The program and its arguments.
    public var command: [String]
    /// Its named params, as text.
    public var params: [String: String]
    /// Derived from its attempts: QUEUED while another is due, COMPLETE if any is, else its latest one's.
    public var status: JobStatus
    /// Attempts used.
    public var attempts: Int
    /// How many attempts it may use.
    public var maxAttempts: Int
    /// When it was queued, or first heard of.
    public var submitted: Date
    /// Its attempts, oldest first.
    public var instances: [RecordedInstance]

    /// Why it stands as it does, in one line, such as `exit code 1: ValueError: no data for 1987`; nil when there is
    /// nothing to say.
    public var reason: String? { status == .complete ? nil : instances.last?.reason }

    init(_ record: JobRecord) {
        jid = record.jid
        name = record.description.shownName
        queue = record.queue
        key = record.jobKey
        command = [record.description.runfile] + record.description.args
        params = Dictionary(
            record.description.params.members.map { ($0.name, $0.value.plainText) }, uniquingKeysWith: { $1 })
        status = JobStatus(record.status)
        attempts = record.attempts
        maxAttempts = record.description.maxAttempts
        submitted = Date(record.submittedDate)
        instances = record.instances.map { RecordedInstance($0) }
    }
}

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

extension Date {
    init(_ time: Timestamp) { self.init(timeIntervalSince1970: Double(time.milliseconds) / 1000) }
}
