import Glibc
import JobmonCore

extension BatchDialect {
    /// Slurm 20 and later.
    package static let slurm = BatchDialect(
        name: "slurm", title: "Slurm",
        traitCommands: { _ in [["scontrol", "show", "config"]] },
        readTraits: { results, traits in
            for line in (results.first?.output ?? "").split(separator: "\n") {
                let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmed }
                guard parts.count == 2, parts[0] == "MaxArraySize", let size = Int(parts[1]), size > 1 else { continue }
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
                "--format=JobID,JobName,State,ExitCode,Start,End,ElapsedRaw,MaxRSS",
            ]
            if !ids.isEmpty { command.append("--jobs=\(ids.joined(separator: ","))") }
            if ids.isEmpty, !names.isEmpty {
                // By names it looks at a time only; a job that was submitted by a clock that is ahead counts too.
                let oldest = wanted.map(\.intended).min() ?? now
                let days = 2 + Int(max(0, now.seconds(since: oldest)) / 86400)
                command += ["--name=\(names.joined(separator: ","))", "--starttime=now-\(days)days"]
            }
            return command
        }, readAccounts: SlurmAccounts.read,
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
                    description: "Slurm has it no more, there is no record of it, and it never started",
                    returnsAttempt: true)
            }
        })
}

/// The submits and lists of Slurm.
enum SlurmCommands {
    static let prefixes = ["sbatch: error: ", "sbatch: ", "scancel: error: ", "slurm_load_jobs error: "]

    /// Words of answers that are none.
    static let noAnswer = [
        "Unable to contact slurm", "Socket timed out", "timed out", "Zero Bytes were transmitted",
        "Transport endpoint", "Connection refused", "Connection reset", "Protocol authentication error",
        "Munge encode failed", "Invalid authentication credential", "Unexpected message received",
        "temporarily unable to accept job",
    ]

    static let finalStates: Set = [
        "COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "DEADLINE",
        "OUT_OF_MEMORY", "REVOKED", "LAUNCH_FAILED",
    ]

    /// Reads `scontrol --oneliner show job`: a line a task, and one for those that never started.
    static func readConfirmation(
        _ result: CommandResult, _ name: String, _ number: Int
    ) throws(ExecutorError) -> Confirmation {
        if result.status != 0 {
            if result.text.contains("Invalid job id") { return .unknownJob }
            throw .unreachable(SchedulerText.sentence(result.text, dropping: prefixes))
        }
        var isOurs = false
        for line in result.output.split(separator: "\n") {
            var fields: [Substring: Substring] = [:]
            for word in line.split(separator: " ") {
                guard let equals = word.firstIndex(of: "=") else { continue }
                let name = word[..<equals]
                if fields[name] == nil { fields[name] = word[word.index(after: equals)...] }
            }
            guard let said = fields["JobName"], said == name else { continue }
            isOurs = true
            guard SlurmAccounts.numbers(fields["ArrayTaskId"] ?? "").contains(where: { $0.contains(number) }),
                let state = fields["JobState"]
            else { continue }
            return finalStates.contains(String(state)) ? .over(String(state)) : .present
        }
        return isOurs ? .goneFromArray : .unknownJob
    }

    private static let reservedOptions = [
        "--comment", "--job-name", "--array", "--requeue", "--clusters", "--parsable", "--wait", "--test-only",
    ]
    private static let reservedLetters = ["-J", "-a", "-M", "-W"]

    static func reserved(_ word: String) -> String? {
        guard word.hasPrefix("--") else { return reservedLetters.first { word.hasPrefix($0) } }
        let given = word.prefix { $0 != "=" }
        // Options may be cut short.
        return reservedOptions.first { $0 == given || given.count > 4 && $0.hasPrefix(given) }
    }

    static func minutes(_ seconds: Double) -> Int { max(1, Int((seconds / 60).rounded(.up))) }

