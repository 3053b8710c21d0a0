import JobmonCore

/// Which of several processes that one command started this one is: MPI's rank, or its number in a scheduler's step.
package enum ProcessRank {
    /// The variables with the rank and the number of processes. The launcher that starts a process last comes first.
    private static let sources = [
        (rank: "OMPI_COMM_WORLD_RANK", sizes: ["OMPI_COMM_WORLD_SIZE"]),
        (rank: "PMIX_RANK", sizes: ["PMI_SIZE", "SLURM_STEP_NUM_TASKS"]), (rank: "PMI_RANK", sizes: ["PMI_SIZE"]),
    ]

    /// The rank as text; nil if there is only one process, or no such launcher.
    /// - Parameters:
    ///   - isStep: it is known to be a process of a step.
    ///   - variable: the environment.
    package static func current(isStep: Bool = false, _ variable: (String) -> String?) -> String? {
        func number(_ name: String) -> Int? { variable(name).flatMap { Int($0) } }
        for source in sources {
            guard let rank = number(source.rank) else { continue }
            return source.sizes.compactMap { number($0) }.first == 1 ? nil : "\(rank)"
        }
        for scheduler in ClusterScheduler.allCases {
            if let rank = WrapperDialect.of(scheduler).rank(isStep, variable) { return rank }
        }
        return nil
    }
}
