import JobmonCore

extension BatchDialect {
    /// Grid Engine: Sun's and its descendants, of an unknown version.
    package static let sge = sge(version: nil)

    static func sge(version: SchedulerVersion?) -> BatchDialect {
        let rules = GridEngineRules(version)
        return BatchDialect(
            name: ClusterScheduler.sge.rawValue, title: ClusterScheduler.sge.signs.title,
            prefixes: SGECommands.prefixes,
            environment: CommandEnvironment(submits: ["qsub"]), asksForEnvironments: true,
            traitCommands: { request in
                var commands = [["qconf", "-sconf"], ["qconf", "-sc"]]
                if request.slots > 1 { commands.append(["qconf", "-spl"]) }
                return commands
            }, readTraits: SGECommands.readTraits,
            reserved: { ["-N", "-ac", "-t", "-terse", "-sync", "-now"].contains($0) ? $0 : nil },
            submit: SGECommands.submit, readSubmit: SGECommands.readSubmit, hopelessSubmit: nil,
            // Grid Engine knows best who we are.
            list: ["qstat", "-s", "prs", "-u", "$user", "-xml"], readList: SGEList.read, probe: nil,
            readProbe: { _ in true },
            explain: { ids in ["qstat", "-j", ids.joined(separator: ",")] },
            readExplanations: SGECommands.readExplanations,
            account: { wanted, _ in SGEAccounts.command(wanted, rules) }, readAccounts: SGEAccounts.read,
            cancel: { _, job, numbers in ["qdel"] + (numbers.isEmpty ? [job] : numbers.map { "\(job).\($0)" }) },
            readCancel: { result in
                let sentence = SchedulerText.sentence(result.text, dropping: SGECommands.prefixes)
                return SchedulerText.contains(sentence, anyOf: SGECommands.noAnswer) ? sentence : nil
            }, nodes: ["qconf", "-sel"], readNodes: { $0.output.split(separator: "\n").map { $0.trimmed } },
            limits: SGEQueues.limits, readLimits: SGEQueues.readLimits, hosts: SGEQueues.hosts,
            readHosts: SGEQueues.readHosts,
            exclude: { job, request, traits in
                // It replaces all that the job asked for.
                guard let resources = try? SGECommands.resources(request, traits) else { return nil }
                return ["qalter", "-l", resources.isEmpty ? "h=*" : resources.joined(separator: ","), job]
            },
            executorID: { "\($0).\($1)" }, timeLimit: { $0.rounded(.up) },
            confirm: { ["qstat", "-j", $0] }, readConfirmation: SGECommands.readConfirmation,
            word: { SchedulerWord($0) }, listsArrays: true,
            goneUnstarted: { _, accountingAnswered in
                // Grid Engine forgets a job without a record in one way only; but its records must have been there to be read.
                guard accountingAnswered else {
                    return Outcome(
                        status: .failed, cause: .lost,
                        description: "Grid Engine no longer has it, its accounting can't be read, and it never started",
                        returnsAttempt: true)
                }
                return Outcome(
                    status: .cancelled, cause: .cancelled,
                    evidence: Evidence(scheduler: SchedulerWord("gone without a record", cause: .cancelled)),
                    description: "deleted before it started: Grid Engine no longer has it, and no record of it")
            }, versionCommand: ["qstat", "-help"], readVersion: { Self.version($0, of: .sge) },
            ofVersion: { .sge(version: $0) }, rules: rules.all,
            examination: .gridEngine)
    }
}
