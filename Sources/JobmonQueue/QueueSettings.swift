package import JobmonCore

/// What a queue is opened with.
package struct QueueSettings: Sendable, Equatable {
    package var layout: DirectoryLayout
    package var queue: String
    /// The executor's word in the ledger, such as `local`.
    package var executor: String
    /// How many commands run at once.
    package var slots: Int

    package init(layout: DirectoryLayout, queue: String, executor: String = "local", slots: Int) {
        self.layout = layout
        self.queue = queue
        self.executor = executor
        self.slots = slots
    }
}
