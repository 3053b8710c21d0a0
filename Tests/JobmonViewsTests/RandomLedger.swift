import JobmonCore
import JobmonLedger
import JobmonTestSupport

/// A real ledger with jobs of all kinds, made of random events.
struct RandomLedger {
    let ledger: SQLiteLedger
    private var random: SeededGenerator
    private var time = Timestamp(milliseconds: 1_800_000_000_000)
    private var jobs = 0
    private var attempts = 0
    /// The keys of attempts that run.
    private var running: [String] = []
    /// The keys of jobs of a queue.
    private var keys: [(queue: String, key: String)] = []

    init(seed: UInt64) throws {
        ledger = try SQLiteLedger.open(.memory, time: .system)
        random = SeededGenerator(seed: seed)
    }

    private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: values.indices, using: &random)]
    }

    private static let errors = [
        "Traceback (most recent call last):\n  File \"fit.py\", line 3, in <module>\nValueError: no data for kenya\n",
        "Error in mutate() : object 'x' not found\nExecution halted\n", "Segmentation fault\n",
        "FileNotFoundError: [Errno 2] No such file or directory: '/data/a.csv'\n",
    ]

    /// Records some more events: new jobs, starts, ends, cancellations, jobs that are forgotten.
    mutating func go(_ steps: Int) async throws {
        var events: [Event] = []
        for _ in 0..<steps {
            time = time.advanced(bySeconds: Double(Int.random(in: 1...3000, using: &random)) / 1000)
            events += step()
        }
        _ = try await ledger.record(events)
    }

    private mutating func step() -> [Event] {
        if keys.count < 20 || chance(0.35) { return [newJob()] }
        if chance(0.6) || running.isEmpty { return start() }
        if chance(0.05) { return [cancel()] }
        if chance(0.03) { return [Event(time: time, fact: .forget(job()))] }
        return [end()]
    }

    private mutating func job() -> JobReference {
        let known = pick(keys)
        return .key(queue: known.queue, key: known.key)
    }

    private mutating func newJob() -> Event {
        jobs += 1
        let key = "k\(jobs)"
        let queue = pick(["fit", "merge", "a queue's \"name\""])
        keys.append((queue, key))
        var params: JSONObject = [:]
        if chance(0.9) { params["year"] = .int(Int64.random(in: 1990...1999, using: &random)) }
        if chance(0.7) { params["location"] = .string(pick(["kenya", "oslo", "n9", "n10", "a=b"])) }
        var resources: JSONObject = [:]
        if chance(0.5) { resources["memory"] = .int(pick([1 << 30, 2 << 30])) }
        let description = JobDescription(
            name: pick(["fit.R", "merge[1].py", "a*b", "sim"]), runfile: "/bin/true", params: params,
            resources: resources, maxAttempts: Int.random(in: 1...3, using: &random))
        return Event(time: time, fact: .job(.key(queue: queue, key: key), description))
    }

    private mutating func start() -> [Event] {
        attempts += 1
        let key = "a\(attempts)"
        let submitted = Event(
            time: time, fact: .submitted(.key(key), Submission(job: job(), executor: "local")))
        guard chance(0.9) else { return [submitted] }
        running.append(key)
        let begun = time.advanced(bySeconds: Double.random(in: 0...5, using: &random))
        let start = Start(host: chance(0.95) ? pick(["n1", "n2", "n10", "login"]) : nil)
        return [submitted, Event(time: begun, fact: .running(.key(key), start))]
    }

    private mutating func cancel() -> Event { Event(time: time, fact: .cancel(job())) }

    private mutating func end() -> Event {
        let key = running.remove(at: Int.random(in: running.indices, using: &random))
        let isGood = chance(0.6)
        let evidence: Evidence
        if isGood {
            evidence = Evidence(exitCode: 0)
        } else {
            let choice = Int.random(in: 0...3, using: &random)
            evidence =
                choice == 0
                ? Evidence(signal: 11) : choice == 1 ? Evidence(exitCode: 1, timedOut: true) : Evidence(exitCode: 1)
        }
        var usage = Usage(
            wallclock: chance(0.8) ? Double.random(in: 0.01...900, using: &random) : nil,
            cpu: chance(0.8) ? Double.random(in: 0.01...900, using: &random) : nil,
            maxrss: chance(0.8) ? Int64.random(in: 1_000_000...9_000_000_000, using: &random) : nil)
        if chance(0.5) {
            usage.memoryPeak = MemoryPeak(
                bytes: Int64.random(in: 1_000_000...90_000_000_000, using: &random), source: .pss)
        }
        var outcome = Outcome(evidence: evidence, usage: usage, stderr: isGood ? nil : pick(Self.errors))
        if isGood, chance(0.1) { outcome.doubt = "an exception in a thread" }
        return Event(time: time.advanced(bySeconds: 6), fact: .outcome(.key(key), outcome))
    }

    /// The time of its last event.
    var now: Timestamp { time.advanced(bySeconds: 10) }

    /// A filter that selects some of its jobs.
    mutating func filter() -> JobFilter {
        var filter = JobFilter()
        if chance(0.3) {
            filter.statuses = (0...Int.random(in: 0...2, using: &random)).map { _ in pick(Status.allCases) }
        }
        if chance(0.2) { filter.queue = pick(["fit", "merge", "a queue's \"name\"", "none"]) }
        if chance(0.2) {
            filter.name = pick([
                "fit.R", "*", "?im", "merge[1].py", "merge[[]1].py", "a*b", "[a-f]*", "[^f]*", "x[", "*.*",
            ])
        }
        if chance(0.2) {
            filter.params.append(.init(name: "year", value: "\(Int.random(in: 1990...2000, using: &random))"))
        }
        if chance(0.1) { filter.params.append(.init(name: "location", value: pick(["kenya", "a=b", "nowhere"]))) }
        if chance(0.15) { filter.causes = [pick([.exit, .signal, .timeout, .lost, .cancelled])] }
        if chance(0.15) { filter.hosts = [pick(["n1", "n2", "n10", "nowhere"]), "login"] }
        if chance(0.15) { filter.groups = [Int64.random(in: 1...5, using: &random)] }
        if chance(0.05) { filter.groups = [1, 2] }
        if chance(0.1) { filter.doubtful = true }
        if chance(0.05) { filter.late = true }
        if chance(0.1) { filter.numbers = JobNumbers(ranges: [3...40, 60...60, 100...500]) }
        if chance(0.05) { filter.jids = [1, 5, 9, 9999] }
        if chance(0.1) {
            filter.since = Timestamp(milliseconds: 1_800_000_000_000).advanced(
                bySeconds: Double.random(in: 0...2000, using: &random))
        }
        return filter
    }
}
