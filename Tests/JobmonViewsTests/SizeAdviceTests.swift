import JobmonCore
import Testing

@testable import JobmonViews

/// What is recommended, and what is refused.
@Suite(.timeLimit(.minutes(20)))
struct SizeAdviceTests {
    private static func job(_ end: UsageAttempt.End = .complete, _ change: (inout UsageAttempt) -> Void) -> UsageJob {
        var attempt = UsageAttempt(jid: 1, end: end)
        change(&attempt)
        return UsageJob(attempt)
    }

    private static func group(_ jobs: [UsageJob], risk: Double = 0.05) -> UsageGroup {
        UsageGroup([], ContiguousArray(jobs), ContiguousArray((0..<jobs.count).map { Int32($0) }), risk: risk)
    }

    private static let mebibyte: Float = 1_048_576

    /// Jobs that used 101 MiB, 102 MiB, … for 61 s, 62 s, …, on one of two slots.
    private static func jobs(_ count: Int, _ change: (inout UsageAttempt) -> Void = { _ in }) -> [UsageJob] {
        (1...count).map { number in
            job { attempt in
                attempt.take(peak: (100 + Float(number)) * mebibyte, nil)
                attempt.time = 60 + Float(number)
                attempt.cpu = attempt.time * 0.99
                attempt.requestedSlots = 2
                attempt.requestedMemory = 1024 * mebibyte
                change(&attempt)
            }
        }
    }

    @Test("the request is the bound, rounded up to what schedulers count, with its risk and its jobs")
    func recommends() throws {
        let group = Self.group(Self.jobs(39))
        let memory = try #require(group.memory.advice.recommendation)
        #expect(memory.bound == 138 * 1_048_576 && memory.request == 142 * 1_048_576)
        #expect(memory.jobs == 39 && abs(memory.risk - 0.05) < 1e-9)
        let time = try #require(group.time.advice.recommendation)
        #expect(time.bound == 98 && time.request == 120)
        #expect(group.slots.advice.recommendation?.request == 1)
        #expect(group.slots.requested == UsageGroup.Extent(jobs: 39, least: 2, most: 2))
        // 39 jobs of 80 s had a slot too many, and 882 MiB.
        let hours = (1...39).reduce(0.0) { $0 + 60 + Double($1) } / 3600
        let (cores, gibibytes) = (try #require(group.coreHours), try #require(group.gibibyteHours))
        #expect(abs(cores - hours) < 1e-6)
        #expect(abs(gibibytes - hours * 882 / 1024) < 1e-6)
        #expect(group.memory.used?.p50 == 120.0 * 1_048_576)
        #expect(group.memory.used?.most == 139.0 * 1_048_576)
    }

    @Test("a risk that the number of jobs does not allow is not stated")
    func statesTheLargerRisk() throws {
        let memory = try #require(Self.group(Self.jobs(12), risk: 0.01).memory.advice.recommendation)
        #expect(memory.bound == 112 * 1_048_576 && abs(memory.risk - 1.0 / 13) < 1e-9)
        #expect(SizeRecommendation.jobsNeeded(for: 0.05) == 19)
        #expect(SizeRecommendation.jobsNeeded(for: 0.01) == 99)
        #expect(SizeRecommendation.jobsNeeded(for: 0.5) == 10)
    }

    private static func refusal(_ advice: SizeAdvice) -> String? {
        if case .refused(let sentence) = advice { sentence } else { nil }
    }

    @Test("below ten jobs")
    func tooFew() {
        let group = Self.group(Self.jobs(9))
        #expect(Self.refusal(group.memory.advice) == "only 9 jobs finished; 10 are needed")
        #expect(Self.refusal(group.time.advice) == "only 9 jobs finished; 10 are needed")
        let running = Self.group([Self.job(.running) { $0.time = 5 }])
        #expect(Self.refusal(running.time.advice) == "no job finished; 10 are needed")
        #expect(running.running == 1)
    }

    @Test("where memory was not measured, or only bounds of it")
    func notMeasured() {
        let none = Self.group(Self.jobs(20) { $0.take(peak: .nan, nil) })
        #expect(Self.refusal(none.memory.advice) == "it was not measured in any of the 20 jobs that finished")
        #expect(none.time.advice.recommendation != nil && none.memory.used == nil)
        let few = Self.group(Self.jobs(4) + Self.jobs(20) { $0.take(peak: .nan, nil) })
        #expect(
            Self.refusal(few.memory.advice)
                == "it was measured in only 4 of the 24 jobs that finished; 10 are needed")
        let bounds = Self.group(Self.jobs(11) + Self.jobs(12) { $0.take(peak: $0.memory, .atMost) })
        #expect(Self.refusal(bounds.memory.advice) == "only a bound is known in 12 of 23 jobs")
        // Of most commands of one process, whose peak came between two samples, the kernel tells the peak.
        let near = Self.group(Self.jobs(20) { $0.take(peak: $0.memory, .atMost, largest: $0.memory) })
        #expect(near.memory.advice.recommendation?.jobs == 20)
        let cached = Self.group(Self.jobs(20) { $0.take(peak: $0.memory, .atMost, largest: $0.memory / 2) })
        #expect(Self.refusal(cached.memory.advice) == "only a bound is known in 20 of 20 jobs")
        let half = Self.group(Self.jobs(12) + Self.jobs(12) { $0.take(peak: $0.memory, .atMost) })
        #expect(half.memory.advice.recommendation != nil)
    }