    static func submit(_ job: BatchSubmission, _ traits: SchedulerTraits) throws(Problem) -> [String] {
        let request = job.request
        // In file names of Slurm's a % is special.
        let log = job.log.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
        var command = [
            "sbatch", "--parsable", "--no-requeue", "--kill-on-invalid-dep=yes", "--comment=jobmon:\(job.batch)",
            "--job-name=\(job.name)", "--array=1-\(job.count)", "--chdir=\(job.directory)", "--export=ALL",
            "--output=\(request.stdout ?? log)", "--error=\(request.stderr ?? request.stdout ?? log)",
        ]
        // All tasks share the one log.
        if request.stdout == nil || request.stderr == nil { command.append("--open-mode=append") }
        // Else GPUs may be given on several; but who asks for several knows what for.
        if !request.options.contains(where: isOfNodes) { command.append("--nodes=1") }
        if request.slots > 1 { command.append("--cpus-per-task=\(request.slots)") }
        if let memory = request.memory { command.append("--mem=\(max(1, (memory + (1 << 20) - 1) >> 20))M") }
        if let runtime = request.runtime { command.append("--time=\(minutes(runtime))") }
        if let project = request.project { command.append("--account=\(project)") }
        if let partition = request.partition { command.append("--partition=\(partition)") }
        if let gpus = request.gpus, gpus > 0 { command.append("--gpus=\(gpus)") }
        if !request.hold.isEmpty { command.append("--dependency=afterany:\(request.hold.joined(separator: ":"))") }
        return command + request.options + [job.script]
    }

    private static func isOfNodes(_ option: String) -> Bool {
        option.hasPrefix("--nod") || option.hasPrefix("--ntasks")
            || !option.hasPrefix("--")
                && ["-N", "-n", "-w"].contains { option.hasPrefix($0) }
    }

    /// Slurm's table of jobs has no place for so many. `sbatch` would try 15 times, within 2 minutes.
    static let queueFull = "Slurm job queue full"

    static func readSubmit(_ result: CommandResult) -> SubmitReading {
        if result.status == 0 {
            let line = result.output.split(separator: "\n").last.map { $0.trimmed } ?? ""
            let id = line.split(separator: ";").first.map { String($0) } ?? ""
            guard !id.isEmpty, id.allSatisfy({ ("0"..."9").contains($0) }) else {
                return .unclear("sbatch gave no job id: \(SchedulerText.sentence(result.text, dropping: prefixes))")
            }
            return .job(id)
        }
        let sentence = SchedulerText.sentence(result.text, dropping: prefixes)
        // Said between two tries, of which the last failed. (Should the one that was killed have been taken after all: its
        // manifest is removed, and its tasks run nothing.)
        if SchedulerText.contains(sentence, anyOf: [queueFull, "Unable to create job record"]) {
            return .tooMany(sentence)
        }
        if let silence = result.silence(of: "sbatch", dropping: prefixes) { return .unclear(silence) }
        if sentence.contains("connect failure") || sentence.contains("Connection refused") { return .notNow(sentence) }
        if SchedulerText.contains(
            sentence,
            anyOf: [
                "Protocol authentication", "Munge encode",
                "Resource temporarily unavailable", "temporarily unable",
            ])
        {
            return .notNow(sentence)
        }
        if SchedulerText.contains(sentence, anyOf: ["MaxSubmitJob", "GrpSubmitJob"]) { return .tooMany(sentence) }
        // Without the limit's name before it, this may be the number of jobs too.
        if sentence.hasPrefix("Batch job submission failed: Job violates accounting/QOS policy") {
            return .tooMany(sentence)
        }
        if SchedulerText.contains(sentence, anyOf: noAnswer) || result.status > 128 && result.status != 255 {
            return .unclear(sentence.isEmpty ? "sbatch was killed" : sentence)
        }
        return .refused(sentence.isEmpty ? "sbatch failed with exit code \(result.status)" : sentence)
    }

