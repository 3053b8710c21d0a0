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
        let known = warning.limit.flatMap { ran >= $0 - SchedulerInquiry.slack ? $0 : nil }
        if let limit = known ?? limit("h_rt", inquiry), ran >= limit - SchedulerInquiry.slack {
            return SchedulerWord("\(name): its run time of \(Int(limit)) s is over", cause: .timeLimit)
        }
        // A deletion is announced; any other signal may be somebody else's.
        if signal == SIGUSR2 || state(inquiry)?.contains("d") ?? false {
            return SchedulerWord("\(name): deleted", cause: .cancelled)
        }
        return SchedulerWord("\(name), and Grid Engine does not end it")
    }

    /// The soft limit of the run time, where that has been reached.
    static func softLimit(_ inquiry: SchedulerInquiry, ran: Double) -> SchedulerWord? {
        guard let limit = limit("s_rt", inquiry), ran >= limit - SchedulerInquiry.slack else { return nil }
        return SchedulerWord("SIGUSR1: its soft run time of \(Int(limit)) s is over", cause: .timeLimit)
    }

    /// The letters by which Grid Engine names the state of a job that has started; nil when it does not say.
    static func state(_ inquiry: SchedulerInquiry) -> Substring? {
        guard let text = inquiry.output(of: ["qstat", "-s", "rs", "-u", "$user"]) else { return nil }
        // job-ID prior name user state date time [queue slots] task
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 6, fields[0] == inquiry.job.job else { continue }
            if let task = inquiry.job.task, fields.last != "\(task)" { continue }
            return fields[4]
        }
        return nil
    }

    /// Seconds of the limit of that name on the job: its own, or that of its queue; nil where there is none.
    private static func limit(_ name: String, _ inquiry: SchedulerInquiry) -> Double? {
        func words(of command: [String], in line: String) -> [Substring] {
            let line = inquiry.output(of: command)?.split(separator: "\n").first { $0.hasPrefix(line) } ?? ""
            return line.split { $0 == " " || $0 == "," }
        }
        let asked = words(of: ["qstat", "-j", inquiry.job.job], in: "hard resource_list:")
            .first { $0.hasPrefix("\(name)=") }?.dropFirst(name.count + 1)
        let place = inquiry.job.place
        // NAME  VALUE,[HOST=VALUE],...
        let said = place.queue.map { words(of: ["qconf", "-sq", $0], in: "\(name) ").dropFirst() } ?? []
        var queue = said.first
        if said.count > 1 {
            // What holds for a group of hosts can't be told from here.
            guard case .string(let node)? = place.allocated["node"] else { return asked.flatMap(seconds) }
            let own = "[\(node)="
            queue = said.first { $0.hasPrefix(own) }?.dropFirst(own.count).prefix { $0 != "]" }
        }
        return [asked, queue].compactMap { $0.flatMap(seconds) }.min()
    }

    /// A time as Grid Engine writes it: seconds, or hours, minutes and seconds; nil for none.
    private static func seconds(_ text: Substring) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        let seconds = parts.reduce(0) { $0 * 60 + $1 }
        return parts.count <= 3 && seconds > 0 && seconds < 1e9 ? seconds : nil
    }
}
