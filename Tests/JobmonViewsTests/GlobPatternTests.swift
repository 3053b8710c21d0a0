import JobmonCore
import JobmonLedger
import JobmonTestSupport
import Testing

/// Patterns of names mean what they mean to SQLite.
@Suite(.timeLimit(.minutes(5)))
struct GlobPatternTests {
    @Test func matchesAsSQLiteDoes() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        var random = SeededGenerator(seed: 1)
        let letters = ["a", "b", "*", "?", "[", "]", "^", "-", "ä", "ab", "[a-b]", "[^a]", "[]]", "**"]
        func text(_ most: Int) -> String {
            (0..<Int.random(in: 0...most, using: &random)).map { _ in letters.randomElement(using: &random) ?? "" }
                .joined()
        }
        var rows: [String] = []
        var pairs: [(pattern: String, name: String)] = []
        for _ in 0..<3000 {
            let pair = (text(5), text(4))
            pairs.append(pair)
            rows.append("(\(SQLText.quoted(pair.0)), \(SQLText.quoted(pair.1)))")
        }
        let answers = try await ledger.query(
            "SELECT column2 GLOB column1 FROM (VALUES \(rows.joined(separator: ",")))", limits: QueryLimits()
        ).rows
        #expect(answers.count == pairs.count)
        for (pair, answer) in zip(pairs, answers) {
            #expect(
                GlobPattern(pair.pattern).matches(pair.name) == (answer[0] == .int(1)),
                "\(pair.name) GLOB \(pair.pattern)")
        }
        #expect(answers.count { $0[0] == .int(1) } > 100)
    }

    @Test func manyStarsTakeNoTime() {
        let name = String(repeating: "a", count: 2000)
        #expect(!GlobPattern(String(repeating: "*a", count: 500) + "b").matches(name))
    }
}
