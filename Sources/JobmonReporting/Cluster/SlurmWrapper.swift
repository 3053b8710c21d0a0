import Glibc
package import JobmonCore

extension WrapperDialect {
    /// Slurm, from 20 on.
    static let slurm = WrapperDialect(
        scheduler: .slurm, job: { SlurmWrapper.job($0) },
        executorID: { job, task in task.map { "\(job)_\($0)" } ?? job }, nameVariable: "SLURM_JOB_NAME",
        rankVariable: "SLURM_PROCID", rank: { SlurmWrapper.rank(isStep: $0, $1) }, countsRestarts: true,
        signalsEachProcess: true, killAnnouncement: nil, suspensionAnnouncement: nil, requeueExitCode: nil,
        // When a thousand tasks are ended at once, as many ask.
        reservedExitCodes: [], patience: { _ in 10 }, why: { SlurmWrapper.why($0, $1) },
        requeue: { SlurmWrapper.requeue($0) }, softLimit: { _, _ in nil }, isSuspended: { _ in false },
        submitted: { SlurmWrapper.text($0)?.submitted })
}

/// What is known of Slurm within one of its jobs.
package enum SlurmWrapper {
    static func job(_ variable: (String) -> String?) -> ClusterJob? {
        guard let id = variable("SLURM_JOB_ID") else { return nil }
        let task = variable("SLURM_ARRAY_TASK_ID").flatMap { Int($0) }
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
        // The start's own id, which all commands of Slurm take. (Numbers of jobs are given again after a crash.)
        allocated.append("sluid", ifPresent: variable("SLURM_JOB_SLUID").map { .string($0) })
        return ClusterJob(
            scheduler: .slurm, job: task == nil ? id : variable("SLURM_ARRAY_JOB_ID") ?? id,
            cluster: variable("SLURM_CLUSTER_NAME"), task: task,
            place: ClusterPlace(queue: variable("SLURM_JOB_PARTITION"), allocated: allocated),
            restarts: variable("SLURM_RESTART_COUNT").flatMap { Int($0) } ?? 0,
            stamp: variable("SLURM_JOB_SLUID") ?? variable("SLURM_JOB_START_TIME"))
    }

    /// The number of a task of a step. A batch script has the number 0 too.
    static func rank(isStep: Bool, _ variable: (String) -> String?) -> String? {
        func number(_ name: String) -> Int? { variable(name).flatMap { Int($0) } }
        guard let rank = number("SLURM_PROCID"), let count = number("SLURM_STEP_NUM_TASKS") ?? number("SLURM_NTASKS"),
            count > 1
        else { return nil }
        // The numbers of steps that are none (a batch script, say) are negative, or as large as can be.
        let step = number("SLURM_STEP_ID") ?? number("SLURM_STEPID")
        let isTask = isStep || rank > 0 || step.map { (0..<1 << 31).contains($0) } ?? false
        return isTask ? "\(rank)" : nil
    }

    /// What Slurm says of the job; nil: it does not answer.
    static func text(_ inquiry: SchedulerInquiry) -> SlurmJobText? {
        inquiry.output(of: ["scontrol", "-o", "show", "job", inquiry.job.executorID]).map(SlurmJobText.init)
    }

    static func why(_ inquiry: SchedulerInquiry, _ warning: SchedulerWarning) -> SchedulerWord {
        let isOver = warning.limit.map { warning.ran >= $0 - SchedulerInquiry.slack } ?? false
        guard let text = text(inquiry) else {
            return SchedulerWord("\(warning.name) from Slurm", cause: isOver ? .timeLimit : nil)
        }
        return word(text, name: warning.name, restarts: inquiry.job.restarts, isOver: isOver)
    }

    /// What Slurm says of a job that it ends.
    /// - Parameters:
    ///   - name: what the job was told.
    ///   - restarts: how often Slurm had started it before.
    ///   - isOver: its time is over by our own count.
    package static func word(_ job: SlurmJobText, name: String, restarts: Int, isOver: Bool) -> SchedulerWord {
        let (state, reason) = (job.state, job.reason)
        let said = reason.isEmpty || reason == "None" ? "\(name): \(state)" : "\(name): \(state), \(reason)"
        // Whatever it is for: the job goes on.
        if job.isRequeued(since: restarts) { return SchedulerWord("\(said), requeued", cause: .requeued) }
        // These outweigh a limit that has passed too.
        if state == "NODE_FAIL" || reason == "NodeDown" { return SchedulerWord(said, cause: .nodeFailure) }
        // Its state says no more than that it ends, meanwhile.
        let isPreempted = !["", "None", "N/A", "Unknown"].contains(job.field("PreemptTime") ?? "")
        if isPreempted || state == "PREEMPTED" || reason.hasPrefix("Preempt") {
            return SchedulerWord(said, cause: .preempted)
        }
        if state == "OUT_OF_MEMORY" { return SchedulerWord(said, cause: .outOfMemory) }
        if reason == "TimeLimit" || state == "TIMEOUT" || state == "DEADLINE" || isOver {
            return SchedulerWord(said, cause: .timeLimit)
        }
        // A job that goes on was only told something (--signal), and what that is, its user knows.
        if state == "RUNNING" { return SchedulerWord(said) }
        return SchedulerWord(said, cause: .cancelled)
    }

    static func requeue(_ inquiry: SchedulerInquiry) -> SchedulerWord? {
        guard let said = text(inquiry), said.isRequeued(since: inquiry.job.restarts) else { return nil }
        return SchedulerWord("\(said.state), requeued", cause: .requeued)
    }
}
