/// Counts of observed values by size, which only grow.
struct MetricHistogram: Sendable, Equatable {
    /// The upper bounds of the buckets, ascending; a last bucket without a bound follows.
    let bounds: [Double]
    /// The number of values in each bucket alone, one more than there are bounds.
    private(set) var counts: [Int64]
    private(set) var sum = 0.0

    /// - Parameter bounds: in any order; what is not a positive number is left out.
    init(bounds: [Double]) {
        self.bounds = Set(bounds.filter { $0.isFinite && $0 > 0 }).sorted()
        counts = Array(repeating: 0, count: self.bounds.count + 1)
    }

    /// The number of observed values.
    var count: Int64 { counts.reduce(0, +) }

    /// Counts a value. A negative one counts as 0; one that is not finite is counted without a bound and adds nothing
    /// to the sum, which would never be a number again.
    mutating func observe(_ value: Double) {
        guard value.isFinite else {
            counts[bounds.count] += 1
            return
        }
        let value = max(0, value)
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    /// The bounds with the number of values up to each; the last bound is infinite.
    var cumulative: [(bound: Double, count: Int64)] {
        var total: Int64 = 0
        return zip(bounds + [.infinity], counts).map { bound, count in
            total += count
            return (bound, total)
        }
    }
}
