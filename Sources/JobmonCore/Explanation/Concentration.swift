import Glibc

/// How many of the jobs that failed in one way have something in common, and how many of those that worked.
package struct Concentration: Sendable, Equatable {
    /// What they have in common, such as `loc=kenya` or `on host n7`.
    package var property: String
    /// Of the jobs that failed: how many have it, and how many there are.
    package var failedWith: Int
    package var failed: Int
    /// The same of the jobs that worked.
    package var workedWith: Int
    package var worked: Int

    package init(property: String, failedWith: Int, failed: Int, workedWith: Int, worked: Int) {
        self.property = property
        self.failedWith = failedWith
        self.failed = failed
        self.workedWith = workedWith
        self.worked = worked
    }

    /// The chance that so many of the failed jobs, or more, would have it if failures fell on jobs at random: Fisher's
    /// exact test, one-sided. It stays right if only a part of the failed jobs, or of those that worked, is counted. 1
    /// where there is nothing to compare.
    package var chance: Double {
        let all = failed + worked
        let with = failedWith + workedWith
        guard (0...max(0, failed)).contains(failedWith), (0...max(0, worked)).contains(workedWith), failed > 0,
            worked > 0, with > 0, with < all
        else { return 1 }
        var sum = 0.0
        let whole = Self.logChoose(all, with)
        for count in failedWith...min(with, failed) {
            let term = exp(Self.logChoose(failed, count) + Self.logChoose(worked, with - count) - whole)
            sum += term
            // The terms fall from the middle of the distribution on.
            if term < sum * 1e-17, count > failed * with / all { break }
        }
        return min(1, sum)
    }

    /// Those that chance does not explain, the clearest first. With many comparisons some are striking by chance: the
    /// rate of false ones among those that are returned is at most `rate` (Benjamini and Hochberg).
    /// - Parameters:
    ///   - all: what was compared. Those that can't be striking may be left out.
    ///   - compared: how much was compared, with those that were left out; nil: none was.
    package static func striking(
        _ all: [Concentration], of compared: Int? = nil, rate: Double = 0.01
    ) -> [Concentration] {
        let count = Double(max(all.count, compared ?? 0))
        // Those of equal chance stay in their order.
        let ranked = all.enumerated().map { index, one in (index: index, chance: one.chance, one: one) }
            .sorted { ($0.chance, $0.index) < ($1.chance, $1.index) }
        var last = 0
        for (rank, one) in ranked.enumerated() where one.chance <= rate * Double(rank + 1) / count {
            last = rank + 1
        }
        return ranked.prefix(last).map(\.one)
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
