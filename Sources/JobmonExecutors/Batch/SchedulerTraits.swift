import JobmonCore

/// What is known of a scheduler's configuration.
package struct SchedulerTraits: Sendable, Equatable {
    /// Tasks in one array job.
    package var maxTasks = 1000
    /// Something that can be asked for by name.
    package struct Resource: Sendable, Equatable {
        package var name: String
        /// What is asked for is counted per slot.
        package var perSlot = true
        /// The scheduler keeps count of it; else it is what a node reports, or nothing that is known here.
        package var isCounted = false
    }

    package var memories: [Resource] = []
    package var gpus: Resource?
    /// Parallel environments, those first whose slots are on one host.
    package var environments: [String] = []
    var isRead = false
}
