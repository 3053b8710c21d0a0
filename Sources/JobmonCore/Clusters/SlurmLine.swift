/// Lines that Slurm itself writes into a job's stderr: those of its node daemon, and those of `srun`.
///
/// Until Slurm 25.05, the daemon's lines begin with its name: `slurmstepd: error: ` or `slurmstepd-NODE: error: `.
/// Since then they begin with the time: `[2026-11-28T16:40:09.730] error: `; an administrator chooses the form of the
/// time. `srun --label` puts the task number in front.
enum SlurmLine {
    /// Each of Slurm's lines has one of these phrases.
    static let phrases = commands + daemons + words

    /// Whether Slurm wrote a line.
    static func isOne(_ line: Substring) -> Bool { content(line) != nil }

    /// The last of Slurm's lines that says why it ended a job or a step. If a task ended by itself, with an exit code,
    /// what Slurm then did to the other tasks is no reason.
    static func ending(among lines: [Substring]) -> Substring? {
        let isOwn = lines.contains { $0.holds("Exited with exit code") }
        return lines.last { tellsEnd($0) && (!isOwn || isReason($0)) }
    }

    private static func isReason(_ line: Substring) -> Bool {
        reasons.isIn(line)
    }

    private static let reasons: PhraseSet = ["DUE TO", "DUE to", "oom", "OOM", "emory"]

    /// Whether a line says why Slurm ended a job or a step, and not only that it ended.
    static func tellsEnd(_ line: Substring) -> Bool {
        guard let content = content(line) else { return false }
        return endings.isIn(content) || isTaskEnd(content)
    }

    /// Whether a line of Slurm's says that a process was killed for its memory. The words changed with the versions.
    static func isMemoryKill(_ line: Substring) -> Bool {
        content(line).map { memoryKills.isIn($0) } ?? false
    }

    private static let memoryKills: PhraseSet = [
        // Since 17.11, and since 22.05.
        "oom-kill event", "oom_kill event", "OOM Killed",
        // Without cgroups: the daemon's own watch.
        "Exceeded job memory limit", "Exceeded step memory limit", "xceeded memory limit",
        "xceeded virtual memory limit",
        // Of srun, about a task.
        ": Out Of Memory",
    ]

    private static let daemons = ["slurmstepd", "slurmd"]
    private static let commands = ["srun: ", "salloc: ", "sbatch: ", "scancel: "]
    private static let levels = ["error: ", "fatal: ", "warning: ", "info: ", "debug: "]
    /// Words that identify the daemon's lines without its name, because a program may also begin its lines with the
    /// time.
    private static let marks = PhraseSet(words)
    private static let words = [
        "*** JOB ", "*** STEP ", "StepId=", "JobId=", "oom_kill", "oom-kill", "slurm", "Exceeded job memory limit",
        "Exceeded step memory limit", "execve(): ", "couldn't chdir to ", "task_p_", "cgroup",
    ]
    private static let endings: PhraseSet = [
        " CANCELLED AT ", "oom_kill", "oom-kill", "memory limit", " FAILED (non-zero", "UNCORRECTABLE MEMORY ERROR",
        "OOM Killed", "execve(): ", "couldn't chdir to ",
    ]

    /// The content of a line that Slurm wrote, without its prefix; nil for any other line.
    private static func content(_ line: Substring) -> Substring? {
        let line = withoutLabel(line)
        for command in commands where line.hasPrefix(command) { return line.dropFirst(command.count) }
        for daemon in daemons where line.hasPrefix(daemon) {
            // slurmstepd-node1, slurmd[node1], slurmstepd [1234.0]
            var rest = line.dropFirst(daemon.count)
            let name = rest.prefix { $0.isLetter || $0.isNumber || "-_.[] ".contains($0) }
            rest = rest.dropFirst(name.count)
            let isName = name.isEmpty || name.hasPrefix("-") || name.hasPrefix("[") || name.hasPrefix(" [")
            if isName, rest.hasPrefix(": ") { return rest.dropFirst(2) }
        }
        guard let rest = LogTime.afterBrackets(line) else { return nil }
        let said = levels.first { rest.hasPrefix($0) }.map { rest.dropFirst($0.count) } ?? rest
        return marks.isIn(said) ? said : nil
    }

    /// The line without a task label such as ` 3: `.
    private static func withoutLabel(_ line: Substring) -> Substring {
        let digits = line.utf8.drop { $0 == 0x20 }
        let rest = digits.drop { 0x30...0x39 ~= $0 }
        guard rest.startIndex > digits.startIndex, rest.starts(with: ": ".utf8) else { return line }
        return Substring(rest.dropFirst(2))
    }

    /// `error: node2: task 0: Out Of Memory`: by which signal tasks of a step ended. That one failed by its exit code says
    /// less than what it wrote itself.
    private static func isTaskEnd(_ content: Substring) -> Bool {
        guard content.hasPrefix("error: "), content.holds(": task") else { return false }
        return !content.holds("Exited with exit code")
    }
}
