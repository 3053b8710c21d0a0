import JobmonCore

/// A job in the queue. There may be a million, most of them over or not started. What only the others need is in boxes;
/// what many have in common, they share.
struct QueueJob: Sendable {
    let jid: Int64
    private var described: PackedDescription
    var standing: JobStanding
    /// The job that failed, for which it waits; 0: none.
    var blockedBy: Int64 = 0 {
        didSet { standing.isBlocked = blockedBy != 0 }
    }
    private var alive: Box<LiveInstance>?
    private var relaunched: Box<Relaunches>?
    private var instancesMade: Int32
    private var losses: Int32
    /// Its line, as of the last time that it was ready.
    var line: Int32 = 0
    /// The set of limits that it is under.
    var limitSet: Int32 = 0
    var priority: Int32 = 0
    /// Whether this run must complete the job. Other jobs of the queue are only followed and recorded while they are
    /// alive.
    let isNamed: Bool
    /// A retry was requested before the queue knew that the last attempt is over.
    var retryAsked = false
    var phase: Phase

    init(
        jid: Int64, isNamed: Bool = true, description: JobDescription, standing: JobStanding, instances: Int,
        lossesRunning: Int
    ) {
        self.jid = jid
        self.isNamed = isNamed
        var description = description
        description.resources = Self.needed(description.resources)
        described = PackedDescription(description)
        self.standing = standing
        instancesMade = Int32(clamping: instances)
        losses = Int32(clamping: lossesRunning)
        phase = .queued
    }

    /// The number of instances made so far, which is the next one's `retry_number`.
    var instances: Int {
        get { Int(instancesMade) }
        set { instancesMade = Int32(clamping: newValue) }
    }

    /// The number of its latest instances that were lost with their supervisor, in a row.
    var lossesRunning: Int {
        get { Int(losses) }
        set { losses = Int32(clamping: newValue) }
    }

    /// The job's description; empty once the job is complete.
    var description: JobDescription { described.value }

    /// The instance that is not known to be over.
    var live: LiveInstance? {
        get { alive?.value }
        set { alive = newValue.map { Box($0) } }
    }

    /// Its earlier attempts, as far as relaunch rules count them.
    var relaunches: Relaunches {
        get { relaunched?.value ?? Relaunches() }
        set { relaunched = newValue == Relaunches() ? nil : Box(newValue) }
    }

    /// Replaces how the job runs; its name and params stay.
    mutating func describe(as description: JobDescription) {
        var changed = described.value
        var description = description
        description.resources = Self.needed(description.resources)
        if changed.takeExecution(of: description) { described = PackedDescription(changed) }
    }

    /// Replaces the requested resources, and the time limit if one is given.
    mutating func describe(resources: JSONObject, timeout: Double? = nil) {
        let resources = Self.needed(resources)
        var changed = described.value
        guard changed.resources != resources || timeout != nil else { return }
        changed.resources = resources
        changed.timeout = timeout ?? changed.timeout
        described = PackedDescription(changed)
    }

    /// Resources without the keys of the jobs that it waits for, which the graph has as numbers: there may be thousands.
    private static func needed(_ resources: JSONObject) -> JSONObject {
        guard resources[JobDescription.afterMember] != nil else { return resources }
        var needed = resources
        needed[JobDescription.afterMember] = nil
        return needed
    }

    /// Frees the description when it is not needed any more.
    mutating func forgetDescription() { described = Self.forgotten }

    private static let forgotten = PackedDescription(JobDescription(runfile: ""))

    /// The job's phase in the queue.
    enum Phase: Sendable, Equatable {
        /// Waits until the jobs that it needs are COMPLETE.
        case held
        /// Waits for room.
        case queued
        /// Waits until this time of the monotonic clock.
        case backingOff(until: Double)
        /// The creation of its instance is being recorded.
        case preparing
        /// Its instance is being handed to the executor.
        case submitting
        /// The executor has its instance, which has not started.
        case waiting
        case running
        /// The state of its instance is unknown right now.
        case unclear
        /// The executor says that its instance is over, without proof: its fence is being written.
        case fencing
        case complete
        case failed
        case cancelled

        var isOver: Bool { self == .complete || self == .failed || self == .cancelled }

        /// What it means for the jobs that wait for it.
        var upstream: Upstream {
            switch self {
            case .complete: .complete
            case .failed, .cancelled: .failed
            default: .open
            }
        }

        /// Whether an instance is with the executor, or may still run.
        var isUnderWay: Bool { takesRoom || self == .unclear || self == .fencing }

        /// Whether the executor has the instance, or is about to get it.
        var takesRoom: Bool { self == .preparing || self == .submitting || self == .waiting || self == .running }
    }
}

/// What a job means for those that wait for it.
enum Upstream {
    case open
    case complete
    /// It is over and did not complete.
    case failed
}
