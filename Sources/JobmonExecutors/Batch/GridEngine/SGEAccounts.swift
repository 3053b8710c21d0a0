import JobmonCore

/// The records of Grid Engine's accounting.
enum SGEAccounts {
    static func command(_ wanted: [AccountedBatch], _ rules: GridEngineRules) -> [String] {
        let asked = qacct(wanted)
        guard rules.accountsInLines else { return asked }
        return ["/bin/sh", "-c", Self.search, "sh", pattern(wanted)] + asked
    }

    /// One call reads the whole file, so one call asks for all: by name where there are several jobs.
    private static func qacct(_ wanted: [AccountedBatch]) -> [String] {
        if wanted.count == 1, let job = wanted[0].job {
            // A task at a time, or all.
            guard wanted[0].numbers.count == 1 else { return ["qacct", "-j", job] }
            return ["qacct", "-j", job, "-t", String(wanted[0].numbers[0])]
        }
        let mark = mark(of: wanted)
        return ["qacct", "-j", mark.isEmpty ? "*" : "*.\(mark).*"]
    }

    /// The names of a queue's jobs end alike; empty: these are of several queues.
    private static func mark(of wanted: [AccountedBatch]) -> String {
        let marks = Set(wanted.map { $0.name.split(separator: ".").dropLast().last.map { String($0) } ?? "" })
        return marks.count == 1 ? marks.first ?? "" : ""
    }

    /// `qacct` takes each line of the file apart before it looks whether it is wanted, which takes minutes for the jobs of some
    /// years. A search for the lines takes seconds.
    private static let search = """
        file=${SGE_ROOT:-/}/${SGE_CELL:-default}/common/accounting.jsonl
        test -r "$file" || { shift; exec "$@"; }
        grep -a -E -e "$1" "$file"
        status=$?
        test $status -eq 1 || exit $status
        """

    /// The lines of these jobs, by their names: a number may be another job's too.
    private static func pattern(_ wanted: [AccountedBatch]) -> String {
        let names = wanted.map { $0.name.replacing(".", with: "[.]") }
        return "\"job_name\" *: *\"(\(names.joined(separator: "|")))\""
    }

    static func read(_ result: CommandResult) throws(ExecutorError) -> [AccountedTask] {
        if result.status != 0 {
            // "error: job id 7 not found", "job name X not found": it was read, and there is no such record.
            let isMissing = result.text.split(separator: "\n").contains {
                $0.contains("job ") && $0.hasSuffix("not found")
            }
            if isMissing { return [] }
            throw .unreachable(SchedulerText.sentence(result.text, dropping: SGECommands.prefixes))
        }
        guard let records = SGERecord.all(result.output) else {
            throw .unreachable("a line of accounting.jsonl cannot be read")
        }
        return records.compactMap(task)
    }

    private static func task(_ record: SGERecord) -> AccountedTask? {
        guard let job = record["jobnumber"], let name = record["jobname"] else { return nil }
        // A part of a parallel job, on another host or not: the job has a record of its own.
        guard ["", "NONE"].contains(record["pe_taskid"] ?? "") else { return nil }
        // `37  : qmaster enforced …`
        let failed = (record["failed"] ?? "0").split(separator: " ").joined(separator: " ")
        let failure = failed.prefix { ("0"..."9").contains($0) }
        let status = record["exit_status"].flatMap { Int($0.prefix { ("0"..."9").contains($0) }) } ?? 0
        let started = record["start_time"].map { !$0.hasPrefix("-/-") && !$0.isEmpty } ?? false
        var evidence = Evidence()
        var isPresumed = false
        switch failure {
        case "0" where started:
            evidence.exitCode = status & 255
            if status != 0, deleter(record) != nil { evidence.scheduler = word(record, failed, nil) }
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
            evidence.scheduler = word(record, failed, evidence.signal)
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
            evidence = Evidence(
                scheduler: SchedulerWord("no usage at all: removed by force, or it ran nothing", cause: .nodeFailure))
            isPresumed = true
        }
        var outcome = Outcome(evidence: evidence)
        if evidence.scheduler?.cause == .notStarted { outcome.description = "Grid Engine: \(failed)" }
        outcome.usage.wallclock = number(record["ru_wallclock"])
        outcome.usage.cpu = number(record["cpu"])
        // Of memory, only Open Cluster Scheduler and Univa's say what counts: maxvmem is address space.
        if let text = record["maxrss"],
            let peak = GridEngineAmount.bytes(text[...]).flatMap({ Int64(exactly: $0.rounded()) }),
            peak > 0
        {
            outcome.usage.memoryPeak = MemoryPeak(bytes: peak, source: .scheduler)
        }
        return AccountedTask(
            job: job, numbers: record["taskid"].flatMap { Int($0) }.map { [$0...$0] } ?? [], name: name, isFinal: true,
            outcome: outcome,
            isPresumed: isPresumed)
    }

    /// Who deleted the job: `user@host`, or a daemon of the scheduler; nil: nobody, or it is not said.
    private static func deleter(_ record: SGERecord) -> String? {
        record["deleted_by"].flatMap { ["", "NONE"].contains($0) ? nil : $0 }
    }

    /// What ended a job, as far as the record says.
    private static func word(_ record: SGERecord, _ failed: String, _ signal: Int?) -> SchedulerWord {
        if let deleter = deleter(record) {
            let said = "\(failed), deleted by \(deleter)"
            // Its own daemons delete a job for a limit, or to start it anew; people for their own reasons.
            guard ["execd", "qmaster"].contains(deleter.prefix { $0 != "@" }) else {
                return SchedulerWord(said, cause: .cancelled)
            }
            let word = SGELimits(record).word(said)
            return word.isInferred ? SchedulerWord(said) : word
        }
        let ofMemory = signal == 9 ? SGELimits(record).memory : nil
        return ofMemory.map { SchedulerWord("\(failed) (\($0))", cause: .outOfMemory) } ?? SchedulerWord(failed)
    }

    /// A number with or without a unit, such as `3s`; nil: it is none.
    static func number(_ text: String?) -> Double? {
        text.flatMap { Double($0) ?? Double($0.prefix { ("0"..."9").contains($0) || $0 == "." }) }
    }
}
