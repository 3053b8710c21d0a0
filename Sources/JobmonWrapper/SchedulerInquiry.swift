import CJobmonPOSIX
import Glibc
import JobmonCore

/// Why the scheduler is about to end this job, as far as that can be found out from within it. All that one asks takes no
/// longer than its patience: the kill comes half a minute after the warning, or sooner.
struct SchedulerInquiry {
    /// Seconds by which a scheduler's clock and ours may differ on when a job began.
    private static let slack = 5.0

    private let job: ClusterJob
    /// On the steady clock; what has not been answered by then was not.
    private let deadline: Double

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
        let state = Self.field("JobState", in: text) ?? ""
        let reason = Self.field("Reason", in: text) ?? ""
        let said = reason.isEmpty || reason == "None" ? "\(name): \(state)" : "\(name): \(state), \(reason)"
        if reason == "TimeLimit" || state == "TIMEOUT" || state == "DEADLINE" || isOver {
            return SchedulerWord(said, cause: .timeLimit)
        }
        // Its state says no more than that it ends, meanwhile.
        let isPreempted = !["", "None", "N/A", "Unknown"].contains(Self.field("PreemptTime", in: text) ?? "")
        if isPreempted || state == "PREEMPTED" || reason.hasPrefix("Preempt") {
            return SchedulerWord(said, cause: .preempted)
        }
        if state == "NODE_FAIL" || reason == "NodeDown" { return SchedulerWord(said, cause: .nodeFailure) }
        if state == "OUT_OF_MEMORY" { return SchedulerWord(said, cause: .outOfMemory) }
        // A job that goes on was only told something (--signal), and what that is, its user knows.
        if state == "RUNNING" { return SchedulerWord(said) }
        return SchedulerWord(said, cause: .cancelled)
    }

    /// The value of `NAME=` in what `scontrol -o` prints.
    static func field(_ name: String, in text: String) -> String? {
        for word in text.split(separator: " ") where word.hasPrefix("\(name)=") {
            return String(word.dropFirst(name.count + 1))
        }
        return nil
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

    /// What a command prints; nil when it fails, or takes too long. Nobody else may wait for children meanwhile.
    private func output(of words: [String]) -> String? {
        guard TimeSource.system.steadySeconds() < deadline else { return nil }
        var pipe: [Int32] = [-1, -1]
        guard Glibc.pipe(&pipe) == 0 else { return nil }
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(pipe[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        // A group of its own: a warning may come twice, to all of ours.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        arguments.append(nil)
        // Else Grid Engine folds its lines.
        setenv("SGE_SINGLE_LINE", "1", 1)
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, words[0], &actions, &attributes, arguments, environ)
        close(pipe[1])
        guard failure == 0 else { return nil }
        let text = Self.all(pipe[0], until: deadline)
        if text == nil { kill(pid, SIGKILL) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status == 0 ? text : nil
    }

    private static func all(_ descriptor: Int32, until deadline: Double) -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = min(deadline - TimeSource.system.steadySeconds(), 3600)
            guard left > 0 else { return nil }
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wait, 1, Int32(left * 1000) + 1)
            if ready < 0, errno != EINTR { return nil }
            guard ready > 0 else { continue }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? String(decoding: bytes, as: UTF8.self) : nil }
            bytes += buffer[..<count]
        }
    }
}
