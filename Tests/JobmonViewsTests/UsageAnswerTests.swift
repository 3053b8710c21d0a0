import JobmonCore
import JobmonLedger
import JobmonTestSupport
import Testing

@testable import JobmonViews

/// What is answered of a ledger is what its records say, one by one, for random ledgers and filters.
@Suite(.timeLimit(.minutes(20)))
struct UsageAnswerTests {
    /// What the records of a job say.
    private struct Told {
        var job: JobRecord
        var end: Status
        var memory: (amount: Double, isAtLeast: Bool)?
        var isBound = false
        var time: (amount: Double, isAtLeast: Bool)?
        var cores: Double?
        var requestedMemory: Double?
        var givenMemory: Double?

        /// Nil: the job says nothing.
        init?(_ job: JobRecord, now: Timestamp) {
            let ends: [Cause] = [.outOfMemory, .timeLimit, .timeout]
            let telling = job.instances.filter { instance in
                instance.status == .complete || instance.status == .running
                    || instance.status == .failed && instance.cause.map { ends.contains($0) } ?? false
            }
            guard let last = telling.last(where: { $0.status == .complete }) ?? telling.last else { return nil }
            self.job = job
            end = last.status
            requestedMemory = last.requested.memory.map { Double($0) }
            givenMemory = last.place?.allocated["memory"]?.integer.map { Double($0) }
            guard last.status != .complete else {
                if let peak = last.usage.memoryPeak {
                    memory = (amount: Self.kept(Double(peak.bytes)), isAtLeast: peak.bound == .atLeast)
                    let largest = last.usage.maxrssAtMost ? 0 : last.usage.maxrss ?? 0
                    let isNear = peak.bound == .atMost && Double(largest) >= 0.9 * Double(peak.bytes)
                    isBound = peak.bound != nil && !isNear
                }
                time = last.usage.wallclock.map { (amount: Self.kept($0), isAtLeast: false) }
                if let cpu = last.usage.cpu, let wallclock = last.usage.wallclock {
                    cores = Double(Float(Self.kept(cpu)) / Float(Self.kept(wallclock)))
                }
                return
            }
            for instance in telling {
                var needed: [Double] = []
                if let bytes = instance.usage.memoryPeak?.bytes, instance.status == .failed {
                    needed.append(Double(bytes))
                }
                if instance.cause == .outOfMemory {
                    let limit = instance.place?.allocated["memory"]?.integer ?? instance.requested.memory
                    if let limit { needed.append(Double(limit)) }
                }
                if let memory { needed.append(memory.amount) }
                if let most = needed.map(Self.kept).max() { memory = (amount: most, isAtLeast: true) }
                var ran = instance.usage.wallclock
                if instance.status == .running { ran = instance.startedDate.map { now.seconds(since: $0) } }
                if ran == nil, instance.cause != .outOfMemory { ran = instance.requested.runtime }
                if let most = [ran.map(Self.kept), time?.amount].compactMap({ $0 }).max() {
                    time = (amount: most, isAtLeast: true)
                }
            }
        }

        private static func kept(_ amount: Double) -> Double { Double(UsageAttempt.amount(amount)) }
    }

    private static func sample(_ amounts: [(amount: Double, isAtLeast: Bool)]) -> UsageSample {
        UsageSample(
            amounts.filter { !$0.isAtLeast }.map { $0.amount },
            atLeast: amounts.filter { $0.isAtLeast }.map { $0.amount })
    }

