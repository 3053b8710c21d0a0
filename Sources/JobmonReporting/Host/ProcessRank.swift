/// The number of this process among those that one command started: the MPI rank, or the task number in a Slurm step.
package enum ProcessRank {
    /// The variables with the rank and the number of processes. The launcher that starts a process last comes first.
    private static let sources = [
        (rank: "OMPI_COMM_WORLD_RANK", sizes: ["OMPI_COMM_WORLD_SIZE"]),
        (rank: "PMIX_RANK", sizes: ["PMI_SIZE", "SLURM_STEP_NUM_TASKS"]), (rank: "PMI_RANK", sizes: ["PMI_SIZE"]),
    ]

    /// The rank as text; nil if there is only one process, or no such launcher.
    /// - Parameters:
    ///   - isStep: the process is known to be a task of a Slurm step. (A batch script has the number 0 too.)
    ///   - variable: reads a variable of the environment.
    package static func current(isStep: Bool = false, _ variable: (String) -> String?) -> String? {
        func number(_ name: String) -> Int? { variable(name).flatMap { Int($0) } }
        for source in sources {
            guard let rank = number(source.rank) else { continue }
            return source.sizes.compactMap { number($0) }.first == 1 ? nil : "\(rank)"
        }
        guard let rank = number("SLURM_PROCID"), let count = number("SLURM_STEP_NUM_TASKS") ?? number("SLURM_NTASKS"),
            count > 1
        else { return nil }
        // Special steps (such as the batch script) have negative or the largest possible numbers.
        let step = number("SLURM_STEP_ID") ?? number("SLURM_STEPID")
        let isTask = isStep || rank > 0 || step.map { (0..<1 << 31).contains($0) } ?? false
        return isTask ? "\(rank)" : nil
    }
}