    @Test("where most jobs were ended at their limit, or nothing is known to be enough")
    func ended() throws {
        func killed(_ count: Int, at mebibytes: Float) -> [UsageJob] {
            (0..<count).map { _ in
                Self.job(.outOfMemory) { attempt in
                    attempt.take(peak: 50 * Self.mebibyte, nil)
                    attempt.requestedMemory = mebibytes * Self.mebibyte
                    attempt.time = 30
                }
            }
        }
        let most = Self.group(Self.jobs(10) + killed(11, at: 200))
        #expect(Self.refusal(most.memory.advice) == "11 of 21 jobs were ended at their limit: request more first")
        // They were ended before they had run as long as any other.
        #expect(most.time.advice.recommendation?.bound == 70)
        let some = Self.group(Self.jobs(20) + killed(8, at: 200))
        #expect(Self.refusal(some.memory.advice) == "8 of 28 jobs needed more than any known amount")
        #expect(some.memory.used?.mostIsAtLeast == true && some.memory.used?.most == 200 * 1_048_576)
        #expect(some.memory.used?.p95 == nil && some.ended == 8)
        // Limits below what others used tell little, and do not make the recommendation smaller.
        let low = try #require(Self.group(Self.jobs(40) + killed(8, at: 60)).memory.advice.recommendation)
        let without = try #require(Self.group(Self.jobs(40)).memory.advice.recommendation)
        #expect(low.bound >= without.bound)
        // One limit among many jobs: the largest known amount, and what can be said of it.
        let one = try #require(Self.group(Self.jobs(12) + killed(1, at: 200)).memory.advice.recommendation)
        #expect(one.bound == 112 * 1_048_576 && abs(one.risk - 2.0 / 14) < 1e-9)
    }

    @Test("jobs that have run longer than those that finished count")
    func running() {
        let long = (0..<30).map { _ in Self.job(.running) { $0.time = 3600 } }
        let group = Self.group(Self.jobs(20) + long)
        #expect(Self.refusal(group.time.advice) == "30 of 50 jobs needed more than any known amount (30 still run)")
        let short = (0..<30).map { _ in Self.job(.running) { $0.time = 1 } }
        #expect(Self.group(Self.jobs(20) + short).time.advice.recommendation?.bound == 80)
    }

    @Test("what a cluster gave by default was not requested, and is not saved")
    func byDefault() {
        let group = Self.group(
            Self.jobs(20) {
                $0.requestedMemory = .nan
                $0.requestedSlots = .nan
                $0.givenMemory = 4096 * Self.mebibyte
                $0.givenSlots = 4
            })
        #expect(group.memory.requested == nil && group.gibibyteHours == nil)
        #expect(group.memory.byDefault == UsageGroup.Extent(jobs: 20, least: 4_294_967_296, most: 4_294_967_296))
        #expect(group.memory.advice.recommendation != nil)
    }

    // MARK: - Attempts of one job

    @Test("a job is what its complete attempt tells; what was too little stays too little")
    func attempts() {
        var killed = UsageAttempt(jid: 1, end: .outOfMemory)
        killed.requestedMemory = 100
        killed.take(peak: 90, nil)
        killed.time = 50
        var job = UsageJob(killed)
        #expect(job.memory == 100 && job.memoryIsAtLeast && job.timeIsAtLeast)
        var running = UsageAttempt(jid: 1, end: .running)
        running.time = 20
        running.requestedMemory = 200
        job.take(running)
        #expect(job.end == .running && job.memory == 100 && job.memoryIsAtLeast && job.time == 50)
        #expect(job.requestedMemory == 200)
        var complete = UsageAttempt(jid: 1, end: .complete)
        complete.take(peak: 150, nil)
        complete.time = 70
        complete.cpu = 35
        job.take(complete)
        #expect(job.end == .complete && job.memory == 150 && !job.memoryIsAtLeast && !job.timeIsAtLeast)
        #expect(job.cores == 0.5)
        job.take(killed)
        #expect(job.end == .complete && job.memory == 150)
    }

    // MARK: - Steps

    @Test(
        "requests are whole MiB, minutes and slots, at most 2 % or one step above the bound, with room for the wrapper")
    func steps() {
        let mebibyte = 1_048_576.0
        for (bound, request) in [(0.5, 1), (1, 1), (37.2, 38), (120.5, 122), (1234, 1240), (98_765, 99_000)] {
            #expect(
                SizeSteps.memory(bound * mebibyte - SizeSteps.wrapper) == Double(request) * mebibyte, "\(bound) MiB")
        }
        for (bound, request) in [(0, 60), (1, 60), (60, 60), (61, 120), (6000, 6000), (6001, 6120)] {
            #expect(SizeSteps.time(Double(bound)) == Double(request), "\(bound) s")
        }
        for (bound, request) in [(0, 1), (0.4, 1), (1.09, 1), (1.2, 2), (3.9, 4), (8.05, 8)] {
            #expect(SizeSteps.slots(bound) == Double(request), "\(bound) cores")
        }
        var amount = 1.0
        while amount < 1e9 {
            let request = SizeSteps.memory(amount * mebibyte - SizeSteps.wrapper) / mebibyte
            #expect(request >= amount && request <= max(amount + 1, amount * 1.02 + 1e-9), "\(amount) MiB")
            amount *= 1.37
        }
    }
}
