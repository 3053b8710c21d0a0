package import JobmonCore

/// The settings with which a queue is opened.
package struct QueueSettings: Sendable, Equatable {
    package var layout: DirectoryLayout
    package var queue: String
    /// The executor's name in the ledger, such as `local`.
    package var executor: String
    /// What the jobs may take of this host, all together. In a cluster only the number of slots counts: it is the maximum
    /// number of instances that the scheduler has at once.
    package var room: MachineRoom
    /// The minimum number of seconds between two polls of a cluster's scheduler; nil: the default.
    package var interval: Double?

    package init(
        layout: DirectoryLayout, queue: String, executor: String = "local", slots: Int, interval: Double? = nil
    ) {
        self.layout = layout
        self.queue = queue
        self.executor = executor
        room = MachineRoom(slots: slots)
        self.interval = interval
    }
}
