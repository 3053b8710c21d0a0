import JobmonCore

/// The limits of one of Grid Engine's jobs, and what it has used.
struct GridEngineLimits {
    /// What `qstat -j` prints of the job, and `qconf -sq` of its queue; empty: no answer.
    let job: String
    let queue: String
    /// Its index in an array job; nil: it is none.
    var task: Int?
    /// The node as the queue names it; nil: unknown.
    var node: String?
    /// Grid Engine allows each of a job's slots that much of processor time and memory.
    var slots: Int

    /// Asks for them.
    init(_ inquiry: SchedulerInquiry) {
        let place = inquiry.job.place
        var node: String?
        if case .string(let name)? = place.allocated["node"] { node = name }
        var slots = 1
        if case .int(let count)? = place.allocated["slots"] { slots = max(1, Int(count)) }
        self.init(
            job: inquiry.output(of: ["qstat", "-j", inquiry.job.job]) ?? "",
            queue: place.queue.flatMap { inquiry.output(of: ["qconf", "-sq", $0]) } ?? "", task: inquiry.job.task,
            node: node, slots: slots)
    }

    init(job: String, queue: String, task: Int?, node: String?, slots: Int) {
        self.job = job
        self.queue = queue
        self.task = task
        self.node = node
        self.slots = slots
    }

    /// Seconds of a limit of time; nil: there is none.
    func seconds(_ name: String) -> Double? { values(name).compactMap { GridEngineAmount.seconds($0) }.min() }

    /// Why Grid Engine ends the job, if that is neither for its run time nor on request: it exceeds what all of its
    /// processes together may have of processor time, or of memory; nil: there is no such limit.
    /// - Parameter signal: the name of the signal that announced it.
    func exceeded(_ signal: String) -> SchedulerWord? {
        let times = Double(slots)
        let processor = seconds("h_cpu").map { $0 * times }
        let ran = used("cpu").flatMap { GridEngineAmount.seconds($0) }
        if let processor, let ran, ran >= processor - Self.slack {
            return SchedulerWord("\(signal): its h_cpu of \(Int(processor)) s is over", cause: .timeLimit)
        }
        let limits = values("h_vmem").compactMap { text in
            GridEngineAmount.bytes(text).map { (text: text, bytes: $0 * times) }
        }
        guard let limit = limits.min(by: { $0.bytes < $1.bytes }) else { return nil }
        let peak = used("maxvmem").flatMap { text in (GridEngineAmount.bytes(text) ?? 0) > limit.bytes ? text : nil }
        let each = slots > 1 ? " for each of \(slots) slots" : ""
        if let peak {
            return SchedulerWord(
                "\(signal): its processes together exceed its h_vmem (\(limit.text)\(each), maxvmem \(peak))",
                cause: .outOfMemory)
        }
        // What is known of its use may be older than the end: then the limit is the reason only if there is no other.
        guard processor == nil else { return nil }
        return SchedulerWord(
            "\(signal): no deletion, and no limit but its h_vmem (\(limit.text)\(each) for its processes together)",
            cause: .outOfMemory, isInferred: true)
    }

    /// Seconds by which the use that is known may be older than the end.
    private static let slack = 5.0

    /// What the job was submitted with, and what its queue allows.
    private func values(_ name: String) -> [Substring] {
        let asked = Self.words(job, in: "hard_resource_list:").first { $0.hasPrefix("\(name)=") }
        // NAME  VALUE,[HOST=VALUE],...
        let said = Self.words(queue, in: "\(name) ").dropFirst()
        var allowed = said.first
        if said.count > 1 {
            // What holds for a group of hosts can't be told from here.
            let own = node.map { "[\($0)=" }
            allowed = own.flatMap { own in
                said.first { $0.hasPrefix(own) }?.dropFirst(own.count).prefix { $0 != "]" }
            }
        }
        return [asked?.dropFirst(name.count + 1), allowed].compactMap { $0 }
    }

    /// A value of what it has used, by the latest report of its node; nil: unknown.
    private func used(_ name: String) -> Substring? {
        // usage    1:      cpu=00:00:02, mem=0.12345 GBs, io=0.00100, vmem=412.344M, maxvmem=412.344M
        for line in job.split(separator: "\n") where line.hasPrefix("usage") {
            let words = line.split { $0 == " " || $0 == "," }
            guard words.count > 2, words[1] == "\(task ?? 1):" else { continue }
            return words.first { $0.hasPrefix("\(name)=") }?.dropFirst(name.count + 1)
        }
        return nil
    }

    private static func words(_ text: String, in label: String) -> [Substring] {
        let line = text.split(separator: "\n").first { GridEngineLabel.begins($0, label) } ?? ""
        return line.split { $0 == " " || $0 == "," }
    }
}
