/// How many jobs each group got in the last minute, to within a few seconds. It knows only what was read while it
/// existed; of its first minute, the number is that since then.
struct GroupGrowth {
    /// Seconds that count as recent.
    static let span = 60.0
    /// Of the samples within so many seconds, at most two are kept; with the span, this limits their number.
    private static let step = 5.0
    private var samples: [(time: Double, jobs: [Int64: Int])] = []

    /// Notes that there are no errors yet: all that come are recent.
    /// - Parameter time: seconds of the monotonic clock, here and below.
    mutating func start(at time: Double) {
        if samples.isEmpty { samples.append((time, [:])) }
    }

    mutating func note(_ groups: SeenGroups, at time: Double) {
        let jobs = Dictionary(groups.groups.map { ($0.number, $0.jobs) }, uniquingKeysWith: { $1 })
        let last = samples.count - 1
        // The latest state is always known, so that the number goes back to 0 when nothing is added any more.
        if last > 0, time - samples[last - 1].time < Self.step {
            samples[last] = (time, jobs)
        } else {
            samples.append((time, jobs))
        }
        while samples.count > 1, samples[1].time <= time - Self.span { samples.removeFirst() }
    }

    /// The number of jobs that the group got in the last minute.
    func recent(_ group: SeenGroups.Group, at time: Double) -> Int {
        guard let base = samples.last(where: { $0.time <= time - Self.span }) ?? samples.first else { return 0 }
        return max(0, group.jobs - base.jobs[group.number, default: 0])
    }
}
