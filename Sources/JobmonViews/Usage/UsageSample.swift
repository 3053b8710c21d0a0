/// What jobs needed of one resource, in ascending order. Of some jobs only a lower bound is known: they were ended at a
/// limit, or still run (right-censored values). To leave them out, or to take a bound for the amount, would make every
/// quantile too small.
package struct UsageSample: Sendable {
    /// The bits of a float that is not negative rise with its value. Shifted by one, they leave room for a bit that says
    /// that the amount is a lower bound; so it comes after the same amount that is known, since the job needed more.
    private let keys: ContiguousArray<UInt32>
    /// The number of jobs whose amount is known.
    package let known: Int

    /// Jobs, with those of which only a lower bound is known.
    package var count: Int { keys.count }
    /// The number of jobs of which only a lower bound is known.
    package var atLeast: Int { keys.count - known }

    /// - Parameter keys: of `key`, in any order.
    init(keys: ContiguousArray<UInt32>) {
        var sorted = keys
        Self.sort(&sorted)
        self.keys = sorted
        known = sorted.reduce(0) { $0 + ($1 & 1 == 0 ? 1 : 0) }
    }

    /// - Parameter atLeast: lower bounds.
    package init(_ amounts: [Double], atLeast: [Double] = []) {
        var keys = ContiguousArray<UInt32>()
        keys.reserveCapacity(amounts.count + atLeast.count)
        for amount in amounts { keys.append(Self.key(Float(amount), isAtLeast: false)) }
        for amount in atLeast { keys.append(Self.key(Float(amount), isAtLeast: true)) }
        self.init(keys: keys)
    }

    /// - Parameter amount: not negative, and a number.
    static func key(_ amount: Float, isAtLeast: Bool) -> UInt32 { amount.bitPattern << 1 | (isAtLeast ? 1 : 0) }

    private static func amount(_ key: UInt32) -> Double { Double(Float(bitPattern: key >> 1)) }

    /// The largest amount or lower bound; nil: there is none.
    package var largest: (amount: Double, isAtLeast: Bool)? {
        keys.last.map { (amount: Self.amount($0), isAtLeast: $0 & 1 == 1) }
    }

    /// The smallest amount that at least this share of the jobs did not pass, by the estimate of Kaplan and Meier: a
    /// job with a lower bound counts as one of those whose amounts are larger.
    /// - Returns: nil: too many jobs are known only to have needed more than every known amount.
    package func quantile(_ share: Double) -> Double? {
        guard let found = step(to: 1 - share, others: 0), found.isReached else { return nil }
        return found.amount
    }

    /// A known amount, and the share of jobs that pass it.
    struct Step: Equatable {
        var amount: Double
        var share: Double
        /// The share is as small as was wanted; else the amount is the largest known one.
        var isReached: Bool
    }

    /// The smallest known amount that a further job, of the same kind, passes with at most this chance.
    ///
    /// The further job is counted among those of which nothing is known but that they need something. Among n jobs in
    /// order and a further one, each of the n + 1 places is equally likely for the further one; so it passes the k-th
    /// amount with a chance of (n + 1 - k) / (n + 1), whatever the distribution is. With lower bounds it is the upper
    /// survival function of Coolen and Yan (2004).
    /// - Returns: nil if no amount is known.
    func bound(risk: Double) -> Step? { step(to: risk, others: 1) }

    /// Walks up the known amounts until at most this share of the jobs passes the amount.
    /// - Parameter others: jobs without any amount, which count as larger than all.
    private func step(to wanted: Double, others: Double) -> Step? {
        // Shares are products: the last digits of one that should be equal may differ.
        let enough = wanted * (1 + 1e-9) + 1e-12
        var share = 1.0
        var last: UInt32?
        for (place, key) in keys.enumerated() where key & 1 == 0 {
            // With this job, and those above it.
            let left = Double(keys.count - place) + others
            share *= (left - 1) / left
            if share <= enough { return Step(amount: Self.amount(key), share: share, isReached: true) }
            last = key
        }
        return last.map { Step(amount: Self.amount($0), share: share, isReached: false) }
    }

    /// How many jobs have a lower bound that is not below the largest known amount.
    var beyond: Int {
        guard let last = keys.lastIndex(where: { $0 & 1 == 0 }) else { return keys.count }
        return keys.count - 1 - last
    }

    // MARK: - Order

    /// Values up to which sorting by comparing is quicker.
    private static let few = 2048

    /// Sorts by three digits of 11 bits each, the lowest first: a million amounts in a tenth of the time that comparing
    /// them takes.
    private static func sort(_ keys: inout ContiguousArray<UInt32>) {
        guard keys.count > few else { return keys.sort() }
        var other = ContiguousArray<UInt32>(repeating: 0, count: keys.count)
        for shift in [0, 11, 22] as [UInt32] {
            var starts = [Int](repeating: 0, count: 2048)
            for key in keys { starts[Int(key >> shift & 2047)] += 1 }
            var before = 0
            for digit in starts.indices {
                let count = starts[digit]
                starts[digit] = before
                before += count
            }
            for key in keys {
                let digit = Int(key >> shift & 2047)
                other[starts[digit]] = key
                starts[digit] += 1
            }
            swap(&keys, &other)
        }
    }
}
