/// How many jobs there are of each status.
package struct Summary: Sendable, Equatable {
    /// Every status that a job can have, also those with no job.
    package var jobs: [Status: Int]
    /// Running instances of which nothing was heard for long.
    package var late: Int
    /// Rows in `error`.
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
