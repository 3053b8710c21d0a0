import Glibc
import JobmonCore

/// The submits and lists of Slurm.
enum SlurmCommands {
    static let environment = CommandEnvironment(
        submits: ["sbatch"],
        isTaste: ClusterScheduler.slurm.signs.isTaste,
        // Else a list of tasks may be cut.
        settings: ["SLURM_BITSTR_LEN": "0"])

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
        if !request.avoided.isEmpty { command.append("--exclude=\(request.avoided.joined(separator: ","))") }
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
