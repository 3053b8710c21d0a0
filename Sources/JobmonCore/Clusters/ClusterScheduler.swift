/// A scheduler of clusters that jobmon works with. The raw value is its word in the ledger and for `--executor`.
///
/// What is particular to a scheduler stands in three places, each found by one exhaustive switch: its `SchedulerSigns`
/// (here), its `WrapperDialect` (what a process within one of its jobs must know) and its `BatchDialect` (its commands, and
/// what they answer). Nothing else asks which scheduler it is.
package enum ClusterScheduler: String, CaseIterable, Sendable {
    case slurm
    case sge

    /// What shows that the scheduler is at work.
    package var signs: SchedulerSigns {
        switch self {
        case .slurm: .slurm
        case .sge: .gridEngine
        }
    }
}
