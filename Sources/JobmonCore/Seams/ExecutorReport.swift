/// A report of an executor. The fact is spooled before the report is sent.
package enum ExecutorReport: Sendable, Equatable {
    case started(instanceKey: String)
    /// For a COMPLETE instance, the outcome may contain no more than the status.
    case ended(instanceKey: String, outcome: Outcome)
    /// The instance was handed back unstarted: it stays SUBMITTED, and may be handed over again under the same key.
    case returned(instanceKey: String)
    /// What the executor found out about an instance that did not report itself. This is not spooled.
    case found(instanceKey: String, Observation)
    /// A message for the user.
    case remark(String)
    /// The number of spooled facts that no monitor has acknowledged yet.
    case unacknowledged(Int)
    /// The executor's own process is gone; the instances that it had must be observed.
    case lost(String)
}

/// Why an executor did not do what it was asked to do.
package enum ExecutorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It could not be asked, or its answer is not complete. This says nothing about any instance.
    case unreachable(String)
    /// It cannot work at all: what is wrong and what to do.
    case unusable(Problem)

    package var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .unusable(let problem): problem.description
        }
    }
}
