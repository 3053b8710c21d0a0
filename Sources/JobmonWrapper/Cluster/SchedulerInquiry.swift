import Glibc
import JobmonCore
import JobmonReporting

/// Why the scheduler is about to end this job, as far as that can be found out from within it. All that one asks takes no
/// longer than its patience: the kill comes half a minute after the warning, or sooner.
struct SchedulerInquiry {
    /// Seconds by which a scheduler's clock and ours may differ on when a job began.
    private static let slack = 5.0

    /// Seconds within which a scheduler tells all processes of a job that they are to end.
    static let togetherness = 0.05

    private let job: ClusterJob
    /// On the steady clock; what has not been answered by then was not.
    private let deadline: Double

    /// For the end of a command that may be the scheduler's doing, where nothing was announced.
    init(_ job: ClusterJob) {
        self.job = job
        deadline = TimeSource.system.steadySeconds() + 2
    }

    /// - Parameter signal: the warning. The announcement of a kill says enough by itself, if it must; and when a thousand
    ///   tasks of Slurm's are ended at once, as many ask.
    init(_ job: ClusterJob, of signal: Int32) {
        self.job = job
        let patience = job.scheduler == .slurm ? 10.0 : signal == SIGUSR2 ? 3 : 5
        deadline = TimeSource.system.steadySeconds() + patience
    }

    /// - Parameters:
    ///   - signal: the warning.
    ///   - limit: seconds that it may run, where they are known.
    ///   - ran: seconds that it has run.
    func why(signal: Int32, limit: Double?, ran: Double) -> SchedulerWord {
        let name = SignalName.name(Int(signal))
        switch job.scheduler {
        case .slurm: return slurm(signal: signal, name: name, limit: limit, ran: ran)
        case .sge: return gridEngine(signal: signal, name: name, limit: limit, ran: ran)
        }
    }

    private func gridEngine(signal: Int32, name: String, limit: Double?, ran: Double) -> SchedulerWord {
        // A limit of the user's own kind: what it is about is its name.
        if signal == SIGXCPU { return SchedulerWord("\(name): a limit on processor time or memory") }
        if signal == SIGUSR1 { return softLimit(ran: ran) ?? SchedulerWord("\(name): announced") }
        // Nothing else tells a deletion from the end of its time.
        let known = limit.flatMap { ran >= $0 - Self.slack ? $0 : nil }
        if let limit = known ?? self.limit("h_rt"), ran >= limit - Self.slack {
            return SchedulerWord("\(name): its run time of \(Int(limit)) s is over", cause: .timeLimit)
        }
        // A deletion is announced; any other signal may be somebody else's.
        if signal == SIGUSR2 || state?.contains("d") ?? false {
            return SchedulerWord("\(name): deleted", cause: .cancelled)
        }
        return SchedulerWord("\(name), and Grid Engine does not end it")
    }

    private func slurm(signal: Int32, name: String, limit: Double?, ran: Double) -> SchedulerWord {
        let isOver = limit.map { ran >= $0 - Self.slack } ?? false
        guard let text = output(of: ["scontrol", "-o", "show", "job", job.executorID]) else {
            return SchedulerWord("\(name) from Slurm", cause: isOver ? .timeLimit : nil)
        }
        return Self.word(SlurmJobText(text), name: name, restarts: job.restarts, isOver: isOver)
    }

    /// What Slurm says of a job that it ends.
    /// - Parameters:
    ///   - name: what the job was told.
    ///   - restarts: how often Slurm had started it before.
    ///   - isOver: its time is over by our own count.
    static func word(_ job: SlurmJobText, name: String, restarts: Int, isOver: Bool) -> SchedulerWord {
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

    /// Whether Slurm starts the job once more, so that this end of it is none; nil: it does not, or does not say.
    func requeue() -> SchedulerWord? {
        guard job.scheduler == .slurm, let text = output(of: ["scontrol", "-o", "show", "job", job.executorID]) else {
            return nil
        }
        let said = SlurmJobText(text)
        guard said.isRequeued(since: job.restarts) else { return nil }
        return SchedulerWord("\(said.state), requeued", cause: .requeued)
    }

    /// Grid Engine's soft limit of the run time, where that has been reached.
    func softLimit(ran: Double) -> SchedulerWord? {
        guard let limit = limit("s_rt"), ran >= limit - Self.slack else { return nil }
        return SchedulerWord("SIGUSR1: its soft run time of \(Int(limit)) s is over", cause: .timeLimit)
    }

    /// Whether Grid Engine says that it suspends the job, for whichever reason.
    var isSuspended: Bool { state?.contains { "sST".contains($0) } ?? false }

    /// The letters by which Grid Engine names the state of a job that has started; nil when it does not say.
    private var state: Substring? {
        guard let text = output(of: ["qstat", "-s", "rs", "-u", "$user"]) else { return nil }
        // job-ID prior name user state date time [queue slots] task
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 6, fields[0] == job.job else { continue }
            if let task = job.task, fields.last != "\(task)" { continue }
            return fields[4]
        }
        return nil
    }

    /// Seconds of Grid Engine's limit of that name on the job: its own, or that of its queue; nil where there is none.
    private func limit(_ name: String) -> Double? {
        func words(of command: [String], in line: String) -> [Substring] {
            let line = output(of: command)?.split(separator: "\n").first { $0.hasPrefix(line) } ?? ""
            return line.split { $0 == " " || $0 == "," }
        }
        let asked = words(of: ["qstat", "-j", job.job], in: "hard resource_list:")
            .first { $0.hasPrefix("\(name)=") }?.dropFirst(name.count + 1)
        // NAME  VALUE,[HOST=VALUE],...
        let said = job.place.queue.map { words(of: ["qconf", "-sq", $0], in: "\(name) ").dropFirst() } ?? []
        var queue = said.first
        if said.count > 1 {
            // What holds for a group of hosts can't be told from here.
            guard case .string(let node)? = job.place.allocated["node"] else { return asked.flatMap(Self.seconds) }
            let own = "[\(node)="
            queue = said.first { $0.hasPrefix(own) }?.dropFirst(own.count).prefix { $0 != "]" }
        }
        return [asked, queue].compactMap { $0.flatMap(Self.seconds) }.min()
    }

    /// A time as Grid Engine writes it: seconds, or hours, minutes and seconds; nil for none.
    private static func seconds(_ text: Substring) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        let seconds = parts.reduce(0) { $0 * 60 + $1 }
        return parts.count <= 3 && seconds > 0 && seconds < 1e9 ? seconds : nil
    }

    private func output(of words: [String]) -> String? { SchedulerCommand.output(of: words, until: deadline) }
}
