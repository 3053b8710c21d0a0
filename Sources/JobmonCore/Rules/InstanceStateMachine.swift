/// Decides the effect of a reported status on a job instance; no other code does. The tests and the diagram in the docs
/// use the same table.
package enum InstanceStateMachine {
    /// The effect of a reported status on an instance.
    package enum Answer: Sendable, Equatable {
        /// The instance takes the status.
        case moves
        /// The status is known already: nothing changes.
        case repeats
        /// A RUNNING that comes after the end: it sets the start time, changes no status, and is not a contradiction.
        case fills
        /// It cannot be true together with what is recorded. It is refused and kept as evidence.
        case contradicts
    }

    /// The effect of `said` on an instance with the status `current`; nil stands for an instance that is being created.
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

    /// Every transition that moves an instance, derived from the table above.
    package static var edges: [(from: Status, to: Status)] {
        Status.ofInstances.flatMap { from in
            Status.ofInstances.filter { answer(current: from, said: $0) == .moves }.map { (from: from, to: $0) }
        }
    }
}
