import JobmonCore
import Testing

/// What sets failed jobs apart.
@Suite struct ConcentrationTests {
    private func concentration(
        _ failedWith: Int, of failed: Int, worked workedWith: Int, of worked: Int, _ property: String = "p"
    ) -> Concentration {
        Concentration(
            property: property, failedWith: failedWith, failed: failed, workedWith: workedWith, worked: worked)
    }

    @Test(
        "the chance is that of Fisher's exact test (R: fisher.test(…, alternative = \"greater\"))",
        arguments: [
            (3, 4, 1, 4, 0.2428571429), (8, 10, 2, 10, 0.01150713), (12, 15, 2, 325, 9.943495828e-18),
            (0, 5, 5, 5, 1.0), (5, 5, 0, 5, 0.003968254),
        ])
    func chance(_ failedWith: Int, _ failed: Int, _ workedWith: Int, _ worked: Int, _ expected: Double) {
        let found = concentration(failedWith, of: failed, worked: workedWith, of: worked).chance
        #expect(abs(found - expected) <= 1e-4 * expected, "\(found)")
    }

    @Test func whereNothingCanBeComparedThereIsNoSign() {
        for one in [
            // None has it, all have it, none failed, none worked.
            concentration(0, of: 3, worked: 0, of: 6), concentration(3, of: 3, worked: 6, of: 6),
            concentration(0, of: 0, worked: 4, of: 9), concentration(4, of: 9, worked: 0, of: 0),
            // Impossible: a param that a job has twice.
            concentration(5, of: 4, worked: 1, of: 9), concentration(3, of: 4, worked: 10, of: 9),
        ] {
            #expect(one.chance == 1)
            #expect(Concentration.striking([one]).isEmpty)
        }
    }

    @Test func ofManyComparisonsOnlyTheClearOnesStay() {
        let chance = concentration(3, of: 33, worked: 1, of: 71)
        let clear = concentration(40, of: 50, worked: 10, of: 1000)
        let clearer = concentration(50, of: 50, worked: 0, of: 1000)
        let all = Array(repeating: chance, count: 20) + [clear, clearer]
        #expect(Concentration.striking(all) == [clearer, clear])
        #expect(Concentration.striking([]).isEmpty)
    }

    @Test func whatWasLeftOutCountsAsCompared() {
        // A chance of 0.004.
        let one = concentration(5, of: 5, worked: 0, of: 5)
        #expect(Concentration.striking([one]) == [one])
        #expect(Concentration.striking([one], of: 2) == [one])
        #expect(Concentration.striking([one], of: 3).isEmpty)
    }

    @Test func thoseOfEqualChanceStayInTheirOrder() {
        let all = (0..<40).map { concentration(20, of: 20, worked: 0, of: 20, "p\($0)") }
        #expect(Concentration.striking(all) == all)
    }

    @Test func largeNumbersAreNoTrouble() {
        #expect(concentration(20_000, of: 20_100, worked: 5000, of: 29_900).chance < 1e-300)
        #expect(concentration(2500, of: 5000, worked: 22_500, of: 45_000).chance > 0.4)
    }
}
