import JobmonQueue

/// How fast jobs come to their end, and how long the rest takes: over the last half minute, so that it follows.
struct RunRate {
    private static let span = 30.0
    private var samples: [(time: Double, over: Int)] = []

    /// Takes in how many jobs are over at a time of the steady clock.
    mutating func note(over: Int, at time: Double) {
        // A few samples a second are enough.
        if let last = samples.last, time - last.time < 0.2, samples.count > 1 { return }
        samples.append((time, over))
        while samples.count > 2, samples[1].time < time - Self.span { samples.removeFirst() }
    }

    /// Jobs a second; nil while nothing is known.
    var perSecond: Double? {
        guard let first = samples.first, let last = samples.last, last.time - first.time > 0.5, last.over > first.over
        else { return nil }
        return Double(last.over - first.over) / (last.time - first.time)
    }
}

/// The line that says how far a queue is.
enum RunProgress {
    /// Such as `132/500 done, 8 running, 358 queued, 2 failed, 12.3/s, 30s left`.
    static func line(_ counts: QueueCounts, perSecond: Double?) -> String {
        var parts = [
            "\(Units.grouped(counts.complete))/\(Units.grouped(counts.total)) done",
            "\(Units.grouped(counts.running)) running", "\(Units.grouped(counts.queued)) queued",
            "\(Units.grouped(counts.failed)) failed",
        ]
        if counts.cancelled > 0 { parts.append("\(Units.grouped(counts.cancelled)) cancelled") }
        if counts.unclear > 0 { parts.append("\(Units.grouped(counts.unclear)) unclear") }
        if let perSecond {
            parts.append(rate(perSecond))
            let left = counts.total - counts.over
            if left > 0 { parts.append("\(whole(Double(left) / perSecond)) left") }
        }
        return parts.joined(separator: ", ")
    }

    private static func rate(_ perSecond: Double) -> String {
        if perSecond >= 100 { return "\(Units.grouped(Int(perSecond.rounded())))/s" }
        if perSecond >= 1 { return "\((perSecond * 10).rounded() / 10)/s" }
        return "\(((perSecond * 60) * 10).rounded() / 10)/min"
    }

    /// A time that is guessed is said in whole seconds.
    private static func whole(_ seconds: Double) -> String {
        seconds < 59.5 ? "\(max(1, Int(seconds.rounded())))s" : Units.duration(seconds)
    }
}
