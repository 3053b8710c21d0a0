import JobmonCore

/// A job as the queue has it. There may be a million, of which most are over or not begun: what only the others need lies
/// aside, in boxes that are not there, or shared, for the rest.
struct QueueJob: Sendable {
    let jid: Int64
    /// This run is to bring it to its end. Of other jobs of the queue only what is still alive is followed and recorded.
    let isNamed: Bool
    private var described: Box<JobDescription>
    var standing: JobStanding
    /// Instances made so far: the next one's `retry_number`.
    var instances: Int
    /// How many of its latest instances in a row were lost with their supervisor.
    var lossesRunning: Int
    var phase: Phase
    /// Somebody asked for another attempt before the queue knew that the last one is over.
    var retryAsked = false
    private var alive: Box<LiveInstance>?

    init(
        jid: Int64, isNamed: Bool = true, description: JobDescription, standing: JobStanding, instances: Int,
        lossesRunning: Int
    ) {
        self.jid = jid
        self.isNamed = isNamed
        described = Box(description)
        self.standing = standing
        self.instances = instances
        self.lossesRunning = lossesRunning
        phase = .queued
    }

    /// What it is to do; of one that is complete, nothing.
    var description: JobDescription { described.value }

    /// The instance that is not known to be over.
    var live: LiveInstance? {
        get { alive?.value }
        set { alive = newValue.map { Box($0) } }
    }

    /// What it asks for from now on.
    mutating func describe(resources: JSONObject) {
        guard described.value.resources != resources else { return }
        var changed = described.value
        changed.resources = resources
        described = Box(changed)
    }

    /// The description is never needed again.
    mutating func forgetDescription() { described = Self.forgotten }

    private static let forgotten = Box(JobDescription(runfile: ""))

    /// Where a job stands in the queue.
    enum Phase: Sendable, Equatable {
        /// Waits for room.
        case queued
        /// Waits for its time (of the steady clock).
        case backingOff(until: Double)
        /// The making of its instance is being recorded.
        case preparing
        /// Its instance is being handed to the executor.
        case submitting
        /// The executor has its instance, not started.
        case waiting
        case running
        /// Nobody can say anything about its instance right now.
        case unclear
        /// The executor says that its instance is over, without proof: its fence is being written.
        case fencing
        case complete
        case failed
        case cancelled

        var isOver: Bool { self == .complete || self == .failed || self == .cancelled }

        /// The executor has the instance, or is about to.
        var takesRoom: Bool { self == .preparing || self == .submitting || self == .waiting || self == .running }
    }
}

/// A value aside.
private final class Box<Value: Sendable>: Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
