import ArgumentParser
import JobmonCore
import JobmonLedger

/// A ledger as a long study leaves it: every fact goes the product's own way, `record`.
struct MakeLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a ledger of many jobs: several queues, params, retries, failures with their texts.")

    @Argument(help: "The file, made anew.")
    var file: String

    @Option(help: "How many jobs.")
    var jobs = 1_000_000

    @Option(help: "Jobs whose events are recorded together.")
    var batch = 2000

    @Option(help: "Of a thousand jobs, those that fail for good.")
    var failing = 20

    @Option(help: "Causes of failures.")
    var causes = 1

    func run() async throws {
        guard 0...900 ~= failing, causes > 0 else { throw ValidationError("--failing is 0 to 900, --causes 1 or more") }
        let time = TimeSource.system
        let begun = time.steadySeconds()
        let ledger = try SQLiteLedger.open(.file(path: file), time: time)
        var study = Study(failing: failing, causes: causes)
        var events = 0
        for start in stride(from: 0, to: jobs, by: batch) {
            var facts: [Event] = []
            for number in start..<min(jobs, start + batch) { study.append(job: number, to: &facts) }
            events += facts.count
            let recorded = try await ledger.record(facts)
            if let bad = recorded.results.first(where: { $0.outcome != .recorded }) {
                throw Problem(.internalError, "an event became \(bad.outcome): \(bad.problem?.message ?? "")")
            }
        }
        try await ledger.close()
        let took = time.steadySeconds() - begun
        say(#"{"jobs": \#(jobs), "events": \#(events), "seconds": \#(took)}"#)
    }
}

/// The facts of job after job, the same at each run.
private struct Study {
    private static let queues = ["fit", "forecast", "summarize", "validate"]
    private static let begin = Timestamp(milliseconds: 1_769_850_000_000)
    private let host = (1...40).map { "node\($0)" }
    /// Of a thousand jobs.
    let failing: Int
    let causes: Int
    private var sequence: Int64 = 0
    private var state: UInt64 = 20170126

    init(failing: Int, causes: Int) {
        self.failing = failing
        self.causes = causes
    }

    /// The next number of a splitmix64.
    private mutating func random() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private mutating func hex(_ digits: Int) -> String {
        let text = String(random(), radix: 16)
        return String((String(repeating: "0", count: 16 - text.count) + text).suffix(digits))
    }

    /// A UUID of version 7: it rises with the time, as the queue's do.
    private mutating func instanceKey(_ time: Timestamp) -> String {
        let moment = String(time.milliseconds, radix: 16)
        let padded = String(repeating: "0", count: 12 - moment.count) + moment
        return "\(padded.prefix(8))-\(padded.suffix(4))-7\(hex(3))-8\(hex(3))-\(hex(12))"
    }

    private mutating func event(_ time: Timestamp, _ fact: Fact) -> Event {
        sequence += 1
        return Event(
            identity: EventIdentity(sender: "6f1c2d3e-0000-4000-8000-000000000001", seq: sequence), time: time,
            fact: fact)
    }

    mutating func append(job number: Int, to facts: inout [Event]) {
        let submitted = Self.begin.advanced(bySeconds: Double(number) * 0.05)
        let queue = Self.queues[number % Self.queues.count]
        let year = 1990 + number % 31
        let location = number / 31 % 1000
        let job = JobReference.key(queue: queue, key: hex(16) + hex(16))
        let dice = Int(random() % 1000)
        let description = JobDescription(
            name: "\(queue)_\(year)", runfile: "/usr/bin/python3",
            args: ["model.py", "--year", "\(year)", "--loc", "loc\(location)", "--draw", "\(number)"],
            params: ["year": .int(Int64(year)), "loc": .string("loc\(location)"), "draw": .int(Int64(number))],
            cwd: "/data/study", timeout: 7200, maxAttempts: 2)
        facts.append(event(submitted, .job(job, description)))
        // Of a thousand: 5 still wait, 5 run, 5 are unknown, 5 cancelled, 30 fail once, and some fail for good.
        if dice < 5 { return }
        var attempt = 0
        while true {
            let fails = dice >= 20 && (dice < 20 + failing || dice < 50 + failing && attempt == 0)
            append(attempt: attempt, of: job, dice: dice, fails: fails, from: submitted, to: &facts)
            attempt += 1
            if !fails || attempt == 2 { return }
        }
    }

    private mutating func append(
        attempt: Int, of job: JobReference, dice: Int, fails: Bool, from submitted: Timestamp, to facts: inout [Event]
    ) {
        let made = submitted.advanced(bySeconds: 1 + Double(attempt) * 900)
        let started = made.advanced(bySeconds: 0.5)
        let wallclock = Double(random() % 600_000) / 1000
        let ended = started.advanced(bySeconds: wallclock)
        let instance = InstanceReference.key(instanceKey(made))
        let number = Int64(random() % 1_000_000)
        let path = "/data/study/logs/\(number / 1000)/\(number).\(attempt)"
        facts.append(
            event(
                made,
                .submitted(
                    instance,
                    Submission(
                        job: job, executor: "sge", executorID: "\(number)", stdoutPath: "\(path).out",
                        stderrPath: "\(path).err",
                        requested: RequestedResources(slots: 1, memory: 8 << 30, runtime: 7200)))))
        let process = ProcessIdentity(pid: Int32(number % 32000 + 2), started: number)
        facts.append(
            event(
                started,
                .running(
                    instance,
                    Start(
                        host: host[Int(number) % host.count], bootID: "5c1f7f6e-7d43-4e6c-9a52-2f1c1a9b0d11",
                        process: process))))
        if dice < 10 { return }
        let maxrss = Int64(random() % 4_000_000_000)
        let usage = Usage(
            wallclock: wallclock, cpu: wallclock * 0.9, maxrss: maxrss,
            memoryPeak: MemoryPeak(bytes: maxrss + maxrss / 8, source: .pss),
            ioRead: Int64(random() % 1_000_000_000), ioWritten: Int64(random() % 100_000_000))
        let outcome: Outcome =
            if dice < 15 {
                Outcome(status: .unknown, cause: .lost)
            } else if dice < 20 {
                Outcome(status: .cancelled, cause: .cancelled, evidence: Evidence(cancelled: true), usage: usage)
            } else if fails {
                Outcome(evidence: Evidence(exitCode: 1), usage: usage, stderr: traceback())
            } else {
                Outcome(evidence: Evidence(exitCode: 0), usage: usage, stderrEmpty: true)
            }
        facts.append(event(ended, .outcome(instance, outcome)))
    }

    private mutating func traceback() -> String {
        let depth = Int(random() % 8) + 2
        var text = "Traceback (most recent call last):\n"
        for level in 0..<depth {
            text += "  File \"/data/study/model.py\", line \(level * 37 + 11), in step\(level)\n"
            text += "    result = step\(level + 1)(frame, draws=draws)\n"
        }
        return text + "\(exceptionType())Error: no data for draw \(random() % 1000)\n"
    }

    /// The type of an exception, one for each cause: Value, BValue, CValue, …
    private mutating func exceptionType() -> String {
        var cause = Int(random() % UInt64(causes))
        var letters = ""
        while cause > 0 {
            letters += String(UnicodeScalar(UInt8(ascii: "A") + UInt8(cause % 26)))
            cause /= 26
        }
        return letters + "Value"
    }
}
