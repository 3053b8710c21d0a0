/// What becomes of a status that is said of a job instance. The only place that knows; the tests and the diagram in
/// the docs read the same table.
package enum InstanceStateMachine {
    /// The answer to "the instance has `current`; now somebody says `said`".
    package enum Answer: Sendable, Equatable {
        /// The instance takes the status.
        case moves
        /// It is said already: nothing changes.
        case repeats
        /// A RUNNING that comes after the end: it fills in the start, changes no status, and is no contradiction.
        case fills
        /// It can't be true together with what is recorded: refused, and kept as evidence.
        case contradicts
    }

    /// What `said` does to an instance with the status `current`; nil is one that is being created.
    package static func answer(current: Status?, said: Status) -> Answer {
        guard let current else { return said == .submitted ? .moves : .contradicts }
        switch (current, said) {
        case (_, .queued), (.queued, _): return .contradicts
        case (_, .submitted): return .repeats
        case (.submitted, _): return .moves
        case (.running, .running): return .repeats
        case (.running, _): return .moves
        case (.unknown, .unknown): return .repeats
        case (.unknown, _): return .moves
        case (_, .running): return .fills
        default: return current == said ? .repeats : .contradicts
        }
    }

    /// Every edge that moves an instance, from the table above.
    package static var edges: [(from: Status, to: Status)] {
        Status.ofInstances.flatMap { from in
            Status.ofInstances.filter { answer(current: from, said: $0) == .moves }.map { (from: from, to: $0) }
        }
    }
}
