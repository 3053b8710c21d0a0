import JobmonTestSupport
import Testing

@testable import JobmonViews

/// Quantiles and bounds of amounts, of which some are lower bounds.
@Suite(.timeLimit(.minutes(20)))
struct UsageSampleTests {
    private struct Amount {
        var value: Double
        var isAtLeast: Bool
    }

    /// Amounts with few distinct values, so that equal ones occur.
    private static func amounts(_ count: Int, atLeast: Double, _ random: inout SeededGenerator) -> [Amount] {
        (0..<count).map { _ in
            Amount(
                value: Double(Int.random(in: 0...count, using: &random)),
                isAtLeast: Double.random(in: 0..<1, using: &random) < atLeast)
        }
    }

    private static func sample(_ amounts: [Amount]) -> UsageSample {
        UsageSample(
            amounts.filter { !$0.isAtLeast }.map(\.value), atLeast: amounts.filter(\.isAtLeast).map(\.value))
    }

    /// The share of jobs that pass each known amount, in another way: each job has the same weight, and a job of which
    /// only a lower bound is known gives its weight to all that come after it (Efron's redistribution to the right).
    private static func shares(_ amounts: [Amount], others: Int) -> [(value: Double, share: Double)] {
        let sorted = amounts.sorted { one, other in
            one.value == other.value ? !one.isAtLeast && other.isAtLeast : one.value < other.value
        }
        var weights = [Double](repeating: 1 / Double(sorted.count + others), count: sorted.count + others)
        var shares: [(value: Double, share: Double)] = []
        var passed = 1.0
        for (place, amount) in sorted.enumerated() {
            guard amount.isAtLeast else {
                passed -= weights[place]
                shares.append((amount.value, passed))
                continue
            }
            let after = weights.count - place - 1
            guard after > 0 else { continue }
            for later in (place + 1)..<weights.count { weights[later] += weights[place] / Double(after) }
        }
        return shares
    }

    @Test("quantiles are those of Kaplan and Meier", arguments: [0, 0.1, 0.5, 0.9])
    func quantiles(atLeast: Double) {
        var random = SeededGenerator(seed: 11)
        for count in [1, 2, 3, 10, 37, 400] {
            for _ in 0..<20 {
                let amounts = Self.amounts(count, atLeast: atLeast, &random)
                let sample = Self.sample(amounts)
                let shares = Self.shares(amounts, others: 0)
                for quantile in [0.03, 0.25, 0.5, 0.77, 0.95] {
                    let wanted = shares.first { $0.share <= 1 - quantile + 1e-7 }?.value
                    #expect(sample.quantile(quantile) == wanted, "\(count) amounts, \(quantile)")
                }
                #expect(sample.count == count && sample.known == amounts.filter { !$0.isAtLeast }.count)
                #expect(sample.largest?.amount == amounts.map(\.value).max())
            }
        }
    }

    @Test("the bound for a further job counts it among those that need more", arguments: [0, 0.1, 0.5])
    func bounds(atLeast: Double) {
        var random = SeededGenerator(seed: 12)
        for count in [1, 5, 10, 19, 20, 57, 400] {
            for _ in 0..<20 {
                let amounts = Self.amounts(count, atLeast: atLeast, &random)
                let shares = Self.shares(amounts, others: 1)
                for risk in [0.01, 0.05, 0.1, 0.3] {
                    let bound = Self.sample(amounts).bound(risk: risk)
                    let wanted = shares.first { $0.share <= risk + 1e-7 }
                    #expect(bound?.amount == (wanted ?? shares.last)?.value, "\(count) amounts, \(risk)")
                    #expect(bound?.isReached ?? false == (wanted != nil))
                    if let bound, let share = (wanted ?? shares.last)?.share {
                        #expect(abs(bound.share - share) < 1e-7)
                    }
                }
            }
        }
    }

