/// The interface for reading all jobs at once, for pictures of a whole run. Only a process that can read the ledger's
/// file has it: the rows of a million jobs are not sent.
///
/// Every method throws `.unavailable` if the ledger cannot be read.
package protocol SnapshotReading: LedgerReading {
    /// The jobs after a number, in the order of `jid`, at most `limit`; forgotten ones too.
    func snapshotRows(after jid: Int64, limit: Int) async throws(Problem) -> [SnapshotRow]
    /// These jobs, in the order of `jid`; forgotten ones too.
    func snapshotRows(of jids: [Int64]) async throws(Problem) -> [SnapshotRow]
    /// The jobs that have an error of each group, in the order of `jid`.
    func jobsByGroup() async throws(Problem) -> [Int64: [Int64]]
    /// The group of the error of each job's latest attempt, for jobs that have one.
    func latestGroups() async throws(Problem) -> [(jid: Int64, group: Int64)]
    /// The params that jobs have, in alphabetical order, with the number of their different values; nil: more than
    /// `most`.
    func params(most: Int) async throws(Problem) -> [(name: String, values: Int?)]
    /// The jobs by their value of a param, each list in the order of `jid`, for jobs after a number.
    func jobsByParam(_ name: String, after jid: Int64) async throws(Problem) -> [(value: String, jids: [Int64])]
    /// The jobs with an instance that is late.
    func lateJobs() async throws(Problem) -> [Int64]
    /// What attempts say of the resources that jobs need: those that are COMPLETE, run, or were ended at a limit.
    /// - Parameters:
    ///   - jids: of these jobs, each named once; nil: of all jobs, the forgotten ones too.
    ///   - now: attempts that run count until then.
    func usageRows(of jids: [Int64]?, now: Timestamp) async throws(Problem) -> UsageRows
}
