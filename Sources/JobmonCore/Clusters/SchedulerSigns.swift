/// What shows that a scheduler is at work: its name for people, the mark that its jobs carry, and the lines that it
/// writes among theirs.
package struct SchedulerSigns: Sendable {
    /// The scheduler's name for people, such as `Slurm`.
    package var title: String
    /// The environment variable that holds the number of a job in each of the job's processes.
    package var jobVariable: String
    /// The command that shows a waiting job with the reason for its waiting, without the job's number.
    package var listing: String
    /// The scheduler's name for a limit of a job's address space; nil: it sets none.
    package var addressSpaceLimit: String?
    /// Whether an environment variable describes the place of a process in a job.
    package var isPlace: @Sendable (_ variable: String) -> Bool
    /// Whether a word is the name of the scheduler, or of a descendant of it, as its commands print it with the version.
    var isProduct: @Sendable (_ word: String) -> Bool
    /// Whether an environment variable changes what the scheduler's commands print, to the taste of its user.
    package var isTaste: @Sendable (_ variable: String) -> Bool
    /// Each line that the scheduler itself writes has one of these phrases.
    var phrases: [String]
    /// Whether the scheduler itself wrote a line that stands among those of a job.
    var isLine: @Sendable (Substring) -> Bool
    /// Of such lines the one that tells why the scheduler ended the job, and not only that the job is over.
    var ending: @Sendable (_ among: [Substring]) -> Substring?
    /// Whether such a line says that a process was killed for its memory.
    var isMemoryKill: @Sendable (Substring) -> Bool
}

extension SchedulerSigns {
    static let slurm = SchedulerSigns(
        title: "Slurm", jobVariable: "SLURM_JOB_ID", listing: "squeue -l -j", addressSpaceLimit: nil,
        isPlace: { $0.hasPrefix("SLURM_") && $0 != "SLURM_CONF" },
        isProduct: { $0.hasPrefix("slurm") },
        isTaste: { variable in
            ["SQUEUE_", "SCANCEL_", "SACCT_", "SINFO_", "SCONTROL_"].contains { variable.hasPrefix($0) }
                || ["SLURM_TIME_FORMAT", "SLURM_JSON", "SLURM_YAML"].contains(variable)
        }, phrases: SlurmLine.phrases,
        isLine: { SlurmLine.isOne($0) },
        ending: { SlurmLine.ending(among: $0) }, isMemoryKill: { SlurmLine.isMemoryKill($0) })

    /// Grid Engine writes nothing among the lines of its jobs.
    static let gridEngine = SchedulerSigns(
        title: "Grid Engine", jobVariable: "JOB_ID", listing: "qstat -j", addressSpaceLimit: "h_vmem",
        isPlace: { _ in false }, isProduct: { $0.hasSuffix("GE") || ["OCS", "GCS"].contains($0) },
        isTaste: { _ in false }, phrases: [], isLine: { _ in false }, ending: { _ in nil },
        isMemoryKill: { _ in false }
    )
}

/// Lines that some scheduler wrote among those of a job.
enum SchedulerLine {
    private static let signs = ClusterScheduler.allCases.map(\.signs)

    /// Each of these lines has one of these phrases.
    static let phrases = signs.flatMap(\.phrases)

    static func isOne(_ line: Substring) -> Bool { signs.contains { $0.isLine(line) } }

    static func isMemoryKill(_ line: Substring) -> Bool { signs.contains { $0.isMemoryKill(line) } }

    /// The line that tells why a scheduler ended the job.
    static func ending(among lines: [Substring]) -> Substring? {
        signs.lazy.compactMap { $0.ending(lines) }.first
    }
}