    @Test("without lower bounds, the chance to pass the k-th of n amounts is (n + 1 - k) / (n + 1)")
    func chances() throws {
        let ascending = (1...39).map { Double($0) }
        let bound = try #require(UsageSample(ascending.reversed()).bound(risk: 0.05))
        #expect(bound.amount == 38 && bound.isReached && abs(bound.share - 0.05) < 1e-9)
        // The largest of ten is the best that can be said of ten.
        let few = try #require(UsageSample(Array(ascending.prefix(10))).bound(risk: 0.05))
        #expect(few.amount == 10 && !few.isReached && abs(few.share - 1.0 / 11) < 1e-9)
        #expect(UsageSample([]).bound(risk: 0.05) == nil)
        #expect(UsageSample([], atLeast: [3]).bound(risk: 0.05) == nil)
        #expect(UsageSample([], atLeast: [3]).quantile(0.5) == nil)
    }

    @Test("large samples are sorted as small ones are")
    func manyAmounts() {
        var random = SeededGenerator(seed: 13)
        let amounts = (0..<5000).map { _ in Double(Float.random(in: 0...1e12, using: &random)) }
        let sorted = amounts.sorted()
        let sample = UsageSample(amounts)
        for share in [0.001, 0.1, 0.5, 0.95, 1] {
            #expect(sample.quantile(share) == sorted[Int((share * 5000).rounded(.up)) - 1])
        }
        #expect(sample.beyond == 0)
        #expect(UsageSample([1, 2], atLeast: [2, 3, 1]).beyond == 2)
    }

    // MARK: - Coverage

    /// An amount of one of several distributions, as programs have them.
    private static func amount(_ kind: Int, _ random: inout SeededGenerator) -> Double {
        let uniform = Double.random(in: 0..<1, using: &random)
        switch kind {
        // Even; steep; of two sizes; with few that are much larger.
        case 0: return 100 + 900 * uniform
        case 1: return 50 / (1 - uniform)
        case 2: return (Bool.random(using: &random) ? 100 : 1000) + uniform
        default:
            // A sum of many is nearly normal; its square is skewed.
            let sum = (0..<12).reduce(0.0) { total, _ in total + Double.random(in: 0..<1, using: &random) }
            return 10 + sum * sum
        }
    }

    @Test("further jobs pass the recommendation as often as is stated", arguments: [0, 1, 2, 3])
    func coverage(kind: Int) throws {
        var random = SeededGenerator(seed: 100 + UInt64(kind))
        for (count, risk) in [(10, 0.05), (20, 0.05), (50, 0.1), (200, 0.02)] {
            var stated = 0.0
            var passed = 0
            let rounds = 2000
            for _ in 0..<rounds {
                let amounts = (0..<count).map { _ in Self.amount(kind, &random) }
                let bound = try #require(UsageSample(amounts).bound(risk: risk))
                stated += bound.share
                for _ in 0..<5 where Self.amount(kind, &random) > bound.amount { passed += 1 }
            }
            let share = Double(passed) / Double(rounds * 5)
            let wanted = stated / Double(rounds)
            #expect(share <= 1.3 * wanted, "\(share) of further jobs passed, \(wanted) was stated")
            // Nor is it bought by requesting far more.
            #expect(share >= 0.7 * wanted, "\(share) of further jobs passed, \(wanted) was stated")
        }
    }

    @Test("limits that end jobs do not make the recommendation too small", arguments: [0, 1, 2, 3])
    func coverageWithLimits(kind: Int) throws {
        var random = SeededGenerator(seed: 200 + UInt64(kind))
        var (stated, passed) = (0.0, 0)
        var naive = 0
        let rounds = 2000
        for _ in 0..<rounds {
            var known: [Double] = []
            var atLeast: [Double] = []
            for _ in 0..<60 {
                let amount = Self.amount(kind, &random)
                // The limit of a job says nothing of what it needs: it is that of another job, or none.
                let limit = Self.amount(kind, &random)
                if Double.random(in: 0..<1, using: &random) < 0.3, limit < amount {
                    atLeast.append(limit)
                } else {
                    known.append(amount)
                }
            }
            let bound = try #require(UsageSample(known, atLeast: atLeast).bound(risk: 0.1))
            let unaware = try #require(UsageSample(known).bound(risk: 0.1))
            stated += bound.share
            let further = Self.amount(kind, &random)
            if further > bound.amount { passed += 1 }
            if further > unaware.amount { naive += 1 }
        }
        let share = Double(passed) / Double(rounds)
        let wanted = stated / Double(rounds)
        #expect(share <= 1.5 * wanted, "\(share) of further jobs passed, \(wanted) was stated")
        #expect(naive > passed)
    }
}
