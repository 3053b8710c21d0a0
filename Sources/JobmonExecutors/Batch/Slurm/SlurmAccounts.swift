import Glibc
import JobmonCore

/// The records of Slurm's accounting.
enum SlurmAccounts {
    static func read(
        _ result: CommandResult, _ rules: SlurmRules
    ) throws(ExecutorError) -> [AccountedTask] {
        guard result.status == 0,
            !SchedulerText.contains(result.complaint, anyOf: ["refused", "Unable to", "disabled"])
        else {
            throw .unreachable(SchedulerText.sentence(result.text, dropping: ["sacct: error: ", "sacct: "]))
        }
        var tasks: [AccountedTask] = []
        for line in result.output.split(separator: "\n") {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map { String($0) }
            guard fields.count == 11 else { continue }
            let id = fields[0].split(separator: ".", maxSplits: 1)
            let parts = (id.first ?? "").split(separator: "_")
            guard let job = parts.first else { continue }
            let numbers = parts.count == 2 ? numbers(parts[1]) : []
            if id.count == 2 {
                // A step of it: what it used.
                guard let last = tasks.lastIndex(where: { $0.job == job && $0.numbers == numbers }),
                    let used = bytes(fields[7])
                else { continue }
                take(used, ofStep: id[1], into: &tasks[last].outcome.usage)
                continue
            }
            tasks.append(task(String(job), numbers, fields, rules))
        }
        return tasks
    }

    /// Adds the MaxRSS of a step: of its task with the most, the highest sum of the resident memory of all processes, at
    /// Slurm's samples.
    private static func take(_ used: Int64, ofStep step: Substring, into usage: inout Usage) {
        usage.maxrss = max(usage.maxrss ?? 0, used)
        // Nothing of the job runs in this one.
        guard step != "extern" else { return }
        // The batch script is one task. Steps of srun may have several, and may run at the same time.
        let isWhole = step == "batch" || step == "interactive"
        let known = usage.memoryPeak
        usage.memoryPeak = MemoryPeak(
            bytes: max(known?.bytes ?? 0, used), source: .scheduler, bound: isWhole ? known?.bound : .atLeast)
    }

    /// The tasks of a record: `3`, or, of those that never started, `[2,6,8-9%1]`.
    static func numbers(_ text: Substring) -> [ClosedRange<Int>] {
        text.filter { $0 != "[" && $0 != "]" }.prefix { $0 != "%" }.split(separator: ",").compactMap { part in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return nil }
            return first...last
        }
    }

    private static func task(
        _ job: String, _ numbers: [ClosedRange<Int>], _ fields: [String], _ rules: SlurmRules
    ) -> AccountedTask {
        let state = fields[2].split(separator: " ").first.map { String($0) } ?? ""
        let started = !["", "None", "Unknown"].contains(fields[4])
        let isFinal =
            !["", "None", "Unknown"].contains(fields[5])
            && (SlurmCommands.finalStates.contains(state) || state == "REQUEUED")
        let code = fields[3].split(separator: ":").compactMap { Int($0) }
        var evidence = Evidence(scheduler: SchedulerWord(fields[2] + limit(state, fields), cause: cause(state)))
        if state == "COMPLETED" || state == "FAILED", code.count == 2 {
            if code[1] > 0, code[1] <= 64 { evidence.signal = code[1] } else { evidence.exitCode = code[0] & 255 }
        }
        // While a record is being made it may lack its code: a failure is no success for that.
        if state == "FAILED", evidence.exitCode == 0 { evidence.exitCode = nil }
        var outcome = Outcome(evidence: evidence)
        outcome.usage.wallclock = started ? Double(fields[6]) : nil
        outcome.usage.maxrss = bytes(fields[7])
        if let code = evidence.exitCode, state == "FAILED" {
            outcome.description = rules.doubt(code, shown: fields[3])
        }
        if !started, outcome.status == .cancelled { outcome.description = "cancelled before it started (\(fields[2]))" }
        return AccountedTask(
            job: job, numbers: numbers, name: fields[1], isFinal: isFinal, outcome: outcome,
            isPresumed: state == "NODE_FAIL" || state == "BOOT_FAIL", ownNumber: fields[10])
    }

    /// The limit that the job reached, in Slurm's own words.
    private static func limit(_ state: String, _ fields: [String]) -> String {
        switch state {
        case "TIMEOUT" where !fields[8].isEmpty: ", Timelimit=\(fields[8])"
        case "OUT_OF_MEMORY" where !fields[9].isEmpty: ", ReqMem=\(fields[9])"
        default: ""
        }
    }

    static func cause(_ state: String) -> Cause? {
        switch state {
        case "TIMEOUT", "DEADLINE": .timeLimit
        case "OUT_OF_MEMORY": .outOfMemory
        case "NODE_FAIL", "BOOT_FAIL": .nodeFailure
        case "PREEMPTED": .preempted
        case "REQUEUED": .requeued
        case "CANCELLED": .cancelled
        case "REVOKED": .lost
        default: nil
        }
    }

    /// A size such as `64324K`; nil for none.
    private static func bytes(_ text: String) -> Int64? {
        guard let last = text.last else { return nil }
        let units: [Character: Double] = ["K": 1024, "M": 1_048_576, "G": 1_073_741_824, "T": 1_099_511_627_776]
        let unit = units[last]
        guard let number = Double(unit == nil ? text[...] : text.dropLast()), number > 0 else { return nil }
        return Int64(number * (unit ?? 1))
    }
}
