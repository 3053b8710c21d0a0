/// One fact that the ledger records. Everything that is written is an event.
package struct Event: Sendable, Equatable {
    /// Who says it, and the how-manieth thing that it says: what makes a repeat of it a repeat. Without it there is no
    /// repeat detection.
    package var identity: EventIdentity?
    /// When it happened, where it happened. Nil: when the monitor received it.
    package var time: Timestamp?
    package var fact: Fact

    package init(identity: EventIdentity? = nil, time: Timestamp? = nil, fact: Fact) {
        self.identity = identity
        self.time = time
        self.fact = fact
    }
}

package struct EventIdentity: Sendable, Hashable {
    /// A UUID made by each writing process.
    package var sender: String
    /// Rising within the sender.
    package var seq: Int64

    package init(sender: String, seq: Int64) {
        self.sender = sender
        self.seq = seq
    }
}

/// What an event is about and says.
package enum Fact: Sendable, Equatable {
    /// A job is queued. Said again of the same key it can get more attempts, and while it was never started, another
    /// command, place, time limit and other resources.
    case job(JobReference, JobDescription)
    /// An instance is made, and with it its job where that is new.
    case submitted(InstanceReference?, Submission)
    /// An instance's command is about to start, or has started.
    case running(InstanceReference, Start)
    /// The process that an instance became.
    case process(InstanceReference, ProcessIdentity)
    /// An instance ended (`status` COMPLETE, FAILED, CANCELLED), or nobody knows any more (UNKNOWN).
    case outcome(InstanceReference, Outcome)
    /// What a running job says went wrong, in its own words. It changes no status: when the instance then ends with an
    /// exit code that is not 0, this is a part of its error.
    case error(InstanceReference, Report)
    /// These instances are alive. Never spooled, and not kept as an event.
    case heartbeat([InstanceReference])
    /// A person wants the job tried once more; the resources that are given take the place of what it asked for.
    case retry(JobReference, resources: JSONObject = [:])
    /// A person wants the job over.
    case cancel(JobReference)
    /// A person wants the job out of lists, counts and reports. Its key is free for another job.
    case forget(JobReference)
    /// What came as an event and can't be read as one, and why. It is refused, and kept as evidence like any other that is.
    case unreadable(JSON, Problem)

    /// The word for it in JSON and in the ledger.
    package var kind: String {
        switch self {
        case .job: "job"
        case .submitted: "submitted"
        case .running: "running"
        case .process: "process"
        case .outcome(_, let outcome): outcome.status.label.lowercased()
        case .error: "error"
        case .heartbeat: "heartbeat"
        case .retry: "retry"
        case .cancel: "cancel"
        case .forget: "forget"
        case .unreadable: "unreadable"
        }
    }
}

/// Which instance: by the key that its creator made (a UUID), or by the ledger's number.
package enum InstanceReference: Sendable, Hashable {
    case key(String)
    case id(Int64)
}

/// Which job: by its key within its queue, or by the ledger's number.
package enum JobReference: Sendable, Hashable {
    case key(queue: String, key: String)
    case jid(Int64)
}

/// The making of an instance.
package struct Submission: Sendable, Equatable {
    /// The job that it is an attempt at; nil: a new job, from `description`.
    package var job: JobReference?
    /// Given where the job may be new (always by `exec`): a job of that reference is made if there is none.
    package var description: JobDescription?
    /// The key of an instance whose job this one is a further attempt at, where no job is referred to: the scheduler
    /// started that job once more. A job is made from `description` if the instance is not known.
    package var continues: String?
    /// `exec`, `local`, `sge`, `slurm`, or any word of a plain requester.
    package var executor: String
    /// The executor's own name for it, such as `4711_3`; said again later if it is not known yet.
    package var executorID: String?
    /// Where its captured output goes; nil: it is not captured.
    package var stdoutPath: String?
    package var stderrPath: String?

    package init(
        job: JobReference? = nil, description: JobDescription? = nil, continues: String? = nil, executor: String,
        executorID: String? = nil, stdoutPath: String? = nil, stderrPath: String? = nil
    ) {
        self.job = job
        self.continues = continues
        self.description = description
        self.executor = executor
        self.executorID = executorID
        self.stdoutPath = stdoutPath
        self.stderrPath = stderrPath
    }
}

/// Where an instance runs.
package struct Start: Sendable, Equatable {
    package var host: String?
    package var bootID: String?
    package var executorID: String?
    package var process: ProcessIdentity?
    /// What a cluster's scheduler gave it.
    package var place: ClusterPlace?
    /// Who waits for its end, and alone tells it.
    package var wrapper: WrapperIdentity?

    package init(
        host: String? = nil, bootID: String? = nil, executorID: String? = nil, process: ProcessIdentity? = nil,
        place: ClusterPlace? = nil, wrapper: WrapperIdentity? = nil
    ) {
        self.host = host
        self.bootID = bootID
        self.executorID = executorID
        self.process = process
        self.place = place
        self.wrapper = wrapper
    }
}

