import JobmonCore
import JobmonQueue

/// The rate at which jobs end, for the estimate of the remaining time. It covers the last half minute, so that it
/// follows changes.
struct RunRate {
    private static let span = 30.0
    private var samples: [(time: Double, over: Int)] = []

    /// Notes the number of jobs that are over at a time of the monotonic clock.
    mutating func note(over: Int, at time: Double) {
        // A few samples per second are enough.
        if let last = samples.last, time - last.time < 0.2, samples.count > 1 { return }
        samples.append((time, over))
        while samples.count > 2, samples[1].time < time - Self.span { samples.removeFirst() }
    }

    /// Jobs per second; nil while unknown.
    var perSecond: Double? {
        guard let first = samples.first, let last = samples.last, last.time - first.time > 0.5, last.over > first.over
        else { return nil }
        return Double(last.over - first.over) / (last.time - first.time)
    }
}

/// Formats the progress line of a queue.
enum RunProgress {
    /// For example `134/500 done (2 failed), 8 running, 358 queued, 12.3/s, 1m12s elapsed, 30s left`. Failed and
    /// cancelled jobs are done too. If there is not enough room, the least informative parts are omitted first; the
    /// elapsed and remaining times stay.
    /// - Parameters:
    ///   - elapsed: seconds since the start; nil: unknown.
    ///   - now: the time of the monotonic clock, for the delay until the next retry.
    ///   - columns: the available columns; nil: unlimited.
    static func line(
        _ counts: QueueCounts, perSecond: Double?, elapsed: Double? = nil, now: Double? = nil, columns: Int? = nil
    ) -> String {
        let done = "\(Units.grouped(counts.over))/\(Units.grouped(counts.total)) done"
        var otherwise: [String] = []
        if counts.failed > 0 { otherwise.append("\(Units.grouped(counts.failed)) failed") }
        if counts.cancelled > 0 { otherwise.append("\(Units.grouped(counts.cancelled)) cancelled") }
        let outcome = otherwise.isEmpty ? "" : " (\(otherwise.joined(separator: ", ")))"

        // With the order in which the parts are omitted.
        var middle: [(text: String, rank: Int)] = [
            ("\(Units.grouped(counts.running)) running", 5),
            ("\(Units.grouped(counts.queued - counts.retrying)) queued", 3),
        ]
        if counts.retrying > 0 { middle.append((retry(counts, now), 4)) }
        if counts.unclear > 0 { middle.append(("\(Units.grouped(counts.unclear)) unclear", 2)) }
        if let perSecond { middle.append((rate(perSecond), 1)) }
        let left = counts.total - counts.over
        let rest = perSecond.flatMap { left > 0 ? "\(whole(Double(left) / $0)) left" : nil }
        let spent = elapsed.map { $0 < 1 ? "0s" : whole($0) }

        func text(_ outcome: String, _ middle: [String], _ spent: String?) -> String {
            ([done + outcome] + middle + [spent, rest].compactMap { $0 }).joined(separator: ", ")
        }
        while true {
            let whole = text(outcome, middle.map(\.text), spent.map { "\($0) elapsed" })
            guard let columns, DisplayWidth.of(whole) > columns else { return whole }
            guard let least = middle.indices.min(by: { middle[$0].rank < middle[$1].rank }) else { break }
            middle.remove(at: least)
        }
        let short = text(outcome, [], spent)
        guard let columns, DisplayWidth.of(short) > columns else { return short }
        return DisplayWidth.cut(text("", [], spent), to: columns)
    }

    /// `2 retry in 8s`: the number of jobs that wait for their next attempt, and the delay of the first.
    private static func retry(_ counts: QueueCounts, _ now: Double?) -> String {
        let wait = now.flatMap { now in counts.retryAt.map { " in \(whole($0 - now))" } }
        return "\(Units.grouped(counts.retrying)) to retry\(wait ?? "")"
    }

    private static func rate(_ perSecond: Double) -> String {
        if perSecond >= 100 { return "\(Units.grouped(Int(perSecond.rounded())))/s" }
        if perSecond >= 1 { return "\((perSecond * 10).rounded() / 10)/s" }
        return "\(((perSecond * 60) * 10).rounded() / 10)/min"
    }

    /// An estimated time in whole seconds.
    private static func whole(_ seconds: Double) -> String {
        seconds < 59.5 ? "\(max(1, Int(seconds.rounded())))s" : Units.duration(seconds)
    }
}
