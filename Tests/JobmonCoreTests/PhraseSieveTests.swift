import Testing

@testable import JobmonCore

/// Sets of phrases that are looked for in one pass.
@Suite struct PhraseSieveTests {
    // A phrase of two sets, phrases with the same beginning, and one that begins within another one.
    private let sets = [["abc", "xy"], ["abd"], ["abc", "é!"], ["bcd"]]

    @Test(
        arguments: [
            ("", []), ("a", []), ("abx", []), ("abc", [0, 2]), ("--abd", [1]), ("abcd", [0, 2, 3]), ("ab\nc", []),
            ("x y", []), ("1\nxy\né!", [0, 2]), ("ABC", []), ("aabd xxy é!", [0, 1, 2]),
        ] as [(String, [Int])])
    func findsTheSets(_ text: String, _ found: [Int]) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let result = PhraseSieve(sets).found(in: lines)
        #expect(sets.indices.filter { result[$0] } == found)
    }

    @Test func findsInALineThatIsAPart() {
        let line = "..abd..".dropFirst(2).dropLast(2)
        #expect(PhraseSieve(sets).found(in: [line])[1] && !PhraseSieve(sets).found(in: [line.dropLast()])[1])
    }

    /// A reader is asked only about texts that have one of its signs: each sample of it must have one.
    @Test func eachSampleHasASignOfItsReader() {
        for sample in ErrorSample.all {
            let lines = ErrorLines(sample.text[...].utf8)
            let found = ErrorSigns(of: lines)
            for (index, reader) in ErrorReader.all.enumerated() where reader.read(lines) != nil {
                #expect(found.ofReader(index), "\(sample.testDescription): reader \(index)")
            }
            for (index, launcher) in Launchers.all.enumerated() where lines.all.contains(where: launcher.isAtWork) {
                #expect(found.ofLauncher(index), "\(sample.testDescription): launcher \(index)")
            }
            if lines.all.contains(where: { SchedulerLine.isOne($0) }) { #expect(found.ofSchedulers) }
        }
    }
}
