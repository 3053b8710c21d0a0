/// What jobs of one kind requested, what they used, and what they should request.
package struct UsageGroup: Sendable, Equatable {
    /// A property by which the jobs are grouped, and its value; nil: they have none.
    package struct Key: Sendable, Equatable {
        package var name: String
        package var value: String?

        package init(name: String, value: String?) {
            self.name = name
            self.value = value
        }
    }

    /// Amounts of jobs, from the smallest to the largest.
    package struct Extent: Sendable, Equatable {
        package var jobs = 0
        package var least = Double.infinity
        package var most = -Double.infinity

        package init() {}

        package init(jobs: Int, least: Double, most: Double) {
            self.jobs = jobs
            self.least = least
            self.most = most
        }

        mutating func add(_ amount: Float) {
            guard amount >= 0 else { return }
            jobs += 1
            least = min(least, Double(amount))
            most = max(most, Double(amount))
        }
    }

    /// What jobs used. The quantiles take into account that some jobs needed more than is known of them.
    package struct Used: Sendable, Equatable {
        package var jobs: Int
        /// Nil: so many jobs needed more than is known of them that the quantile is not known.
        package var p50: Double?
        package var p95: Double?
        package var most: Double
        /// The job of `most` needed more.
        package var mostIsAtLeast: Bool

        package init(jobs: Int, p50: Double?, p95: Double?, most: Double, mostIsAtLeast: Bool) {
            self.jobs = jobs
            self.p50 = p50
            self.p95 = p95
            self.most = most
            self.mostIsAtLeast = mostIsAtLeast
        }

        init?(_ sample: UsageSample) {
            guard let largest = sample.largest else { return nil }
            self.init(
                jobs: sample.count, p50: sample.quantile(0.5), p95: sample.quantile(0.95), most: largest.amount,
                mostIsAtLeast: largest.isAtLeast)
        }
    }

    /// One resource.
    package struct Size: Sendable, Equatable {
        /// What jobs requested; nil: none requested anything.
        package var requested: Extent?
        /// What a cluster gave to jobs that requested nothing: the site's default, which nobody can be blamed for.
        package var byDefault: Extent?
        package var used: Used?
        package var advice: SizeAdvice

        package init(requested: Extent?, byDefault: Extent?, used: Used?, advice: SizeAdvice) {
            self.requested = requested
            self.byDefault = byDefault
            self.used = used
            self.advice = advice
        }
    }

    package var keys: [Key]
    /// Jobs that are COMPLETE.
    package var finished: Int
    /// Jobs that were ended at a limit of memory or time, and did not finish since.
    package var ended: Int
    /// Jobs that still run.
    package var running: Int
    /// Bytes.
    package var memory: Size
    /// Seconds.
    package var time: Size
    /// Slots; used: cores at work on average.
    package var slots: Size
    /// What the finished jobs requested beyond the recommendation, for as long as they ran. Negative: they requested too
    /// little. Nil: nothing was requested, or nothing is recommended.
    package var coreHours: Double?
    package var gibibyteHours: Double?

    package init(
        keys: [Key], finished: Int, ended: Int, running: Int, memory: Size, time: Size, slots: Size,
        coreHours: Double?, gibibyteHours: Double?
    ) {
        self.keys = keys
        self.finished = finished
        self.ended = ended
        self.running = running
        self.memory = memory
        self.time = time
        self.slots = slots
        self.coreHours = coreHours
        self.gibibyteHours = gibibyteHours
    }
}
