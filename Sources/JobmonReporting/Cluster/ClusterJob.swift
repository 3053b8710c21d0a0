import Glibc
package import JobmonCore

/// The scheduler's job that this process runs in, by what its environment says.
package struct ClusterJob: Sendable, Equatable {
    package enum Scheduler: String, Sendable {
        case slurm
        case sge
    }

    package var scheduler: Scheduler
    /// The job's id, as the scheduler's commands take it.
    package var job: String
    /// The cluster's name, or cell; nil: it is not said.
    package var cluster: String?
    /// Its index in an array job; nil: it is none.
    package var task: Int?
    package var place: ClusterPlace
    /// How often the scheduler has started it before.
    package var restarts: Int
    /// What no other start of the scheduler's has, if it says one: Slurm's SLUID, else when this start began. Ids are given
    /// again after a crash of the scheduler.
    package var stamp: String?

    /// The name of the executor in the ledger.
    package var executor: String { scheduler.rawValue }

    /// The scheduler's name for it, such as `4711`, `4711_3` (Slurm) or `4711.3` (Grid Engine).
    package var executorID: String {
        guard let task else { return job }
        return scheduler == .slurm ? "\(job)_\(task)" : "\(job).\(task)"
    }

    /// The one of this process; nil: it runs in none.
    /// - Parameter scheduler: the scheduler that started it, where that is known: the environment may have traces of
    ///   another one too, in which it was submitted.
    package static func current(of scheduler: Scheduler? = nil) -> ClusterJob? {
        ClusterJob(of: scheduler) { name in
            guard let value = getenv(name) else { return nil }
            let text = String(cString: value)
            return text.isEmpty || text == "undefined" ? nil : text
        }
    }

    /// - Parameter variable: a variable's value; nil where there is none, or none of meaning.
    package init?(of scheduler: Scheduler? = nil, _ variable: (String) -> String?) {
        if scheduler != .sge, let id = variable("SLURM_JOB_ID") {
            self.init(slurm: id, variable)
        } else if scheduler != .slurm, let id = variable("JOB_ID"), variable("SGE_TASK_ID") ?? variable("QUEUE") != nil,
            variable("SGE_ROOT") ?? variable("SGE_O_HOST") != nil
        {
            self.init(sge: id, variable)
        } else {
            return nil
        }
    }

    private init(slurm id: String, _ variable: (String) -> String?) {
        scheduler = .slurm
        task = variable("SLURM_ARRAY_TASK_ID").flatMap { Int($0) }
        job = task == nil ? id : variable("SLURM_ARRAY_JOB_ID") ?? id
        restarts = variable("SLURM_RESTART_COUNT").flatMap { Int($0) } ?? 0
        cluster = variable("SLURM_CLUSTER_NAME")
        stamp = variable("SLURM_JOB_SLUID") ?? variable("SLURM_JOB_START_TIME")
        var allocated = JSONObject()
        func number(_ name: String) -> Int64? { variable(name).flatMap { Int64($0) } }
        allocated.append("node", ifPresent: variable("SLURMD_NODENAME").map { .string($0) })
        let slots = number("SLURM_CPUS_PER_TASK") ?? number("SLURM_CPUS_ON_NODE")
        allocated.append("slots", ifPresent: slots.map { .int($0) })
        // In megabytes, and 0 stands for all that the node has.
        let memory = number("SLURM_MEM_PER_NODE") ?? number("SLURM_MEM_PER_CPU").map { $0 * (slots ?? 1) }
        allocated.append("memory", ifPresent: memory.flatMap { $0 > 0 ? .int($0 << 20) : nil })
        let gpus = variable("SLURM_JOB_GPUS").map { Int64($0.split(separator: ",").count) }
        allocated.append("gpus", ifPresent: (gpus ?? number("SLURM_GPUS")).map { .int($0) })
        allocated.append("account", ifPresent: variable("SLURM_JOB_ACCOUNT").map { .string($0) })
        place = ClusterPlace(queue: variable("SLURM_JOB_PARTITION"), allocated: allocated)
    }

    private init(sge id: String, _ variable: (String) -> String?) {
        scheduler = .sge
        job = id
        task = variable("SGE_TASK_ID").flatMap { Int($0) }
        restarts = variable("RESTARTED").flatMap { Int($0) } ?? 0
        cluster = variable("SGE_CELL")
        var allocated = JSONObject()
        allocated.append("node", ifPresent: variable("HOSTNAME").map { .string($0) })
        allocated.append("slots", ifPresent: variable("NSLOTS").flatMap { Int64($0) }.map { .int($0) })
        allocated.append("account", ifPresent: variable("SGE_ACCOUNT").map { .string($0) })
        place = ClusterPlace(queue: variable("QUEUE"), allocated: allocated)
    }
}