    /// The group of a list of jobs, made in the plain way.
    private static func check(_ group: UsageGroup, _ told: [Told], risk: Double) {
        let ends = [Status.complete, .running, .failed].map { end in told.filter { $0.end == end }.count }
        #expect([group.finished, group.running, group.ended] == ends)
        let memory = sample(told.compactMap { $0.memory })
        let time = sample(told.compactMap { $0.time })
        #expect(group.memory.used == UsageGroup.Used(memory))
        #expect(group.time.used == UsageGroup.Used(time))
        let cores = sample(told.compactMap { $0.cores.map { (amount: $0, isAtLeast: false) } })
        #expect(group.slots.used == UsageGroup.Used(cores))
        let requested = told.compactMap(\.requestedMemory)
        #expect(group.memory.requested?.jobs ?? 0 == requested.count)
        #expect(group.memory.requested?.most == requested.max())
        let given = told.filter { $0.requestedMemory == nil }.compactMap(\.givenMemory)
        #expect(group.memory.byDefault?.jobs ?? 0 == given.count)
        let isKnown = told.filter { $0.end == .complete && $0.memory != nil }
        let bounds = isKnown.filter { $0.isBound }.count
        if let found = group.memory.advice.recommendation {
            #expect(found.bound == memory.bound(risk: risk)?.amount)
            #expect(found.jobs == memory.known && isKnown.count >= 10 && bounds * 2 <= isKnown.count)
        } else if isKnown.count >= 10, bounds == 0, memory.atLeast == 0 {
            Issue.record("nothing is recommended for \(isKnown.count) jobs")
        }
        if let found = group.time.advice.recommendation { #expect(found.bound == time.bound(risk: risk)?.amount) }
    }

    private static func told(_ ledger: UsageLedger, _ filter: JobFilter) async throws -> [Told] {
        let jobs = try await ledger.ledger.jobs(filter, page: Page(after: 0, limit: 5000)).items
        return jobs.compactMap { Told($0, now: ledger.now) }
    }

    private static let filters = [
        JobFilter(), JobFilter(queue: "fit"), JobFilter(name: "sim"), JobFilter(name: "*r*"),
        JobFilter(queue: "merge", name: "merge[1].py"), JobFilter(params: [.init(name: "year", value: "1991")]),
        JobFilter(statuses: [.complete]), JobFilter(numbers: JobNumbers(ranges: [1...90, 200...300])),
        JobFilter(queue: "fit", causes: [.outOfMemory]), JobFilter(name: "none"), JobFilter(groups: [1]),
        JobFilter(hosts: ["n1"]),
    ]

    @Test("by queue and name", arguments: [1, 2, 3] as [UInt64])
    func byQueueAndName(seed: UInt64) async throws {
        let ledger = try await UsageLedger(seed: seed, jobs: 600)
        for filter in Self.filters {
            let told = try await Self.told(ledger, filter)
            let answer = try await UsageAnswer.of(filter, UsageQuestion(), in: ledger.ledger, now: ledger.now)
            // As if these were too many to look them up one by one.
            let scanned = try await UsageAnswer.of(filter, UsageQuestion(), in: ledger.ledger, now: ledger.now, few: 0)
            #expect(scanned == answer, "\(filter)")
            let groups = Dictionary(grouping: told) { [$0.job.queue, $0.job.description.name] }
            #expect(answer.groups.count == groups.count && answer.more == 0, "\(filter)")
            for group in answer.groups {
                #expect(group.keys.map(\.name) == ["queue", "name"])
                let jobs = try #require(groups[group.keys.map(\.value)], "\(filter): \(group.keys)")
                Self.check(group, jobs, risk: answer.risk)
            }
            let sizes = answer.groups.map { $0.finished + $0.ended + $0.running }
            #expect(sizes == sizes.sorted(by: >))
        }
        try await ledger.ledger.close()
    }

    @Test("by queue, by a param, by group of errors", arguments: [4, 5] as [UInt64])
    func byOthers(seed: UInt64) async throws {
        let ledger = try await UsageLedger(seed: seed, jobs: 600)
        for filter in Self.filters {
            let told = try await Self.told(ledger, filter)
            let byQueue = try await UsageAnswer.of(
                filter, UsageQuestion(keys: [.queue], risk: 0.2), in: ledger.ledger, now: ledger.now)
            let queues = Dictionary(grouping: told, by: \.job.queue)
            #expect(byQueue.groups.count == queues.count)
            for group in byQueue.groups { Self.check(group, queues[group.keys[0].value] ?? [], risk: 0.2) }

            let byYear = try await UsageAnswer.of(
                filter, UsageQuestion(keys: [.param("year")], limit: 2), in: ledger.ledger, now: ledger.now)
            let years = Dictionary(grouping: told) { $0.job.description.params["year"]?.plainText }
            #expect(byYear.groups.count == min(2, years.count) && byYear.more == max(0, years.count - 2))
            for group in byYear.groups { Self.check(group, years[group.keys[0].value] ?? [], risk: byYear.risk) }

            let byGroup = try await UsageAnswer.of(
                filter, UsageQuestion(keys: [.group]), in: ledger.ledger, now: ledger.now)
            for (number, jids) in try await ledger.ledger.jobsByGroup() {
                let jobs = told.filter { jids.contains($0.job.jid) }
                let group = byGroup.groups.first { $0.keys[0].value == ErrorGroup.name(number) }
                #expect((group == nil) == jobs.isEmpty)
                if let group { Self.check(group, jobs, risk: byGroup.risk) }
            }
        }
        try await ledger.ledger.close()
    }

    @Test("a file that is read with several connections at once says the same")
    func fromAFile() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            let ledger = try await UsageLedger(seed: 7, jobs: 400, place: .file(path: path))
            let inMemory = try await UsageLedger(seed: 7, jobs: 400)
            let answer = try await UsageAnswer.of(JobFilter(), UsageQuestion(), in: inMemory.ledger, now: ledger.now)
            let ofWriter = try await UsageAnswer.of(JobFilter(), UsageQuestion(), in: ledger.ledger, now: ledger.now)
            #expect(ofWriter == answer)
            let reader = try SQLiteLedger.reader(path: path)
            let ofReader = try await UsageAnswer.of(JobFilter(), UsageQuestion(), in: reader, now: ledger.now)
            #expect(ofReader == answer)
            try await inMemory.ledger.close()
            try await ledger.ledger.close()
        }
    }

    @Test("an answer is the same after it was sent, and secrets in it are masked")
    func isSent() async throws {
        let ledger = try await UsageLedger(seed: 6, jobs: 300)
        let answer = try await UsageAnswer.of(JobFilter(), UsageQuestion(), in: ledger.ledger, now: ledger.now)
        let sent = try UsageAnswer(try JSON(parsing: answer.json.text))
        #expect(sent == answer)
        #expect(answer.groups.contains { $0.memory.advice.recommendation != nil })
        #expect(answer.groups.contains { $0.memory.advice.recommendation == nil })
        var secret = answer
        secret.groups = [answer.groups[0]]
        secret.groups[0].keys = [.init(name: "password", value: "hunter22"), .init(name: "year", value: "1990")]
        let masked = secret.masked.groups[0].keys.map(\.value)
        #expect(masked[0] != "hunter22" && masked[1] == "1990")
        try await ledger.ledger.close()
    }
}
