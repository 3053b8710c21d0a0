/// Where an instance runs.
package struct Start: Sendable, Equatable {
    package var host: String?
    package var bootID: String?
    package var executorID: String?
    package var process: ProcessIdentity?
    /// What a cluster's scheduler allocated to it.
    package var place: ClusterPlace?
    /// The process that waits for its end, and the only one that reports it.
    package var wrapper: WrapperIdentity?

    package init(
        host: String? = nil, bootID: String? = nil, executorID: String? = nil, process: ProcessIdentity? = nil,
        place: ClusterPlace? = nil, wrapper: WrapperIdentity? = nil
    ) {
        self.host = host
        self.bootID = bootID
        self.executorID = executorID
        self.process = process
        self.place = place
        self.wrapper = wrapper
    }
}

/// The place that a scheduler allocated to an instance in its cluster.
package struct ClusterPlace: Sendable, Equatable {
    /// The scheduler's queue or partition.
    package var queue: String?
    /// The allocated resources, as far as the environment shows them: `node`, `slots`, `memory` (bytes), `gpus`,
    /// `account`, `sluid` (Slurm's id of the start).
    package var allocated: JSONObject

    package init(queue: String? = nil, allocated: JSONObject = [:]) {
        self.queue = queue
        self.allocated = allocated
    }
}
