import Glibc

/// How often the jobs that have something in common failed, compared with the others of their queue.
package struct Concentration: Sendable, Equatable {
    /// What they have in common, such as `loc=kenya` or `on host n7`.
    package var property: String
    /// Of those that have it: how many failed, and how many are over.
    package var failed: Int
    package var over: Int
    /// The same of the others.
    package var othersFailed: Int
    package var othersOver: Int

    package init(property: String, failed: Int, over: Int, othersFailed: Int, othersOver: Int) {
        self.property = property
        self.failed = failed
        self.over = over
        self.othersFailed = othersFailed
        self.othersOver = othersOver
    }

    /// The chance that so many of them, or more, would have failed if failures fell on jobs at random: Fisher's exact
    /// test, one-sided. 1 where there is nothing to compare.
    package var chance: Double {
        let all = over + othersOver
        let allFailed = failed + othersFailed
        guard over > 0, othersOver > 0, allFailed > 0, allFailed < all else { return 1 }
        var sum = 0.0
        let whole = Self.logChoose(all, over)
        for count in failed...max(failed, min(over, allFailed)) {
            let left = over - count
            guard count <= allFailed, left <= all - allFailed else { continue }
            let term = exp(
                Self.logChoose(allFailed, count) + Self.logChoose(all - allFailed, left) - whole)
            sum += term
            // The terms fall from the middle of the distribution on.
            if term < sum * 1e-17, count > allFailed * over / all { break }
        }
        return min(1, sum)
    }

    /// Those that chance does not explain, the clearest first. With many comparisons some are striking by chance: the rate
    /// of false ones among those that are returned is at most `rate` (Benjamini and Hochberg).
    /// - Parameter all: everything that was compared, striking or not.
    package static func striking(_ all: [Concentration], rate: Double = 0.01) -> [Concentration] {
        let ranked = all.map { ($0, $0.chance) }.sorted { $0.1 < $1.1 }
        var last = 0
        for (index, (_, chance)) in ranked.enumerated()
        where chance <= rate * Double(index + 1) / Double(ranked.count) {
            last = index + 1
        }
        return ranked.prefix(last).map(\.0)
    }

    private static func logChoose(_ all: Int, _ some: Int) -> Double {
        logFactorial(all) - logFactorial(some) - logFactorial(all - some)
    }

    private static func logFactorial(_ number: Int) -> Double {
        // Of `lgamma`, threads would share the sign.
        var sign: Int32 = 0
        return lgamma_r(Double(number) + 1, &sign)
    }
}