    static func readList(_ result: CommandResult) throws(ExecutorError) -> [ListedTask] {
        guard result.status == 0, !result.complaint.contains("error") else {
            let sentence = SchedulerText.sentence(result.text, dropping: prefixes)
            throw .unreachable(sentence.isEmpty ? "squeue failed with exit code \(result.status)" : sentence)
        }
        var tasks: [ListedTask] = []
        for line in result.output.split(separator: "\n") {
            let fields = line.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false)
            guard fields.count == 4, fields[3].hasPrefix("jobmon:") else { continue }
            let id = fields[0].split(separator: "_")
            guard id.count == 2, let number = Int(id[1]) else { continue }
            let standing: ListedTask.Standing
            switch fields[1] {
            case "PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD", "SPECIAL_EXIT":
                standing = .waiting
            // Over: what it came to is the accounting's to say.
            case let state where finalStates.contains(String(state)): continue
            default: standing = .running
            }
            tasks.append(
                ListedTask(
                    job: String(id[0]), numbers: [number...number], standing: standing,
                    mark: String(fields[3].dropFirst("jobmon:".count)).trimmed))
        }
        return tasks
    }
}

/// The records of Slurm's accounting.
enum SlurmAccounts {
    static func read(_ result: CommandResult) throws(ExecutorError) -> [AccountedTask] {
        guard result.status == 0,
            !SchedulerText.contains(result.complaint, anyOf: ["refused", "Unable to", "disabled"])
        else {
            throw .unreachable(SchedulerText.sentence(result.text, dropping: ["sacct: error: ", "sacct: "]))
        }
        var tasks: [AccountedTask] = []
        for line in result.output.split(separator: "\n") {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map { String($0) }
            guard fields.count == 8 else { continue }
            let id = fields[0].split(separator: ".", maxSplits: 1)
            let parts = (id.first ?? "").split(separator: "_")
            guard let job = parts.first else { continue }
            let numbers = parts.count == 2 ? numbers(parts[1]) : []
            if id.count == 2 {
                // A step of it: what it used.
                guard let last = tasks.lastIndex(where: { $0.job == job && $0.numbers == numbers }),
                    let used = bytes(fields[7])
                else { continue }
                tasks[last].outcome.usage.maxrss = max(tasks[last].outcome.usage.maxrss ?? 0, used)
                continue
            }
            tasks.append(task(String(job), numbers, fields))
        }
        return tasks
    }

    /// The tasks of a record: `3`, or, of those that never started, `[2,6,8-9%1]`.
    static func numbers(_ text: Substring) -> [ClosedRange<Int>] {
        text.filter { $0 != "[" && $0 != "]" }.prefix { $0 != "%" }.split(separator: ",").compactMap { part in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return nil }
            return first...last
        }
    }

    private static func task(_ job: String, _ numbers: [ClosedRange<Int>], _ fields: [String]) -> AccountedTask {
        let state = fields[2].split(separator: " ").first.map { String($0) } ?? ""
        let started = !["", "None", "Unknown"].contains(fields[4])
        let isFinal =
            !["", "None", "Unknown"].contains(fields[5])
            && !["PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING", "RESIZING"].contains(state)
        let code = fields[3].split(separator: ":").compactMap { Int($0) }
        var evidence = Evidence(scheduler: SchedulerWord(fields[2], cause: cause(state)))
        if state == "COMPLETED" || state == "FAILED", code.count == 2 {
            if code[1] > 0, code[1] <= 64 { evidence.signal = code[1] } else { evidence.exitCode = code[0] & 255 }
        }
        // While a record is being made it may lack its code: a failure is no success for that.
        if state == "FAILED", evidence.exitCode == 0 { evidence.exitCode = nil }
        var outcome = Outcome(evidence: evidence)
        outcome.usage.wallclock = started ? Double(fields[6]) : nil
        outcome.usage.maxrss = bytes(fields[7])
        if !started, outcome.status == .cancelled { outcome.description = "cancelled before it started (\(fields[2]))" }
        return AccountedTask(
            job: job, numbers: numbers, name: fields[1], isFinal: isFinal, outcome: outcome,
            isPresumed: state == "NODE_FAIL" || state == "BOOT_FAIL")
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

extension StringProtocol {
    var trimmed: String {
        let head = drop(while: \.isWhitespace)
        guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(head[...last])
    }
}
