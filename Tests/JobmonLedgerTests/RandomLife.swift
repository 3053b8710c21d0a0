import JobmonCore

/// Random events about a few jobs: valid and contradicting ones, in any order, with every member that an event may have.
final class RandomLife {
    private var random: Seeded
    private var senders: [Sender]
    private var attempts: [String] = []
    private let clock: ManualClock
    private let salt: String

    init(seed: UInt64, clock: ManualClock, salt: String = "") {
        random = Seeded(state: seed)
        senders = ["a", "b", "c"].map { Sender($0 + salt) }
        self.clock = clock
        self.salt = salt
    }

    /// Batches of events; some events come twice, at once or later.
    func batches(_ count: Int) -> [[Event]] {
        var said: [Event] = []
        return (0..<count).map { _ in
            let batch = (0..<Int.random(in: 1...8, using: &random)).map { _ -> Event in
                if chance(0.1), let again = said.randomElement(using: &random) { return again }
                let event = event()
                if event.identity != nil { said.append(event) }
                return event
            }
            return chance(0.3) ? batch.shuffled(using: &random) : batch
        }
    }

    private func event() -> Event {
        let time = chance(0.8) ? clock.now.advanced(bySeconds: Double.random(in: -500...500, using: &random)) : nil
        let fact = fact()
        if chance(0.1) { return .plain(fact, at: time) }
        return senders[Int.random(in: 0..<senders.count, using: &random)].say(fact, at: time)
    }

    private func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    private func maybe<Value>(_ value: @autoclosure () -> Value) -> Value? { chance(0.5) ? value() : nil }

    private func one<Value>(_ values: Value...) -> Value { values.randomElement(using: &random) ?? values[0] }

    private func fact() -> Fact {
        switch Int.random(in: 0..<20, using: &random) {
        case 0...2: .job(jobKey(), description())
        case 3...5: submitted()
        case 6...8: .running(instance(), start())
        case 9...10: .process(instance(), process())
        case 11...14: .outcome(instance(), complete())
        case 15: one(Fact.failed(key()), .cancelled(key(), returnsAttempt: chance(0.5)), .lost(key()))
        case 16: one(.retry(job()), .retry(job(), resources: ["memory": 7]), .cancel(job()), .forget(job()))
        case 17:
            one(
                .set(queue: "q", QueueSetting(retries: Int.random(in: 0...3, using: &random))),
                .blocked(job(), by: maybe(Int64.random(in: 1...8, using: &random))))
        case 18: .run(queue: "q", relaunch: chance(0.5) ? .defaults : nil)
        default: .heartbeat([instance()])
        }
    }

    private func jobKey() -> JobReference {
        .key(queue: "q", key: "j\(Int.random(in: 0..<5, using: &random))\(salt)")
    }

    private func job() -> JobReference {
        chance(0.5) ? jobKey() : .jid(Int64.random(in: 1...8, using: &random))
    }

    private func key() -> String { attempts.suffix(6).randomElement(using: &random) ?? "none\(salt)" }

    private func instance() -> InstanceReference {
        chance(0.8) ? .key(key()) : .id(Int64.random(in: 1...12, using: &random))
    }

    private func description() -> JobDescription {
        JobDescription(
            name: maybe(one("", "fit", "näme \"x\"")), runfile: one("/bin/true", "sh", "a\u{1}b"),
            args: one([], ["1", "é", ""]),
            params: one([:], ["a": 1, "b": "x", "c": .double(0.1), "d": .array([.double(1), .null, true])]),
            cwd: maybe("/tmp"), env: one([:], ["A": "b\n"]), shell: chance(0.3), timeout: maybe(one(1, 0.1, 1e20, 0)),
            resources: one([:], ["memory": 5, "runtime": .double(2.5)]), maxAttempts: one(1, 2, 3))
    }

    private func submitted() -> Fact {
        let key = "i\(attempts.count)\(salt)"
        attempts.append(key)
        var submission = Submission(
            executor: one("local", "exec", ""), executorID: maybe("4711"), stdoutPath: maybe("/o/\(key)"),
            stderrPath: maybe("/e/\(key)"))
        switch Int.random(in: 0..<4, using: &random) {
        case 0: submission.job = job()
        case 1: submission.job = jobKey()
        case 2:
            submission.job = jobKey()
            submission.description = description()
        default:
            submission.description = description()
            submission.continues = chance(0.3) ? self.key() : nil
        }
        submission.requested = RequestedResources(slots: maybe(2), memory: maybe(1 << 40), runtime: maybe(0.25))
        return .submitted(chance(0.9) ? .key(key) : nil, submission)
    }

    private func process() -> ProcessIdentity {
        ProcessIdentity(pid: Int32.random(in: 1...3, using: &random), started: maybe(99))
    }

    private func start() -> Start {
        Start(
            host: maybe(one("n1", "n2")), bootID: maybe(one("b1", "b2")), executorID: maybe(one("4711", "9")),
            process: maybe(process()),
            place: maybe(ClusterPlace(queue: maybe("long"), allocated: one([:], ["memory": 5, "node": "n1"]))),
            wrapper: chance(0.2) ? WrapperIdentity(process: process(), namespace: 4) : nil)
    }

    private func complete() -> Outcome {
        var outcome = Outcome(
            status: .complete, evidence: Evidence(exitCode: maybe(0), oomKills: maybe(0)), process: maybe(process()))
        outcome.usage = Usage(
            wallclock: maybe(one(0.1, 2, 0.002699777)), cpu: maybe(one(-0.0, 1.0 / 3)), maxrss: maybe(4096),
            maxrssAtMost: chance(0.5), ioRead: maybe(0), ioWritten: maybe(1 << 50))
        outcome.usage.memoryPeak = maybe(MemoryPeak(bytes: 9, source: .pss, bound: one(nil, .atMost, .atLeast)))
        outcome.doubt = chance(0.2) ? "Traceback" : nil
        outcome.stdoutEmpty = chance(0.5)
        outcome.stderrEmpty = chance(0.5)
        // Seldom what no row has.
        outcome.stderr = chance(0.1) ? "warning\n" : nil
        outcome.evidence.memoryLimit = chance(0.1) ? 1 << 30 : nil
        outcome.returnsAttempt = chance(0.1)
        return outcome
    }
}
