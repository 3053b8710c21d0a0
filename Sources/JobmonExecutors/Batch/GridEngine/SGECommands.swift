import JobmonCore

/// The submits of Grid Engine, and its configuration.
enum SGECommands {
    static let prefixes = ["Unable to run job: ", "error: ", "qsub: ", "denied: "]
    static let noAnswer = [
        "got send error", "unable to send message", "unable to contact qmaster", "commlib error", "got read error",
        "timeout expired", "failed receiving", "can't connect to service",
    ]

    static func readTraits(_ results: [CommandResult], _ traits: inout SchedulerTraits) {
        for line in (results.first?.output ?? "").split(separator: "\n") where line.hasPrefix("max_aj_tasks") {
            let value = line.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) }
            if let value, value > 0 { traits.maxTasks = min(traits.maxTasks, value) }
        }
        traits.memories = []
        for line in (results.count > 1 ? results[1].output : "").split(separator: "\n") where !line.hasPrefix("#") {
            // name shortcut type relop requestable consumable default urgency
            let fields = line.split(whereSeparator: \.isWhitespace).map { String($0) }
            guard fields.count >= 6, fields[4] == "YES" || fields[4] == "FORCED" else { continue }
            let resource = SchedulerTraits.Resource(
                name: fields[0], perSlot: fields[5] == "YES", isCounted: fields[5] != "NO")
            if fields[2] == "MEMORY" { traits.memories.append(resource) }
            if ["gpu", "gpus", "ngpus"].contains(fields[0]) { traits.gpus = resource }
        }
        if results.count > 2 { traits.environments = results[2].output.split(separator: "\n").map { $0.trimmed } }
    }

    /// Memory that one asks for, as sites call it; limits that kill (`h_vmem`) are not asked for unless somebody wants them.
    private static let memoryNames = ["m_mem_free", "mem_free", "mem_requested", "memory", "mem", "virtual_free"]
    private static let environmentNames = ["smp", "shm", "threads", "threaded", "openmp", "multi_slot", "serial"]

    static func submit(_ job: BatchSubmission, _ traits: SchedulerTraits) throws(Problem) -> [String] {
        let request = job.request
        var command = [
            "qsub", "-terse", "-r", "n", "-notify", "-V", "-w", verification(job.request, traits), "-S", "/bin/sh",
            "-N", job.name, "-ac",
            "jobmon=\(job.batch)", "-t", "1-\(job.count)", "-wd", job.directory, "-o", request.stdout ?? job.log,
        ]
        if let stderr = request.stderr { command += ["-e", stderr, "-j", "n"] } else { command += ["-j", "y"] }
        if request.slots > 1 {
            command += ["-pe", try environment(request, traits), String(request.slots)]
        }
        let resources = try resources(request, traits)
        if !resources.isEmpty { command += ["-l", resources.joined(separator: ",")] }
        if let project = request.project { command += ["-P", project] }
        if let queue = request.partition { command += ["-q", queue] }
        if !request.hold.isEmpty { command += ["-hold_jid", request.hold.joined(separator: ",")] }
        return command + request.options + [job.script]
    }

    /// What a job asks for, as `-l` takes it.
    static func resources(_ request: ClusterRequest, _ traits: SchedulerTraits) throws(Problem) -> [String] {
        var resources: [String] = []
        if let bytes = request.memory {
            let memory = try memory(request, traits)
            let amount = memory.perSlot ? (bytes + Int64(request.slots) - 1) / Int64(request.slots) : bytes
            resources.append("\(memory.name)=\((amount + (1 << 20) - 1) >> 20)M")
        }
        if let runtime = request.runtime { resources.append("h_rt=\(Int(runtime.rounded(.up)))") }
        if let gpus = request.gpus, gpus > 0 {
            guard let name = traits.gpus?.name else {
                throw Problem(
                    .invalid, "this Grid Engine has none of the resources gpu, gpus and ngpus",
                    hint: "request them with --queue-options \"-l NAME=\(gpus)\"")
            }
            resources.append("\(name)=\(gpus)")
        }
        if !request.avoided.isEmpty { resources.append("h=!(\(request.avoided.joined(separator: "|")))") }
        return resources
    }

    /// Whether what no queue could ever give is to be refused. Grid Engine looks at what it counts only, and takes what
    /// nodes report for missing: with such a resource every job would be refused.
    private static func verification(_ request: ClusterRequest, _ traits: SchedulerTraits) -> String {
        var asked: [SchedulerTraits.Resource] = []
        if request.memory != nil, let memory = try? Self.memory(request, traits) { asked.append(memory) }
        if let gpus = request.gpus, gpus > 0, let resource = traits.gpus { asked.append(resource) }
        let isCounted = asked.allSatisfy(\.isCounted)
        return isCounted && !request.options.contains("-l") ? "e" : "w"
    }

    static func memory(
        _ request: ClusterRequest, _ traits: SchedulerTraits
    ) throws(Problem) -> SchedulerTraits.Resource {
        if let name = request.memoryResource {
            return traits.memories.first { $0.name == name } ?? SchedulerTraits.Resource(name: name)
        }
        for name in memoryNames {
            if let found = traits.memories.first(where: { $0.name == name }) { return found }
        }
        let names = traits.memories.map(\.name).joined(separator: ", ")
        throw Problem(
            .invalid, "cannot determine the memory resource of this Grid Engine",
            hint: "name it with --memory-resource; it has \(names.isEmpty ? "none" : names)")
    }

    static func environment(
        _ request: ClusterRequest, _ traits: SchedulerTraits
    ) throws(Problem) -> String {
        if let name = request.parallelEnvironment { return name }
        if let known = environmentNames.first(where: { traits.environments.contains($0) }) { return known }
        if traits.environments.count == 1 { return traits.environments[0] }
        let names = traits.environments.joined(separator: ", ")
        throw Problem(
            .invalid, "cannot determine the parallel environment for \(request.slots) slots on one host",
            hint: "name it with --parallel-environment; this Grid Engine has \(names.isEmpty ? "none" : names)")
    }

    static func readSubmit(_ result: CommandResult) -> SubmitReading {
        if result.status == 0 {
            // Before it may stand what the site's checks have to say.
            for line in result.output.split(separator: "\n").reversed() {
                // 3.1-20:1
                let parts = line.trimmed.split(separator: ".", maxSplits: 1)
                guard let id = parts.first, parts.count == 2, id.allSatisfy({ ("0"..."9").contains($0) }),
                    parts[1].allSatisfy({ ("0"..."9").contains($0) || $0 == "-" || $0 == ":" })
                else { continue }
                return .job(String(id))
            }
            return .unclear("qsub gave no job id: \(SchedulerText.sentence(result.text, dropping: prefixes))")
        }
        if let silence = result.silence(of: "qsub", dropping: prefixes) { return .unclear(silence) }
        let sentence = SchedulerText.sentence(result.text, dropping: prefixes)
        if sentence.contains("Connection refused") || sentence.contains("can't resolve host") {
            return .notNow(sentence)
        }
        if SchedulerText.contains(sentence, anyOf: noAnswer) || result.status > 128 {
            return .unclear(sentence.isEmpty ? "qsub was killed" : sentence)
        }
        if SchedulerText.contains(sentence, anyOf: ["are allowed per user", "are allowed per cluster", "max_u_jobs"]) {
            return .notNow(sentence)
        }
        return .refused(sentence.isEmpty ? "qsub failed with exit code \(result.status)" : sentence)
    }

    /// Reads `qstat -j` of an array job that the list does not show at all.
    static func readConfirmation(
        _ result: CommandResult, _ name: String, _ number: Int
    ) throws(ExecutorError) -> Confirmation {
        if result.text.contains("do not exist") { return .unknownJob }
        guard result.status == 0 else { throw .unreachable(SchedulerText.sentence(result.text, dropping: prefixes)) }
        let said = result.output.split(separator: "\n").first { $0.hasPrefix("job_name:") }?
            .dropFirst("job_name:".count).trimmed
        guard let said else { throw .unreachable("qstat -j gave no job's name") }
        return said == name ? .present : .unknownJob
    }

    /// The reasons of errors in `qstat -j`, by job id.
    static func readExplanations(_ result: CommandResult) -> [String: String] {
        var reasons: [String: String] = [:]
        var job = ""
        for line in result.output.split(separator: "\n") {
            if line.hasPrefix("job_number:") {
                job = line.dropFirst("job_number:".count).trimmed
            } else if GridEngineLabel.begins(line, "error_reason"), reasons[job] == nil {
                // error reason   1:   DATE TIME [UID:PID]: error: WHAT (Open Cluster Scheduler: error_reason)
                let text = line.drop { $0 != ":" }.dropFirst().trimmed
                reasons[job] =
                    text.firstIndex(of: "]").map { text[text.index(after: $0)...].drop { ": ".contains($0) } }
                    .map { String($0.hasPrefix("error: ") ? $0.dropFirst(7) : $0) } ?? text
            }
        }
        return reasons
    }
}
