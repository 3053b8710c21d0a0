/// The making of an instance.
package struct Submission: Sendable, Equatable {
    /// The job that it is an attempt at; nil: a new job, from `description`.
    package var job: JobReference?
    /// Given where the job may be new (always by `exec`): a job of that reference is made if there is none.
    package var description: JobDescription?
    /// The key of an instance whose job this one is a further attempt at, where no job is referred to: the scheduler
    /// started that job once more. A job is made from `description` if the instance is not known.
    package var continues: String?
    /// `exec`, `local`, `sge`, `slurm`, or any word of a plain requester.
    package var executor: String
    /// The executor's own name for it, such as `4711_3`; said again later if it is not known yet.
    package var executorID: String?
    /// Where its captured output goes; nil: it is not captured.
    package var stdoutPath: String?
    package var stderrPath: String?

    package init(
        job: JobReference? = nil, description: JobDescription? = nil, continues: String? = nil, executor: String,
        executorID: String? = nil, stdoutPath: String? = nil, stderrPath: String? = nil
    ) {
        self.job = job
        self.continues = continues
        self.description = description
        self.executor = executor
        self.executorID = executorID
        self.stdoutPath = stdoutPath
        self.stderrPath = stderrPath
    }
}
