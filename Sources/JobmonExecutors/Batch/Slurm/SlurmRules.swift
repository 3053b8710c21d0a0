import JobmonCore

/// What differs between the versions of Slurm, as far as its answers are read here. All else is the same from 20 to 26.05:
/// what is asked for are fields that every version has, as text. (The form of its JSON changes with each version.)
struct SlurmRules: Sendable, Equatable {
    /// `sacct` shows exit codes as they were, since 25.11.0. Before, it subtracts 128 from those above 127, so that exit
    /// codes 9 and 137 look alike: `9:0`.
    var showsWholeExitCodes = false
    /// Each start of a job has an id of its own, the SLUID, since 24.11. Numbers of jobs are given again after a crash of the
    /// controller.
    var namesStarts = false

    /// - Parameter version: nil: it is not known. Then what is ambiguous in any version is taken to be so.
    init(_ version: SchedulerVersion?) {
        guard let version else { return }
        showsWholeExitCodes = version.isAtLeast(25, 11)
        namesStarts = version.isAtLeast(24, 11)
    }

    /// What an exit code of the accounting may stand for, in words; nil: for itself alone.
    /// - Parameter shown: what the accounting shows, such as `9:0`.
    func doubt(_ code: Int, shown: String) -> String? {
        guard !showsWholeExitCodes, (1...127).contains(code) else { return nil }
        return "exit code \(code) or \(code + 128): accounting of Slurm before 25.11 shows both as \(shown)"
    }

    var all: [VersionRule] {
        [
            showsWholeExitCodes
                ? VersionRule(text: "accounting shows exit codes as they were")
                : VersionRule(
                    text: "accounting subtracts 128 from exit codes above 127",
                    missing: "exit codes such as 9 and 137 are told apart only by jobs that report their own end; "
                        + "Slurm 25.11 shows them whole"),
            namesStarts
                ? VersionRule(text: "each start of a job has an id of its own (SLUID)")
                : VersionRule(
                    text: "starts of a job are told apart by its number and time",
                    missing: "an id of each start (SLUID); Slurm 24.11 has it"),
        ]
    }
}
