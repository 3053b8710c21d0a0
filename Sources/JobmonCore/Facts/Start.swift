/// Where an instance runs.
package struct Start: Sendable, Equatable {
    package var host: String?
    package var bootID: String?
    package var executorID: String?
    package var process: ProcessIdentity?
    /// What a cluster's scheduler gave it.
    package var place: ClusterPlace?
    /// Who waits for its end, and alone tells it.
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

/// The place that a scheduler gave an instance in its cluster.
package struct ClusterPlace: Sendable, Equatable {
    /// The scheduler's queue or partition.
    package var queue: String?
    /// What it was given, as far as its environment says: `node`, `slots`, `memory` (bytes), `gpus`.
    package var allocated: JSONObject

    package init(queue: String? = nil, allocated: JSONObject = [:]) {
        self.queue = queue
        self.allocated = allocated
    }
}
