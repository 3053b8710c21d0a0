/// The seam to what runs instances: local processes, Grid Engine, Slurm.
///
/// Reports come on their own through `reports`; `observe` is for what did not report. An executor never writes to the
/// ledger: whoever runs the instance (the supervisor, the wrapper) does, through the spool.
package protocol Executor: Sendable {
    /// The word in the ledger: `local`, `sge`, `slurm`.
    var name: String { get }
    /// Hands instances over. Returns what became of each, in order; an instance that is `taken` is reported on until
    /// it has ended. A batch, so that a cluster executor can make it one array job.
    /// - Throws: `.unreachable` when nobody can say whether they were taken: observe their keys before anything else.
    func submit(_ batch: [InstanceOrder]) async throws(ExecutorError) -> [SubmitAnswer]
    /// What is known of instances by the executor's own word, from one query for all.
    /// - Throws: `.unreachable`, which is not "gone".
    func observe(_ keys: [String]) async throws(ExecutorError) -> [String: Observation]
    /// Asks that instances be ended or, not started yet, not started. Their outcomes come as reports.
    /// - Parameter returningAttempt: it is our doing, not the user's wish: the attempt does not count.
    func cancel(_ keys: [String], returningAttempt: Bool) async throws(ExecutorError)
    /// Takes back all that has not started; each comes as a `returned`. Returns when nothing starts any more of what was
    /// handed over before, or the executor can't be asked.
    func recall() async
    /// The ends of these are on record: nothing of them is to be found out any more.
    func forget(_ keys: [String])
    /// What the executor reports, from the moment of this call on, in order and by the handful; one reader at a time.
    func reports() -> AsyncStream<[ExecutorReport]>
    /// Starts nothing more, ends what runs when `ending` (TERM, then KILL after a grace period), and returns once all
    /// is over and spooled.
    func stop(ending: Bool) async
    /// The queue is done: nothing that it has is unclear. What an earlier process of it left, and is over on record, goes.
    func tidy() async
}

extension Executor {
    /// For one that reports every end itself, and so knows.
    package func forget(_ keys: [String]) {}

    package func tidy() async {}
}

/// An instance to run.
package struct InstanceOrder: Sendable, Equatable {
    package var instanceKey: String
    package var jid: Int64
    /// From 0; for `{attempt}`, which is one more.
    package var retryNumber: Int
    package var description: JobDescription
    /// Where its output goes; nil: nowhere.
    package var stdoutPath: String?
    package var stderrPath: String?

    package init(
        instanceKey: String, jid: Int64, retryNumber: Int, description: JobDescription, stdoutPath: String? = nil,
        stderrPath: String? = nil
    ) {
        self.instanceKey = instanceKey
        self.jid = jid
        self.retryNumber = retryNumber
        self.description = description
        self.stdoutPath = stdoutPath
        self.stderrPath = stderrPath
    }
}

/// What became of an order.
package enum SubmitAnswer: Sendable, Equatable {
    /// The executor has it.
    case taken(executorID: String?)
    /// It takes no more for now, and why; the same order may be handed over again later.
    case notNow(String)
    /// It does not take it, and why; it will never run.
    case refused(String)
}

/// What an executor knows of an instance.
package enum Observation: Sendable, Equatable {
    /// It waits for its start.
    case waiting
    /// It runs.
    case running
    /// It ended like this.
    case ended(Outcome)
    /// It is not there, from a complete look: it never started.
    case neverStarted
    /// It is not there, from a complete look, and was started once: it is over, and nobody saw its end.
    case gone
    /// It is not there, and nobody can say whether it is over: why.
    case unknown(String)
}

/// What an executor reports on its own. By the time of a report the fact is spooled.
package enum ExecutorReport: Sendable, Equatable {
    case started(instanceKey: String)
    /// Of one that is COMPLETE the outcome may say no more than that.
    case ended(instanceKey: String, outcome: Outcome)
    /// It was handed back unstarted: it stays SUBMITTED and may be handed on under the same key.
    case returned(instanceKey: String)
    /// What the executor found out about an instance that did not report itself. Nothing of it is spooled.
    case found(instanceKey: String, Observation)
    /// Something that a person should know.
    case remark(String)
    /// How many spooled facts no monitor has acknowledged yet.
    case unacknowledged(Int)
    /// The executor's own process is gone; instances that it had must be observed.
    case lost(String)
}

/// Why an executor did not do as asked.
package enum ExecutorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It could not be asked, or its answer is not complete. Nothing follows from that for any instance.
    case unreachable(String)
    /// It can't work at all: what is wrong and what to do.
    case unusable(Problem)

    package var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .unusable(let problem): problem.description
        }
    }
}
