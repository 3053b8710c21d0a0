import Glibc
import JobmonCore

extension WrapperDialect {
    /// Grid Engine: Sun's, Son of, Univa's, Open Cluster Scheduler.
    static let gridEngine = WrapperDialect(
        scheduler: .sge, job: { GridEngineWrapper.job($0) },
        executorID: { job, task in task.map { "\(job).\($0)" } ?? job }, nameVariable: "JOB_NAME", rankVariable: nil,
        rank: { _, _ in nil },
        // It says only that a start is not the first one.
        countsRestarts: false, signalsEachProcess: false,
        // The announcements of `-notify`. A suspension is announced as a soft limit of the run time is.
        killAnnouncement: SIGUSR2, suspensionAnnouncement: SIGUSR1,
        // 99: start the job once more; 100: hold it in error.
        requeueExitCode: 99, reservedExitCodes: [99, 100],
        // The announcement of a kill says enough by itself, if it must.
        patience: { $0 == SIGUSR2 ? 3 : 5 }, why: { GridEngineWrapper.why($0, $1) }, requeue: { _ in nil },
        softLimit: { GridEngineWrapper.softLimit($0, ran: $1) },
        isSuspended: { GridEngineWrapper.state($0)?.contains { "sST".contains($0) } ?? false }, submitted: { _ in nil })
}

/// What is known of Grid Engine within one of its jobs.
enum GridEngineWrapper {
    static func job(_ variable: (String) -> String?) -> ClusterJob? {
        // JOB_ID is a name that others use too.
        guard let id = variable("JOB_ID"), variable("SGE_TASK_ID") ?? variable("QUEUE") != nil,
            variable("SGE_ROOT") ?? variable("SGE_O_HOST") != nil
        else { return nil }
        var allocated = JSONObject()
        allocated.append("node", ifPresent: variable("HOSTNAME").map { .string($0) })
        allocated.append("slots", ifPresent: variable("NSLOTS").flatMap { Int64($0) }.map { .int($0) })
        allocated.append("account", ifPresent: variable("SGE_ACCOUNT").map { .string($0) })
        return ClusterJob(
            scheduler: .sge, job: id, cluster: variable("SGE_CELL"),
            task: variable("SGE_TASK_ID").flatMap { Int($0) },
            place: ClusterPlace(queue: variable("QUEUE"), allocated: allocated),
            restarts: variable("RESTARTED").flatMap { Int($0) } ?? 0)
    }

    static func why(_ inquiry: SchedulerInquiry, _ warning: SchedulerWarning) -> SchedulerWord {
        let (signal, name, ran) = (warning.signal, warning.name, warning.ran)
        // A limit of the user's own kind: what it is about is its name.
        if signal == SIGXCPU { return SchedulerWord("\(name): a limit on processor time or memory") }
        if signal == SIGUSR1 { return softLimit(inquiry, ran: ran) ?? SchedulerWord("\(name): announced") }
        // Nothing else tells a deletion from the end of its time.
        if let limit = warning.limit, ran >= limit - SchedulerInquiry.slack { return timeIsOver(name, limit) }
        let limits = GridEngineLimits(inquiry)
        if let limit = limits.seconds("h_rt"), ran >= limit - SchedulerInquiry.slack { return timeIsOver(name, limit) }
        // A deletion is announced, and so is a kill by the node's daemon, which knows no other reason than these. Any
        // other signal may be somebody else's.
        let deleted = SchedulerWord("\(name): deleted", cause: .cancelled)
        let isAnnouncement = signal == SIGUSR2
        let exceeded = isAnnouncement ? limits.exceeded(name) : nil
        if isAnnouncement, exceeded == nil { return deleted }
        if state(inquiry)?.contains("d") ?? isAnnouncement { return deleted }
        return exceeded ?? SchedulerWord("\(name), and Grid Engine does not end it")
    }

    private static func timeIsOver(_ name: String, _ limit: Double) -> SchedulerWord {
        SchedulerWord("\(name): its h_rt of \(Int(limit)) s is over", cause: .timeLimit)
    }

    /// The soft limit of the run time, where that has been reached.
    static func softLimit(_ inquiry: SchedulerInquiry, ran: Double) -> SchedulerWord? {
        guard let limit = GridEngineLimits(inquiry).seconds("s_rt"), ran >= limit - SchedulerInquiry.slack else {
            return nil
        }
        return SchedulerWord("SIGUSR1: its s_rt of \(Int(limit)) s is over", cause: .timeLimit)
    }

    /// The letters by which Grid Engine names the state of a job that has started; nil when it does not say.
    static func state(_ inquiry: SchedulerInquiry) -> Substring? {
        guard let text = inquiry.output(of: ["qstat", "-s", "rs", "-u", "$user"]) else { return nil }
        return state(of: inquiry.job.job, task: inquiry.job.task, in: text)
    }

    /// The letters of a job in what `qstat` prints; nil: it is not in it.
    static func state(of job: String, task: Int?, in text: String) -> Substring? {
        // job-ID prior name user state date time [queue slots] task
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 6, fields[0] == job else { continue }
            if let task, fields.last != "\(task)" { continue }
            return fields[4]
        }
        return nil
    }
}
