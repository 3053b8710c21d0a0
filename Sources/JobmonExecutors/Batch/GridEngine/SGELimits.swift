import JobmonCore

/// The limits that a record of `qacct` names, with what the job used of them. Grid Engine has one number for a job that
/// it ended for a limit of time and for one of memory.
struct SGELimits {
    /// The requests of `qsub -l`.
    private let requests: [Substring: Substring]
    private let record: SGERecord
    /// Processor time and memory are allowed for each slot.
    private let slots: Double

    init(_ record: SGERecord) {
        self.record = record
        slots = max(1, SGEAccounts.number(record["slots"]) ?? 1)
        var requests: [Substring: Substring] = [:]
        // -u ada -l h_rt=600,h_vmem=2G -pe smp 4 (Open Cluster Scheduler: as it was submitted)
        let words = [record["submit_cmd_line"], record["category"]].flatMap { ($0 ?? "").split(separator: " ") }
        for (option, value) in zip(words, words.dropFirst()) where option == "-l" {
            for request in value.split(separator: ",") {
                let parts = request.split(separator: "=", maxSplits: 1)
                if parts.count == 2 { requests[parts[0]] = parts[1] }
            }
        }
        self.requests = requests
    }

    /// That its processes together had more memory than they may have: `h_vmem=300M, maxvmem=412.344MB`; nil: they had
    /// not, or no limit is known.
    var memory: String? {
        guard let request = requests["h_vmem"], let limit = GridEngineAmount.bytes(request),
            let text = record["maxvmem"], let used = GridEngineAmount.bytes(text[...]), used > limit * slots
        else { return nil }
        return "h_vmem=\(request)\(ofSlots), maxvmem=\(text)"
    }

    /// What ended a job for a limit.
    /// - Parameter failed: Grid Engine's own words.
    func word(_ failed: String) -> SchedulerWord {
        if let time { return SchedulerWord("\(failed) (\(time))", cause: .timeLimit) }
        if let memory { return SchedulerWord("\(failed) (\(memory))", cause: .outOfMemory) }
        return SchedulerWord(failed, cause: .timeLimit, isInferred: true)
    }

    /// That its time is over: `h_rt=600, ru_wallclock=601s`; nil: it is not, or no limit is known.
    private var time: String? {
        for (limit, used, share) in [("h_rt", "ru_wallclock", 1.0), ("h_cpu", "cpu", slots)] {
            guard let request = requests[limit[...]], let most = GridEngineAmount.seconds(request),
                let amount = SGEAccounts.number(record[used]), amount >= most * share - 1
            else { continue }
            return "\(limit)=\(request)\(share > 1 ? ofSlots : ""), \(used)=\(record[used] ?? "")"
        }
        return nil
    }

    private var ofSlots: String { slots > 1 ? " for each of \(Int(slots)) slots" : "" }
}
