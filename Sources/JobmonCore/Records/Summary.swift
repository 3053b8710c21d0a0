/// The number of jobs by status.
package struct Summary: Sendable, Equatable {
    /// Has an entry for every status that a job can have, also for those without jobs.
    package var jobs: [Status: Int]
    /// Running instances that have not been heard of for a long time.
    package var late: Int
    /// The number of rows in `error`.
    package var errors: Int
    /// The ledger's latest sequence number.
    package var sequence: Int64

    package init(jobs: [Status: Int], late: Int, errors: Int, sequence: Int64) {
        self.jobs = jobs
        self.late = late
        self.errors = errors
        self.sequence = sequence
    }
}
