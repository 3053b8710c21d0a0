import JobmonCore

extension UsageGroup {
    /// - Parameters:
    ///   - places: which of the jobs belong to it.
    ///   - risk: the share of jobs that may pass a request.
    init(_ keys: [Key], _ jobs: ContiguousArray<UsageJob>, _ places: ContiguousArray<Int32>, risk: Double) {
        var memory = Part()
        var time = Part()
        var slots = Part()
        var (finished, ended, running) = (0, 0, 0)
        for place in places {
            let job = jobs[Int(place)]
            let isFinished = job.end == .complete
            switch job.end {
            case .complete: finished += 1
            case .outOfMemory, .timeLimit: ended += 1
            case .running: running += 1
            }
            memory.add(job.memory, isAtLeast: job.memoryIsAtLeast, isBound: job.memoryIsBound, isFinished: isFinished)
            time.add(job.time, isAtLeast: job.timeIsAtLeast, isBound: false, isFinished: isFinished)
            slots.add(job.cores, isAtLeast: false, isBound: false, isFinished: isFinished)
            memory.counts.ended += job.end == .outOfMemory ? 1 : 0
            time.counts.ended += job.end == .timeLimit ? 1 : 0
            memory.requested.add(job.requestedMemory)
            if !(job.requestedMemory >= 0) { memory.byDefault.add(job.givenMemory) }
            time.requested.add(job.requestedTime)
            slots.requested.add(job.slots)
        }
        // What runs has not shown its memory yet: it is in no sample of it.
        time.counts.running = running
        let sizes = (
            memory: memory.size(finished, risk, SizeSteps.memory), time: time.size(finished, risk, SizeSteps.time),
            slots: slots.size(finished, risk, SizeSteps.slots)
        )
        let saved = Self.saved(
            jobs, places, memory: sizes.memory.advice.recommendation?.request,
            slots: sizes.slots.advice.recommendation?.request)
        self.init(
            keys: keys, finished: finished, ended: ended, running: running, memory: sizes.memory, time: sizes.time,
            slots: sizes.slots, coreHours: saved.coreHours, gibibyteHours: saved.gibibyteHours)
    }

    /// What is gathered of one resource.
    private struct Part {
        var keys = ContiguousArray<UInt32>()
        var counts = UsageCounts()
        var requested = Extent()
        var byDefault = Extent()

        mutating func add(_ amount: Float, isAtLeast: Bool, isBound: Bool, isFinished: Bool) {
            guard amount >= 0 else { return }
            keys.append(UsageSample.key(amount, isAtLeast: isAtLeast))
            guard isFinished else { return }
            counts.measured += 1
            if isBound { counts.bounds += 1 }
        }

        func size(_ finished: Int, _ risk: Double, _ rounding: (Double) -> Double) -> Size {
            var counts = counts
            counts.finished = finished
            let sample = UsageSample(keys: keys)
            return Size(
                requested: requested.jobs > 0 ? requested : nil, byDefault: byDefault.jobs > 0 ? byDefault : nil,
                used: Used(sample), advice: SizeAdvice(sample, counts, risk: risk, rounding: rounding))
        }
    }

    /// What the finished jobs requested beyond the recommended memory and slots. A cluster's default was not requested.
    private static func saved(
        _ jobs: ContiguousArray<UsageJob>, _ places: ContiguousArray<Int32>, memory: Double?, slots: Double?
    ) -> (coreHours: Double?, gibibyteHours: Double?) {
        var cores: Double?
        var gibibytes: Double?
        for place in places {
            let job = jobs[Int(place)]
            guard job.end == .complete, job.time >= 0 else { continue }
            let hours = Double(job.time) / 3600
            if let slots, job.slots >= 0 { cores = (cores ?? 0) + (Double(job.slots) - slots) * hours }
            if let memory, job.requestedMemory >= 0 {
                gibibytes = (gibibytes ?? 0) + (Double(job.requestedMemory) - memory) / 1_073_741_824 * hours
            }
        }
        return (cores, gibibytes)
    }
}
