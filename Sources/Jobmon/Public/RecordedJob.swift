public import FoundationEssentials
import JobmonCore

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

extension Date {
    init(_ time: Timestamp) { self.init(timeIntervalSince1970: Double(time.milliseconds) / 1000) }
}
