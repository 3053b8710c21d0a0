import JobmonCore
import JobmonLedger
import JobmonTestSupport

/// A real ledger whose jobs were measured, killed for memory, ended at their time limit, tried again and forgotten at
/// random.
struct UsageLedger {
    let ledger: SQLiteLedger
    let now = Timestamp(milliseconds: 1_800_000_500_000)
    private var random: SeededGenerator
    private let time = Timestamp(milliseconds: 1_800_000_000_000)

    static let queues = ["fit", "merge", "a queue's \"name\""]
    static let names = ["fit.R", "merge[1].py", "sim", "a name that is longer than fifteen bytes"]

    init(seed: UInt64, jobs: Int, place: SQLiteLedger.Place = .memory) async throws {
        ledger = try SQLiteLedger.open(place, time: .system)
        random = SeededGenerator(seed: seed)
        var events: [Event] = []
        for number in 1...jobs { events += job(number) }
        for start in stride(from: 0, to: events.count, by: 3000) {
            _ = try await ledger.record(Array(events[start..<min(events.count, start + 3000)]))
        }
    }

    private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: values.indices, using: &random)]
    }

    private mutating func job(_ number: Int) -> [Event] {
        var params: JSONObject = [:]
        if chance(0.8) { params["year"] = .int(Int64.random(in: 1990...1993, using: &random)) }
        let name = pick(Self.names)
        let description = JobDescription(name: name, runfile: "/bin/true", params: params, maxAttempts: 3)
        let queue = chance(0.9) ? pick(Self.queues) : nil
        var events: [Event] = []
        let reference: JobReference
        if let queue {
            reference = .key(queue: queue, key: "k\(number)")
            events.append(Event(time: time, fact: .job(reference, description)))
        } else {
            reference = .jid(Int64(number))
        }
        let attempts = Int.random(in: 1...3, using: &random)
        for attempt in 1...attempts {
            let key = InstanceReference.key("i\(number).\(attempt)")
            let isNew = queue == nil && attempt == 1
            events.append(
                Event(
                    time: time,
                    fact: .submitted(
                        key,
                        Submission(
                            job: isNew ? nil : reference, description: isNew ? description : nil, executor: "slurm",
                            requested: requested()))))
            let isLast = attempt == attempts
            if isLast, chance(0.05) { continue }
            let allocated: JSONObject =
                chance(0.5) ? ["node": .string(pick(["n1", "n2"])), "slots": 2, "memory": .int(3 << 30)] : [:]
            events.append(
                Event(
                    time: time.advanced(bySeconds: Double(attempt)),
                    fact: .running(key, Start(host: "n1", place: ClusterPlace(queue: "all", allocated: allocated)))))
            if isLast, chance(0.1) { continue }
            events.append(
                Event(time: time.advanced(bySeconds: 300), fact: .outcome(key, outcome(isGood: isLast && chance(0.8)))))
        }
        if queue != nil, chance(0.05) { events.append(Event(time: now, fact: .forget(reference))) }
        return events
    }

    private mutating func requested() -> RequestedResources {
        RequestedResources(
            slots: chance(0.7) ? pick([1, 2, 8]) : nil, memory: chance(0.7) ? pick([1 << 30, 2 << 30]) : nil,
            runtime: chance(0.7) ? pick([3600, 7200.5]) : nil)
    }

    private mutating func outcome(isGood: Bool) -> Outcome {
        var evidence = Evidence(exitCode: 0)
        if !isGood {
            switch Int.random(in: 0...3, using: &random) {
            case 0: evidence = Evidence(exitCode: 1)
            case 1: evidence = Evidence(exitCode: 1, timedOut: true)
            case 2: evidence = Evidence(signal: 9, scheduler: SchedulerWord("OUT_OF_MEMORY", cause: .outOfMemory))
            default: evidence = Evidence(signal: 15, scheduler: SchedulerWord("TIMEOUT", cause: .timeLimit))
            }
        }
        var usage = Usage(
            wallclock: chance(0.9) ? Double.random(in: 0.5...900, using: &random) : nil,
            cpu: chance(0.9) ? Double.random(in: 0.5...900, using: &random) : nil,
            maxrss: Int64.random(in: 1_000_000...9_000_000_000, using: &random))
        if chance(0.9) {
            let bytes = Int64.random(in: 1_000_000...9_000_000_000, using: &random)
            usage.memoryPeak = MemoryPeak(
                bytes: bytes, source: .pss, bound: chance(0.1) ? .atLeast : chance(0.4) ? .atMost : nil)
            if chance(0.5) { usage.maxrss = bytes }
            usage.maxrssAtMost = chance(0.2)
        }
        return Outcome(evidence: evidence, usage: usage, stderr: isGood ? nil : "ValueError: no data\n")
    }
}
