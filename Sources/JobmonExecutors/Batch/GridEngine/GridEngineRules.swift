import JobmonCore

/// What differs between Grid Engine and its descendants, as far as their answers are read here. Forms of dates, amounts with
/// and without units, and labels with blanks or `_` are read in any version.
struct GridEngineRules: Sendable, Equatable {
    /// Accounting is a file of JSON lines, `accounting.jsonl`, since Open Cluster Scheduler 9.0.
    var accountsInLines = false
    /// Accounting names who deleted a job, since Open Cluster Scheduler 9.1.2.
    var namesDeleter = false
    /// Accounting has the peak of resident memory, since Open Cluster Scheduler 9.0. Others have only address space.
    var measuresMemory = false

    /// - Parameter version: nil: it is not known. Then it is read like Grid Engine 8.
    init(_ version: SchedulerVersion?) {
        guard let version, version.isClusterScheduler else { return }
        accountsInLines = true
        measuresMemory = true
        namesDeleter = version.isAtLeast(9, 1, 2)
    }

    var all: [VersionRule] {
        [
            VersionRule(
                text: accountsInLines
                    ? "accounting is read from accounting.jsonl, or by qacct where that cannot be read"
                    : "accounting is read by qacct"),
            namesDeleter
                ? VersionRule(text: "accounting names who deleted a job")
                : VersionRule(
                    text: "deletions and limits are told apart by the limits of the job and what it used",
                    missing: "who deleted a job; Open Cluster Scheduler 9.1.2 says it"),
            measuresMemory
                ? VersionRule(text: "accounting has the peak of resident memory")
                : VersionRule(
                    text: "accounting has address space only (maxvmem)",
                    missing: "the memory of jobs that could not report their own end; Open Cluster Scheduler 9 has it"),
        ]
    }
}
