package import JobmonCore

/// What a queue is opened with.
package struct QueueSettings: Sendable, Equatable {
    package var layout: DirectoryLayout
    package var queue: String
    /// The executor's word in the ledger, such as `local`.
    package var executor: String
    /// How many commands run at once; in a cluster, how many instances the scheduler has at once.
    package var slots: Int
    /// Seconds between two looks at a cluster's scheduler, at least; nil: as it is usual.
    package var interval: Double?

    package init(
        layout: DirectoryLayout, queue: String, executor: String = "local", slots: Int, interval: Double? = nil
    ) {
        self.layout = layout
        self.queue = queue
        self.executor = executor
        self.slots = slots
        self.interval = interval
    }
}
