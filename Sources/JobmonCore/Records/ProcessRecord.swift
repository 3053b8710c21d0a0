/// A process of this host, with the values that show which job it belongs to.
package struct ProcessRecord: Sendable, Equatable {
    package var identity: ProcessIdentity
    package var parent: Int32
    package var group: Int32
    package var session: Int32
    /// It has ended, but its parent has not waited for it yet (a zombie).
    package var isOver: Bool
    /// Its effective user is ours.
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

/// The variables in a process's environment that name a job; nil: not set, or not readable.
package struct ProcessMarks: Sendable, Equatable {
    /// `JOBMON_INSTANCE`.
    package var instance: String?
    /// The numbers of schedulers' jobs (`SLURM_JOB_ID` and its like).
    package var jobs: [ClusterScheduler: String]

    package init(instance: String? = nil, jobs: [ClusterScheduler: String] = [:]) {
        self.instance = instance
        self.jobs = jobs
    }

    /// Whether a process with these marks belongs to another job than a process with `others`. A missing mark
    /// contradicts nothing.
    func contradict(_ others: ProcessMarks) -> Bool {
        (instance != nil && instance != others.instance) || jobs.contains { others.jobs[$0.key] != $0.value }
    }
}
