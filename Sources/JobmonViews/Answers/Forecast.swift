package import JobmonCore

/// How fast jobs end, and when the rest of them will have ended.
package struct Forecast: Sendable, Equatable {
    /// Jobs that ended per second, recently; nil: too few did.
    package var rate: Double?
    /// Seconds until nothing is left, with the range in which it is likely to be; nil: nothing is left, or it cannot be
    /// said.
    package var remaining: Remaining?

    package struct Remaining: Sendable, Equatable {
        package var seconds: Double
        package var low: Double
        package var high: Double
    }

    /// The spans, in seconds, over which ends are counted: the shortest with enough ends in it shows best how fast it
    /// is now.
    static let spans: [Double] = [60, 300, 1800, 7200, 86400]
    private static let enough = 100
    private static let least = 5
    /// Ends come in bursts: their number varies more than that of independent ones.
    private static let burstiness = 1.5
    /// 90 of 100 are within.
    private static let deviations = 1.645

    /// - Parameters:
    ///   - ends: how many jobs ended within each of `spans` before now.
    ///   - age: seconds since the first of them started; a span is not longer than that.
    init(ends: [Int], age: Double, left: Int) {
        var chosen: (ends: Int, span: Double)?
        for (count, span) in zip(ends, Self.spans) where count >= Self.least {
            chosen = (count, max(1, min(span, age)))
            if count >= Self.enough { break }
        }
        guard let chosen else { return }
        let rate = Double(chosen.ends) / chosen.span
        self.rate = rate
        guard left > 0 else { return }
        let seconds = Double(left) / rate
        let deviation = min(
            0.9, Self.deviations * Self.burstiness * (1 / Double(chosen.ends) + 1 / Double(left)).squareRoot())
        remaining = Remaining(
            seconds: seconds, low: seconds / (1 + deviation), high: seconds / (1 - deviation))
    }
}

extension JobSnapshot {
    package func forecast(_ selection: Selection, now: Timestamp) -> Forecast {
        let now = now.milliseconds
        let starts = Forecast.spans.map { now - Int64($0 * 1000) }
        var ends = [Int](repeating: 0, count: starts.count)
        var first = now
        var left = 0
        let earliest = starts[starts.count - 1]
        let over = [Status.complete, .failed, .cancelled].reduce(UInt8(0)) { $0 | 1 << UInt8($1.rawValue) }
        withColumns(selection) { columns, rows in
            for row in rows {
                let row = Int(row)
                if columns.has(.started, row) { first = min(first, columns.begun[row]) }
                guard over >> columns.statuses[row] & 1 == 1 else {
                    left += 1
                    continue
                }
                let end = columns.finished[row]
                guard columns.has(.finished, row), end >= earliest else { continue }
                for (index, start) in starts.enumerated() where end >= start { ends[index] += 1 }
            }
        }
        return Forecast(ends: ends, age: Double(now - first) / 1000, left: left)
    }
}
