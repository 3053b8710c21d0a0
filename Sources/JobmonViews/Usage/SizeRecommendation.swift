/// What jobs should request of a resource.
package struct SizeRecommendation: Sendable, Equatable {
    /// Bytes, seconds or slots: the bound, rounded up to what schedulers count.
    package var request: Double
    /// The amount that a further job passes with the chance `risk`; it occurred.
    package var bound: Double
    /// The share of further jobs that are expected to pass the bound.
    package var risk: Double
    /// The number of jobs on whose known amounts it rests.
    package var jobs: Int

    package init(request: Double, bound: Double, risk: Double, jobs: Int) {
        self.request = request
        self.bound = bound
        self.risk = risk
        self.jobs = jobs
    }

    /// The risk that is taken if none is given.
    package static let usualRisk = 0.05
    /// Jobs that must have finished. Of fewer, not even the largest amount says much: a further job passes that of nine
    /// with a chance of one in ten.
    package static let fewestJobs = 10
    /// The largest risk that is stated where a smaller one cannot be, because jobs were ended at their limit or still run.
    package static let largestRisk = 0.2

    /// How many jobs must have finished for this risk to be stated.
    package static func jobsNeeded(for risk: Double) -> Int { max(fewestJobs, Int((1 / risk - 1 - 1e-9).rounded(.up))) }
}

/// A recommendation, or why there is none.
package enum SizeAdvice: Sendable, Equatable {
    case request(SizeRecommendation)
    /// A sentence without a full stop.
    case refused(String)

    package var recommendation: SizeRecommendation? {
        if case .request(let recommendation) = self { recommendation } else { nil }
    }

    /// Recommends a request, or refuses to.
    /// - Parameters:
    ///   - counts: what is known of the jobs of the sample.
    ///   - rounding: rounds an amount up to what schedulers count.
    init(_ sample: UsageSample, _ counts: UsageCounts, risk: Double, rounding: (Double) -> Double) {
        if let refusal = UsageRefusal(sample, counts) {
            self = .refused(refusal.sentence)
            return
        }
        guard let step = sample.bound(risk: risk) else {
            self = .refused(UsageRefusal.tooFew(0).sentence)
            return
        }
        guard step.isReached || step.share <= max(SizeRecommendation.largestRisk, risk) else {
            self = .refused(
                UsageRefusal.beyond(sample.beyond, of: sample.count, running: counts.running).sentence)
            return
        }
        self = .request(
            SizeRecommendation(
                request: rounding(step.amount), bound: step.amount, risk: step.share, jobs: sample.known))
    }
}

/// Rounds requests up to what schedulers count, in steps of at most 2 %, so that they are easy to read.
package enum SizeSteps {
    private static let mebibyte = 1_048_576.0

    /// What jobmon's own process beside a job has in a cluster, which the scheduler counts with it.
    package static let wrapper = 4 * mebibyte

    /// Whole MiB, with room for jobmon's own process.
    package static func memory(_ bytes: Double) -> Double { stepped((bytes + wrapper) / mebibyte) * mebibyte }

    /// Whole minutes.
    package static func time(_ seconds: Double) -> Double { stepped(seconds / 60) * 60 }

    /// Whole slots. Waiting and a thread beside the work make a little more than what one slot gives; less than a tenth of
    /// a slot does not deserve another one.
    package static func slots(_ cores: Double) -> Double { max(1, (cores - 0.1).rounded(.up)) }

    /// The next multiple of the largest step (1, 2, 5, 10, 20, …) that is at most a fiftieth of the amount.
    private static func stepped(_ amount: Double) -> Double {
        let factors = [2, 2.5, 2]
        var step = 1.0
        var place = 0
        while step * factors[place % 3] <= min(amount / 50, 1e12) {
            step *= factors[place % 3]
            place += 1
        }
        return max(step, (amount / step).rounded(.up) * step)
    }
}
