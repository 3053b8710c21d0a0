/// A process of this host, with what tells which job it belongs to.
package struct ProcessRecord: Sendable, Equatable {
    package var identity: ProcessIdentity
    package var parent: Int32
    package var group: Int32
    package var session: Int32
    /// It has ended, and only its parent has not noticed yet.
    package var isOver: Bool
    /// It is our user's by its effective user.
    package var isOurs: Bool
    package var marks: ProcessMarks

    package init(
        _ identity: ProcessIdentity, parent: Int32, group: Int32, session: Int32, isOver: Bool = false,
        isOurs: Bool = true, marks: ProcessMarks = ProcessMarks()
    ) {
        self.identity = identity
        self.parent = parent
        self.group = group
        self.session = session
        self.isOver = isOver
        self.isOurs = isOurs
        self.marks = marks
    }
}

/// The variables in the environment of a process that name a job; nil: not there, or not to be read.
package struct ProcessMarks: Sendable, Equatable {
    /// `JOBMON_INSTANCE`.
    package var instance: String?
    /// The numbers of schedulers' jobs (`SLURM_JOB_ID` and its like).
    package var jobs: [ClusterScheduler: String]

    package init(instance: String? = nil, jobs: [ClusterScheduler: String] = [:]) {
        self.instance = instance
        self.jobs = jobs
    }

    /// A process with these belongs to another job than one with `others`. What is missing names no job.
    func contradict(_ others: ProcessMarks) -> Bool {
        (instance != nil && instance != others.instance) || jobs.contains { others.jobs[$0.key] != $0.value }
    }
}