/// The process around a command.
package struct WrapperIdentity: Sendable, Equatable {
    package var process: ProcessIdentity
    /// The pid namespace in which the numbers of wrapper and command mean anything (the inode of `/proc/self/ns/pid`).
    package var namespace: Int64

    package init(process: ProcessIdentity, namespace: Int64) {
        self.process = process
        self.namespace = namespace
    }
}

/// The place that a scheduler gave an instance in its cluster.
package struct ClusterPlace: Sendable, Equatable {
    /// The scheduler's queue or partition.
    package var queue: String?
    /// What it was given, as far as its environment says: `node`, `slots`, `memory` (bytes), `gpus`.
    package var allocated: JSONObject

    package init(queue: String? = nil, allocated: JSONObject = [:]) {
        self.queue = queue
        self.allocated = allocated
    }
}

/// A process, told apart from a later one that has the same number.
package struct ProcessIdentity: Sendable, Hashable {
    package var pid: Int32
    /// The process's start time in clock ticks since boot (`/proc/PID/stat`, field 22); nil when it could not be read.
    package var started: Int64?

    package init(pid: Int32, started: Int64? = nil) {
        self.pid = pid
        self.started = started
    }
}

/// What a job says went wrong.
package struct Report: Sendable, Equatable {
    /// In words.
    package var description: String
    /// The same as structure: where it was raised, by what, and what caused it; see docs/protocol.md.
    package var traceback: JSONObject?

    package init(_ description: String, traceback: JSONObject? = nil) {
        self.description = description
        self.traceback = traceback
    }
}

/// How an instance ended.
package struct Outcome: Sendable, Equatable {
    /// COMPLETE, FAILED, CANCELLED or UNKNOWN.
    package var status: Status
    /// The cause, where the sender knows it apart from the evidence (`lost`, a plain requester's word).
    package var cause: Cause?
    package var evidence: Evidence
    /// The process that it was, where no earlier fact said it: of a quick command one fact is enough.
    package var process: ProcessIdentity?
    package var usage: Usage
    /// The end of what it wrote to stderr, at most 64 KiB; nil when nobody looked.
    package var stderr: String?
    /// What went wrong, in the words of whoever knows better than stderr (a structured traceback).
    package var description: String?
    /// The same as structure.
    package var traceback: JSONObject?
    /// The attempt does not count: the instance was ended by Ctrl-C, or lost with its supervisor.
    package var returnsAttempt: Bool
    /// The captured files that turned out empty and were removed.
    package var stdoutEmpty: Bool
    package var stderrEmpty: Bool

    package init(
        status: Status, cause: Cause? = nil, evidence: Evidence = Evidence(), process: ProcessIdentity? = nil,
        usage: Usage = Usage(), stderr: String? = nil, description: String? = nil, traceback: JSONObject? = nil,
        returnsAttempt: Bool = false, stdoutEmpty: Bool = false, stderrEmpty: Bool = false
    ) {
        self.status = status
        self.cause = cause
        self.evidence = evidence
        self.process = process
        self.usage = usage
        self.stderr = stderr
        self.description = description
        self.traceback = traceback
        self.returnsAttempt = returnsAttempt
        self.stdoutEmpty = stdoutEmpty
        self.stderrEmpty = stderrEmpty
    }

    /// The outcome that evidence shows: status and cause by `Cause.decide`.
    package init(
        evidence: Evidence, process: ProcessIdentity? = nil, usage: Usage = Usage(), stderr: String? = nil,
        returnsAttempt: Bool = false, stdoutEmpty: Bool = false, stderrEmpty: Bool = false
    ) {
        let decided = Cause.decide(evidence)
        self.init(
            status: decided.status, cause: decided.cause, evidence: evidence, process: process, usage: usage,
            stderr: stderr, returnsAttempt: returnsAttempt || decided.cause?.returnsAttempt ?? false,
            stdoutEmpty: stdoutEmpty, stderrEmpty: stderrEmpty)
    }
}

extension Outcome {
    /// The command is known to be over, and why it ended is not: whoever ended it has the word.
    package var isOpen: Bool { status == .unknown && (evidence.exitCode != nil || evidence.signal != nil) }

    /// The end of a command with the scheduler's word on why it ended.
    package func closed(by word: SchedulerWord?) -> Outcome {
        var evidence = evidence
        evidence.scheduler = word ?? evidence.scheduler
        var outcome = Outcome(
            evidence: evidence, process: process, usage: usage, stderr: stderr, stdoutEmpty: stdoutEmpty,
            stderrEmpty: stderrEmpty)
        outcome.description = description
        return outcome
    }
}

/// The bounds of what is taken in.
package enum EventLimits {
    /// Bytes of one event's JSON text.
    package static let event = 4 << 20
    /// Bytes of one request's body.
    package static let request = 16 << 20
    /// Bytes of stderr that are kept.
    package static let stderr = 64 << 10
    /// Events in one request.
    package static let eventsPerRequest = 10000
}
