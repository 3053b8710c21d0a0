public import FoundationEssentials
import JobmonCore

/// A job in the ledger.
public struct RecordedJob: Sendable, Hashable {
    /// The number of the job in the ledger.
    public var jid: Int64
    /// The job's name for people.
    public var name: String
    /// The queue that owns it; nil for jobs of `jobmon exec` and of `monitored`.
    public var queue: String?
    /// Its key within the queue.
    public var key: String?
    /// The program and its arguments.
    public var command: [String]
    /// Its named params, as text.
    public var params: [String: String]
    /// The status, derived from its attempts: QUEUED if another one is due, COMPLETE if any is complete, else the
    /// latest one's.
    public var status: JobStatus
    /// The number of attempts used.
    public var attempts: Int
    /// The maximum number of attempts.
    public var maxAttempts: Int
    /// When it was queued, or first reported.
    public var submitted: Date
    /// Its attempts, oldest first.
    public var instances: [RecordedInstance]

    /// The reason for its status in one line, such as `exit code 1: ValueError: no data for 1987`; nil if there is
    /// none.
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

extension Date {
    init(_ time: Timestamp) { self.init(timeIntervalSince1970: Double(time.milliseconds) / 1000) }
}
