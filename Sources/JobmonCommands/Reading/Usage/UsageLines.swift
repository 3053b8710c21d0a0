import JobmonCore
import JobmonViews

/// Recommended requests as lines to paste, with what they rest on as comments.
struct UsageLines {
    var format: UsageFormat
    /// Grid Engine's name for memory.
    var memoryResource = "h_vmem"

    func hasRequest(_ group: UsageGroup) -> Bool { !requests(group).isEmpty }

    /// The comments and the lines of a group.
    func text(_ group: UsageGroup) -> String {
        let lines = comments(group).map { "# \(Printable.line($0))" } + requests(group)
        return lines.map { "\($0)\n" }.joined()
    }

    // MARK: - Comments

    private func comments(_ group: UsageGroup) -> [String] {
        var lines = ["\(group.title): \(Units.count(group.finished, "job")) finished"]
        for (name, size) in [("memory", group.memory), ("time", group.time)] {
            switch size.advice {
            case .request(let found):
                let jobs = Units.count(found.jobs, "job")
                lines.append("\(name): \(UsageWords.share(found.risk)) of further jobs need more, by \(jobs)")
            case .refused(let sentence): lines.append("\(name): nothing is recommended: \(sentence)")
            }
        }
        if let slots = group.fewerSlots, let found = group.slots.advice.recommendation {
            let share = UsageWords.share(found.risk)
            lines.append("slots: \(share) of further jobs keep more than \(Units.count(slots, "slot")) at work")
        }
        guard format == .qsub else { return lines }
        if let slots = group.fewerSlots { lines.append("for -pe: \(Units.count(slots, "slot"))") }
        if group.memory.advice.recommendation != nil, memoryResource == "h_vmem" {
            lines.append("h_vmem limits address space: what reserves more than it uses (Java, CUDA) needs more")
        }
        return lines
    }

    // MARK: - Requests

    private func requests(_ group: UsageGroup) -> [String] {
        let memory = group.memory.advice.recommendation?.request
        let time = group.time.advice.recommendation?.request
        switch format {
        case .table: return []
        case .sbatch:
            var lines: [String] = []
            if let memory { lines.append("#SBATCH --mem=\(Self.mebibytes(memory))M") }
            if let time { lines.append("#SBATCH --time=\(Self.clock(time, days: true))") }
            if let slots = group.fewerSlots { lines.append("#SBATCH --cpus-per-task=\(slots)") }
            return lines
        case .qsub:
            var lines: [String] = []
            if let memory {
                // Grid Engine multiplies what is requested by the slots.
                let slots = group.fewerSlots ?? max(1, Int((group.slots.requested?.most ?? 1).rounded(.down)))
                let perSlot = (Self.mebibytes(memory) + slots - 1) / slots
                lines.append("#$ -l \(memoryResource)=\(perSlot)M")
            }
            if let time { lines.append("#$ -l h_rt=\(Self.clock(time, days: false))") }
            return lines
        case .jobs:
            var options: [String] = []
            var members: [String] = []
            if let memory {
                options.append("--memory \(UsageWords.request(memory: memory))")
                members.append("\"memory\": \"\(UsageWords.request(memory: memory))\"")
            }
            if let time {
                options.append("--runtime \(UsageWords.request(time: time))")
                members.append("\"runtime\": \"\(UsageWords.request(time: time))\"")
            }
            if let slots = group.fewerSlots {
                options.append("--slots \(slots)")
                members.append("\"slots\": \(slots)")
            }
            return options.isEmpty ? [] : [options.joined(separator: " "), members.joined(separator: ", ")]
        }
    }

    private static func mebibytes(_ bytes: Double) -> Int { Int((bytes / 1_048_576).rounded(.up)) }

    /// `01:24:00`; with days, `2-03:00:00`.
    private static func clock(_ seconds: Double, days: Bool) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let all = Int(seconds.rounded(.up))
        let (hours, minutes, rest) = (all / 3600, all / 60 % 60, all % 60)
        let clock = ":\(two(minutes)):\(two(rest))"
        return days && hours >= 24 ? "\(hours / 24)-\(two(hours % 24))\(clock)" : "\(two(hours))\(clock)"
    }
}
