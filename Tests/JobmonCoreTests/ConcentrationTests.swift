import JobmonCore
import Testing

/// What sets failed jobs apart.
@Suite struct ConcentrationTests {
    private func concentration(_ failed: Int, of over: Int, others: Int, of all: Int) -> Concentration {
        Concentration(property: "p", failed: failed, over: over, othersFailed: others, othersOver: all)
    }

    @Test(
        "the chance is that of Fisher's exact test (R: fisher.test(…, alternative = \"greater\"))",
        arguments: [
            (3, 4, 1, 4, 0.2428571429), (8, 10, 2, 10, 0.01150713), (12, 14, 3, 326, 9.943495828e-18),
            (0, 5, 5, 5, 1.0), (5, 5, 0, 5, 0.003968254),
        ])
    func chance(_ failed: Int, _ over: Int, _ others: Int, _ all: Int, _ expected: Double) {
        let found = concentration(failed, of: over, others: others, of: all).chance
        #expect(abs(found - expected) <= 1e-4 * expected, "\(found)")
    }

    @Test func whereNothingCanBeComparedThereIsNoSign() {
        for one in [
            concentration(0, of: 0, others: 3, of: 9), concentration(3, of: 9, others: 0, of: 0),
            concentration(0, of: 4, others: 0, of: 9), concentration(4, of: 4, others: 9, of: 9),
        ] {
            #expect(one.chance == 1)
            #expect(Concentration.striking([one]).isEmpty)
        }
    }

    @Test func ofManyComparisonsOnlyTheClearOnesStay() {
        let chance = concentration(3, of: 4, others: 30, of: 100)
        let clear = concentration(40, of: 50, others: 10, of: 1000)
        let clearer = concentration(50, of: 50, others: 0, of: 1000)
        let all = Array(repeating: chance, count: 20) + [clear, clearer]
        #expect(Concentration.striking(all) == [clearer, clear])
        #expect(Concentration.striking([]).isEmpty)
    }

    @Test func largeNumbersAreNoTrouble() {
        #expect(concentration(20_000, of: 25_000, others: 100, of: 25_000).chance < 1e-300)
        #expect(concentration(2500, of: 25_000, others: 2500, of: 25_000).chance > 0.4)
    }
}
