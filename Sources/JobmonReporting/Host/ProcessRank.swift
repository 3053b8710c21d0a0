/// Which of several processes that one command started this one is: MPI's rank, or the number of a task of Slurm's step.
package enum ProcessRank {
    /// What tells it, and how many there are; whoever started the process last stands first.
    private static let sources = [
        (rank: "OMPI_COMM_WORLD_RANK", sizes: ["OMPI_COMM_WORLD_SIZE"]),
        (rank: "PMIX_RANK", sizes: ["PMI_SIZE", "SLURM_STEP_NUM_TASKS"]), (rank: "PMI_RANK", sizes: ["PMI_SIZE"]),
    ]

    /// The rank as text; nil where there is only one process, or none of its kind.
    /// - Parameters:
    ///   - isStep: it is known to be a task of a step of Slurm's. A batch script has the number 0 too.
    ///   - variable: the environment.
    package static func current(isStep: Bool = false, _ variable: (String) -> String?) -> String? {
        func number(_ name: String) -> Int? { variable(name).flatMap { Int($0) } }
        for source in sources {
            guard let rank = number(source.rank) else { continue }
            return source.sizes.compactMap { number($0) }.first == 1 ? nil : "\(rank)"
        }
        guard let rank = number("SLURM_PROCID"), let count = number("SLURM_STEP_NUM_TASKS") ?? number("SLURM_NTASKS"),
            count > 1
        else { return nil }
        // The numbers of steps that are none (a batch script, say) are negative, or as large as can be.
        let step = number("SLURM_STEP_ID") ?? number("SLURM_STEPID")
        let isTask = isStep || rank > 0 || step.map { (0..<1 << 31).contains($0) } ?? false
        return isTask ? "\(rank)" : nil
    }
}
