import Glibc
package import JobmonCore

/// The scheduler's job that this process runs in, by what its environment says.
package struct ClusterJob: Sendable, Equatable {
    package var scheduler: ClusterScheduler
    /// The job's id, as the scheduler's commands take it.
    package var job: String
    /// The cluster's name, or cell; nil: it is not said.
    package var cluster: String?
    /// Its index in an array job; nil: it is none.
    package var task: Int?
    package var place: ClusterPlace
    /// How often the scheduler has started it before.
    package var restarts: Int
    /// What no other start of the scheduler's has, if it says one: an id of the start, else when it began. Ids of jobs are
    /// given again after a crash of the scheduler.
    package var stamp: String?

    /// The name of the executor in the ledger.
    package var executor: String { scheduler.rawValue }

    package var dialect: WrapperDialect { .of(scheduler) }

    /// The scheduler's name for it, such as `4711`, `4711_3` (Slurm) or `4711.3` (Grid Engine).
    package var executorID: String { dialect.executorID(job, task) }

    /// The one of this process; nil: it runs in none.
    /// - Parameter scheduler: the scheduler that started it, where that is known: the environment may have traces of
    ///   another one too, in which it was submitted.
    package static func current(of scheduler: ClusterScheduler? = nil) -> ClusterJob? {
        current(of: scheduler) { name in
            guard let value = getenv(name) else { return nil }
            let text = String(cString: value)
            return text.isEmpty || text == "undefined" ? nil : text
        }
    }

    /// The name that a scheduler's job was submitted under; nil: the environment does not say.
    /// - Parameter job: the job; nil: it is not known which scheduler runs it, and each is tried.
    package static func name(of job: ClusterJob?, _ variable: (String) -> String?) -> String? {
        let schedulers = job.map { [$0.scheduler] } ?? ClusterScheduler.allCases
        for scheduler in schedulers {
            if let name = variable(WrapperDialect.of(scheduler).nameVariable) { return name }
        }
        return nil
    }

    /// The one of a process with this environment.
    /// - Parameter variable: a variable's value; nil where there is none, or none of meaning.
    package static func current(of scheduler: ClusterScheduler? = nil, _ variable: (String) -> String?) -> ClusterJob? {
        let schedulers = scheduler.map { [$0] } ?? ClusterScheduler.allCases
        for scheduler in schedulers {
            if let job = WrapperDialect.of(scheduler).job(variable) { return job }
        }
        return nil
    }
}
