import Glibc
import JobmonCore

extension BatchDialect {
    /// Slurm 20 and later, of an unknown version.
    package static let slurm = slurm(version: nil)

    static func slurm(version: SchedulerVersion?) -> BatchDialect {
        let rules = SlurmRules(version)
        return BatchDialect(
            name: ClusterScheduler.slurm.rawValue, title: ClusterScheduler.slurm.signs.title,
            prefixes: SlurmCommands.prefixes,
            environment: SlurmCommands.environment, asksForEnvironments: false,
            traitCommands: { _ in [["scontrol", "show", "config"]] },
            readTraits: { results, traits in
                for line in (results.first?.output ?? "").split(separator: "\n") {
                    let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmed }
                    guard parts.count == 2, parts[0] == "MaxArraySize", let size = Int(parts[1]), size > 1 else {
                        continue
                    }
                    // The size counts from index 0.
                    traits.maxTasks = min(traits.maxTasks, size - 1)
                }
            },
            reserved: SlurmCommands.reserved, submit: SlurmCommands.submit, readSubmit: SlurmCommands.readSubmit,
            hopelessSubmit: SlurmCommands.queueFull,
            // A number is a user too, whoever knows names.
            list: ["squeue", "--noheader", "--all", "--array", "--user=\(getuid())", "--format=%i|%T|%r|%k"],
            readList: SlurmCommands.readList, probe: ["scontrol", "ping"],
            readProbe: { $0.status == 0 && $0.output.contains("is UP") }, explain: nil, readExplanations: { _ in [:] },
            account: { wanted, now in
                var ids: [String] = []
                var names: [String] = []
                for batch in wanted {
                    guard let job = batch.job else {
                        names.append(batch.name)
                        continue
                    }
                    ids += batch.numbers.isEmpty ? [job] : batch.numbers.map { "\(job)_\($0)" }
                }
                var command = [
                    "sacct", "--noheader", "--parsable2", "--duplicates",
                    "--format=JobID,JobName,State,ExitCode,Start,End,ElapsedRaw,MaxRSS,Timelimit,ReqMem,JobIDRaw",
                ]
                // Without a time it searches all that was ever recorded, in some places for minutes. A job that was submitted
                // by a clock that is ahead counts too.
                let oldest = wanted.map(\.intended).min() ?? now
                let days = 2 + Int(max(0, now.seconds(since: oldest)) / 86400)
                command.append("--starttime=now-\(days)days")
                // By names only where no id is known.
                command.append(
                    ids.isEmpty ? "--name=\(names.joined(separator: ","))" : "--jobs=\(ids.joined(separator: ","))")
                return command
            },
            readAccounts: { result throws(ExecutorError) in
                try SlurmAccounts.read(result, rules)
            },
            cancel: { name, job, numbers in
                // An id may be another job's by now: a name is not.
                ["scancel", "--name=\(name)"] + (numbers.isEmpty ? [job] : numbers.map { "\(job)_\($0)" })
            },
            readCancel: { result in
                // That a job is over already is no error; 8 and 140 say that nobody answered.
                let text = result.text
                let noAnswer = SchedulerText.contains(text, anyOf: SlurmCommands.noAnswer)
                return noAnswer ? SchedulerText.sentence(text, dropping: SlurmCommands.prefixes) : nil
            }, nodes: ["sinfo", "--noheader", "--Node", "--format=%o"],
            readNodes: { $0.output.split(separator: "\n").map { $0.trimmed } },
            limits: SlurmPartitions.limits, readLimits: SlurmPartitions.readLimits, hosts: SlurmPartitions.hosts,
            readHosts: SlurmPartitions.readHosts,
            exclude: { job, request, _ in
                ["scontrol", "update", "JobId=\(job)", "ExcNodeList=\(request.avoided.joined(separator: ","))"]
            },
            executorID: { "\($0)_\($1)" }, timeLimit: { Double(SlurmCommands.minutes($0) * 60) },
            confirm: { ["scontrol", "--oneliner", "show", "job", $0] },
            readConfirmation: SlurmCommands.readConfirmation,
            word: { SchedulerWord($0, cause: SlurmAccounts.cause($0)) }, listsArrays: false,
            goneUnstarted: { confirmation, accountingAnswered in
                switch confirmation {
                case .over(let state):
                    var outcome = Outcome(
                        evidence: Evidence(scheduler: SchedulerWord(state, cause: SlurmAccounts.cause(state))))
                    if outcome.cause == .lost { outcome.cause = .notStarted }
                    outcome.description = "it ended before it started: \(state)"
                    return outcome
                // A task that is cancelled while it waits leaves its array, and no record.
                case .goneFromArray where accountingAnswered:
                    return Outcome(
                        status: .cancelled, cause: .cancelled,
                        evidence: Evidence(scheduler: SchedulerWord("gone from its array", cause: .cancelled)),
                        description: "cancelled before it started: its array job is there, and it is not")
                default:
                    // Its controller may have lost it: then it is nobody's wish, and the attempt does not count.
                    return Outcome(
                        status: .failed, cause: .lost,
                        description: "Slurm no longer has it, there is no record of it, and it never started",
                        returnsAttempt: true)
                }
            }, versionCommand: ["sbatch", "--version"], readVersion: { Self.version($0, of: .slurm) },
            ofVersion: { .slurm(version: $0) }, rules: rules.all,
            examination: .slurm)
    }
}

extension StringProtocol {
    var trimmed: String {
        let head = drop(while: \.isWhitespace)
        guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(head[...last])
    }
}
