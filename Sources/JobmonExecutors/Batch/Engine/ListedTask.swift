import JobmonCore

/// A task that the scheduler has.
struct ListedTask: Sendable, Equatable {
    enum Standing: Sendable, Equatable {
        case waiting
        case running
        /// Held in error: it will not go on.
        case broken
    }

    var job: String
    /// Tasks of one row: a job that waits is one row for many.
    var numbers: [ClosedRange<Int>]
    var standing: Standing
    /// What shows that it is ours: the batch's key, or its name.
    var mark: String
}
