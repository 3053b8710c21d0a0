import JobmonCore

/// The sentences about limits of time and memory, and about what a scheduler said.
extension ExplanationWords {
    // MARK: Who said it

    /// The scheduler of an attempt for people; nil: none ran it.
    func title(_ last: InstanceRecord) -> String? { ClusterScheduler(rawValue: last.executor)?.signs.title }

    /// What the scheduler, or the kernel, said of the end of an attempt.
    func said(_ last: InstanceRecord) -> [String] {
        guard case .string(let words)? = surroundings.remarks["scheduler"] else { return [] }
        guard let title = title(last) else { return ["it was written among its stderr: \(words)"] }
        // Of a warning, the signal is what it sent.
        return ["\(title) \(words.hasPrefix("SIG") ? "sent" : "said:") \(words)"]
    }

    /// How sure a cause is that the scheduler's word gave.
    private var inferred: Explanation.Certainty {
        surroundings.remarks["scheduler_inferred"] == .bool(true) ? .likely : .certain
    }

    // MARK: Time

    func timeLimit(_ last: InstanceRecord) -> End {
        let runtime = requestedRuntime(last).map { ", and \(Units.duration($0)) were requested" } ?? ""
        return (
            "\(title(last) ?? "the scheduler") ended it, since its time limit passed", inferred,
            said(last) + ran(last).map { $0 + runtime }
        )
    }

    func ran(_ last: InstanceRecord) -> [String] {
        last.usage.wallclock.map { ["it ran for \(Units.duration($0))"] } ?? []
    }

    /// The run time that an attempt asked for; those of earlier versions are known from the job alone.
    private func requestedRuntime(_ last: InstanceRecord) -> Double? {
        last.requested.runtime ?? RequestedResources(job.description.resources).runtime
    }

    // MARK: Memory

    func outOfMemory(_ last: InstanceRecord) -> End {
        guard let taken = bytes("memory_taken") else {
            return ("it was killed for its memory", inferred, said(last) + memoryKills + peak(last))
        }
        let asked = bytes("memory_limit").map { ", and had asked for \($0)" } ?? ""
        return (
            "jobmon ended it for its memory (--enforce-memory)", .certain,
            ["its processes had \(taken) together\(asked)"] + memoryKills
        )
    }

    /// Of a program that says that it got no memory, while its address space was limited: nothing was killed for that.
    func shortage(_ last: InstanceRecord, _ headline: String) -> End? {
        let limit = addressSpace(last)
        guard !limit.isEmpty, MemoryShortage.isSaid(by: headline) else { return nil }
        let ending = ErrorText.ending(cause: last.cause, exitCode: last.exitCode, signal: last.signal)
        let end: End = (
            "it got no more memory: \(headline)", .likely, ["the command ended with \(ending)"] + limit + peak(last)
        )
        return end
    }

    /// That the kernel killed processes of it for memory, with the limit that they reached.
    var memoryKills: [String] {
        let isShared = surroundings.remarks["oom_shared"] == .bool(true)
        let evidence = Evidence(oomKills: surroundings.oomKills, oomShared: isShared)
        guard let kills = ErrorText.memoryKills(evidence) else { return [] }
        let limit = bytes("memory_limit").map { ["its cgroup was limited to \($0)"] } ?? []
        return ["\(kills) while it ran"] + limit
    }

    /// The limit of its address space, with the name by which it can be raised.
    func addressSpace(_ last: InstanceRecord) -> [String] {
        guard let limit = bytes("address_space_limit") else { return [] }
        let signs = ClusterScheduler(rawValue: last.executor)?.signs
        let name = signs.flatMap { signs in signs.addressSpaceLimit.map { "\($0) of \(signs.title)" } }
        return ["the address space of each of its processes was limited to \(limit) (\(name ?? "ulimit -v"))"]
    }

    private func peak(_ last: InstanceRecord) -> [String] {
        if let peak = last.usage.memoryPeak {
            return ["its processes used \(peak.bound?.words ?? "")\(Units.bytes(peak.bytes)) together\(given(last))"]
        }
        guard let peak = last.usage.maxrss else { return [] }
        let most = last.usage.maxrssAtMost ? "at most " : ""
        return ["its largest process used \(most)\(Units.bytes(peak))\(given(last))"]
    }

    /// `, and 4.0 GiB were requested`
    private func given(_ last: InstanceRecord) -> String {
        if let bytes = last.requested.memory ?? RequestedResources(job.description.resources).memory {
            return ", and \(Units.bytes(bytes)) were requested"
        }
        guard case .int(let bytes)? = last.place?.allocated["memory"], let title = title(last) else { return "" }
        return ", and \(title) gave it \(Units.bytes(bytes))"
    }

    private func bytes(_ remark: String) -> String? {
        guard case .int(let bytes)? = surroundings.remarks[remark] else { return nil }
        return Units.bytes(bytes)
    }

    // MARK: Next

    /// What relaunch rules made of earlier attempts, a sentence each.
    var relaunches: [String] {
        job.instances.compactMap { instance in
            guard let relaunch = instance.relaunch, relaunch.next == .again else { return nil }
            let end = instance.cause.map { " (\($0.words))" } ?? ""
            return "after attempt \(instance.retryNumber + 1)\(end): \(relaunch.words)"
        }
    }

    /// Words and options for one more attempt with more of what was too little.
    var larger: (with: String, more: String) {
        let resources = job.description.resources
        switch job.instances.last?.cause {
        case .outOfMemory? where resources["memory"] != nil: return (" with more memory", " --memory 1.5x")
        case .timeLimit? where resources["runtime"] != nil: return (" with more time", " --runtime 2x")
        default: return ("", "")
        }
    }
}
