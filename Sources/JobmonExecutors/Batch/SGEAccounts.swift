import JobmonCore

/// `qacct -j`.
enum SGEAccounts {
    /// One call reads the whole file, so one call asks for all: by name where there are several jobs.
    static func command(_ wanted: [AccountedBatch]) -> [String] {
        if wanted.count == 1, let job = wanted[0].job {
            // A task at a time, or all.
            guard wanted[0].numbers.count == 1 else { return ["qacct", "-j", job] }
            return ["qacct", "-j", job, "-t", String(wanted[0].numbers[0])]
        }
        // The names of a queue's jobs end alike.
        let endings = Set(wanted.map { $0.name.split(separator: ".").dropLast().last.map { String($0) } ?? "" })
        return ["qacct", "-j", endings.count == 1 ? "*.\(endings.first ?? "").*" : "*"]
    }

    static func read(_ result: CommandResult) throws(ExecutorError) -> [AccountedTask] {
        if result.status != 0 {
            // "error: job id 7 not found", "job name X not found": it was read, and there is no such record.
            if result.text.contains("not found") { return [] }
            throw .unreachable(SchedulerText.sentence(result.text, dropping: SGECommands.prefixes))
        }
        var tasks: [AccountedTask] = []
        var record: [Substring: String] = [:]
        for line in result.output.split(separator: "\n") {
            if line.hasPrefix("====") {
                if let task = task(record) { tasks.append(task) }
                record = [:]
            } else if let blank = line.firstIndex(where: \.isWhitespace) {
                record[line[..<blank]] = line[blank...].trimmed
            }
        }
        if let task = task(record) { tasks.append(task) }
        return tasks
    }

    private static func task(_ record: [Substring: String]) -> AccountedTask? {
        guard let job = record["jobnumber"], let name = record["jobname"] else { return nil }
        // `37  : qmaster enforced …`
        let failed = (record["failed"] ?? "0").split(separator: " ").joined(separator: " ")
        let failure = failed.prefix { ("0"..."9").contains($0) }
        let status = record["exit_status"].flatMap { Int($0.prefix { ("0"..."9").contains($0) }) } ?? 0
        let started = record["start_time"].map { !$0.hasPrefix("-/-") && !$0.isEmpty } ?? false
        var evidence = Evidence()
        var isPresumed = false
        switch failure {
        case "0" where started: evidence.exitCode = status & 255
        // The second ones are Univa's.
        case "37", "44":
            evidence.scheduler = SGELimits(record).word(failed)
            evidence.signal = 9
        case "52":
            evidence.scheduler = SchedulerWord(failed, cause: .outOfMemory)
            evidence.signal = 9
        case "100", "0":
            // Ended by a signal from outside, or by one that its script died of.
            if status > 128, status <= 192 { evidence.signal = status - 128 } else { evidence.exitCode = status & 255 }
            let ofMemory = evidence.signal == 9 ? SGELimits(record).memory : nil
            evidence.scheduler =
                ofMemory.map { SchedulerWord("\(failed) (\($0))", cause: .outOfMemory) } ?? SchedulerWord(failed)
        case "26", "27", "28", "30":
            evidence.scheduler = SchedulerWord(failed, cause: .notStarted)
        default:
            evidence.scheduler = SchedulerWord(failed, cause: .nodeFailure)
            // The job's processes may live on without their shepherd.
            isPresumed = true
        }
        if failure == "0", !started {
            evidence = Evidence(scheduler: SchedulerWord("\(failed), never started", cause: .nodeFailure))
            isPresumed = true
        } else if failure == "0", status == 0, number(record["ru_wallclock"]) == 0, number(record["ru_minflt"]) == 0 {
            // No process is without a page fault: it was removed by force, and its node asked nothing.
            evidence = Evidence(scheduler: SchedulerWord("removed by force, no usage", cause: .nodeFailure))
            isPresumed = true
        }
        var outcome = Outcome(evidence: evidence)
        if evidence.scheduler?.cause == .notStarted { outcome.description = "Grid Engine: \(failed)" }
        outcome.usage.wallclock = number(record["ru_wallclock"])
        outcome.usage.cpu = number(record["cpu"])
        // Of memory it says nothing that counts: maxvmem is address space.
        return AccountedTask(
            job: job, numbers: record["taskid"].flatMap { Int($0) }.map { [$0...$0] } ?? [], name: name, isFinal: true,
            outcome: outcome,
            isPresumed: isPresumed)
    }

    static func number(_ text: String?) -> Double? {
        text.flatMap { Double($0.prefix { ("0"..."9").contains($0) || $0 == "." }) }
    }
}
