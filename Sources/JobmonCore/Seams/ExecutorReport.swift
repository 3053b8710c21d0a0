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
