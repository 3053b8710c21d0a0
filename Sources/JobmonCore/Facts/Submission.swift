/// The creation of an instance.
package struct Submission: Sendable, Equatable {
    /// The job of which this is an attempt; nil: a new job, from `description`.
    package var job: JobReference?
    /// Set if the job may be new (always by `exec`). If no job has that reference, one is made from this description.
    package var description: JobDescription?
    /// Used if `job` is nil: the key of an instance whose job this attempt continues, because the scheduler started it
    /// again. If that instance is not known, a job is made from `description`.
    package var continues: String?
    /// `exec`, `local`, `sge`, `slurm`, or any name that a plain requester gives.
    package var executor: String
    /// The executor's own name for the instance, such as `4711_3`; sent later if it is not known yet.
    package var executorID: String?
    /// The path of the captured output; nil: it is not captured.
    package var stdoutPath: String?
    package var stderrPath: String?
    /// What the attempt asks for, as far as its sender knows.
    package var requested: RequestedResources

    package init(
        job: JobReference? = nil, description: JobDescription? = nil, continues: String? = nil, executor: String,
        executorID: String? = nil, stdoutPath: String? = nil, stderrPath: String? = nil,
        requested: RequestedResources = RequestedResources()
    ) {
        self.job = job
        self.continues = continues
        self.description = description
        self.executor = executor
        self.executorID = executorID
        self.stdoutPath = stdoutPath
        self.stderrPath = stderrPath
        self.requested = requested
    }
}
