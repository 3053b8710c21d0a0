import Testing

@testable import JobmonCore

/// Phrases that are looked for together.
@Suite struct PhraseSetTests {
    // The first two have the same beginning, and `al` and `bG` the same hash as others may have.
    let set: PhraseSet = ["abcd", "abc", "xy", "é!"]

    @Test(arguments: [
        ("", false), ("a", false), ("ab", false), ("abc", true), ("--abc", true), ("abd abc", true), ("x y", false),
        ("xxy", true), ("ABC", false), ("é!", true), ("e\u{301}!", false), ("é", false),
    ])
    func findsOneOfThem(_ text: String, _ isThere: Bool) {
        #expect(set.isIn(text) == isThere)
        #expect(set.isIn("..\(text)..".dropFirst(2).dropLast(2)) == isThere)
    }

    @Test func knowsTheBeginning() {
        #expect(set.begins("abcde") && !set.begins(" abc") && !set.begins("a") && !set.begins(""))
        #expect(set.start(of: "abcde") == 4 && set.start(of: "abc") == 3 && set.start(of: "é!") == 3)
        #expect(set.start(of: "zabc") == nil)
    }

    @Test func ignoresTheCaseOfLetters() {
        #expect(set.isIn("--ABC", ignoringCase: true) && set.begins("aBCd", ignoringCase: true))
        #expect(set.start(of: "ABCDE", ignoringCase: true) == 4)
        // `[` and `{` differ as `A` and `a` do, and are no letters.
        #expect(!PhraseSet(["a{"]).isIn("A[", ignoringCase: true))
    }

    @Test func ofSeveralTheFirstOfTheSetCounts() {
        #expect(set.end(in: "..xy.abc.abcd", beginningWithin: 160) == 13)
        #expect(set.end(in: "..xy.abc.abcd", beginningWithin: 6) == 8)
        #expect(set.end(in: "..xy.abc.abcd", beginningWithin: 3) == 4)
        #expect(set.end(in: "xyxy", beginningWithin: 160) == 2)
        #expect(set.end(in: "", beginningWithin: 160) == nil && set.end(in: "a", beginningWithin: 160) == nil)
    }

    /// The same as looking for each of them.
    @Test func agreesWithASimpleSearch() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            func text(_ count: ClosedRange<Int>) -> String {
                String((0..<Int.random(in: count, using: &generator)).map { _ in "abAB{".randomElement() ?? "a" })
            }
            let phrases = (0..<Int.random(in: 1...6, using: &generator)).map { _ in text(2...4) }
            let line = text(0...12)
            let set = PhraseSet(phrases)
            #expect(set.isIn(line) == phrases.contains { line.contains($0) }, "\(phrases) in \(line)")
            #expect(set.start(of: line) == phrases.first { line.hasPrefix($0) }?.utf8.count, "\(phrases) of \(line)")
            let lowered = PhraseSet(phrases.map { $0.lowercased() })
            #expect(
                lowered.isIn(line, ignoringCase: true)
                    == phrases.contains { line.lowercased().contains($0.lowercased()) }, "\(phrases) in \(line)")
        }
    }
}
