import JobmonCore
import Testing

struct QueueRoundTests {
    @Test("a round is part of the ledger's key")
    func rounds() {
        #expect(QueueRound.key("k", round: 1) == "k")
        #expect(QueueRound.key("k", round: 3) == "k#3")
        let keys: [(String, base: String, round: Int)] = [
            ("k", "k", 1), ("k#3", "k", 3), ("k#x", "k#x", 1), ("k#1", "k#1", 1), ("k#2#13", "k#2", 13), ("#2", "", 2),
        ]
        for (key, base, round) in keys {
            #expect(QueueRound.of(key) == round, "\(key)")
            #expect(QueueRound.withoutRound(key) == base, "\(key)")
        }
    }
}
