/// Finds the known word that a user meant by a mistyped one.
package enum NearWord {
    /// The known word nearest to `typed`; nil if none is near. Near means: equal except for case, one typing error, two
    /// in a word of five or more letters, or one word is a prefix of the other.
    package static func nearest(to typed: some StringProtocol, among known: some Sequence<String>) -> String? {
        let wanted = Array(typed.lowercased())
        guard !wanted.isEmpty else { return nil }
        var best: (word: String, distance: Int)?
        for word in known {
            let letters = Array(word.lowercased())
            guard var distance = distance(wanted, letters, atMost: allowed(wanted, letters)) else {
                // A word that was cut short, or has extra letters at its end.
                let shorter = min(wanted.count, letters.count)
                guard shorter >= 4, wanted.prefix(shorter) == letters.prefix(shorter) else { continue }
                if best == nil { best = (word, 3) }
                continue
            }
            if word == String(typed) { distance = -1 }
            if best.map({ distance < $0.distance }) ?? true { best = (word, distance) }
        }
        return best?.word
    }

    /// Whether `typed` is `known` with a typing error, and not merely a word with the same beginning.
    package static func isSlip(_ typed: some StringProtocol, of known: String) -> Bool {
        let (wanted, letters) = (Array(typed.lowercased()), Array(known.lowercased()))
        return distance(wanted, letters, atMost: allowed(wanted, letters)) != nil
    }

    /// The number of errors that are accepted for two words.
    private static func allowed(_ first: [Character], _ second: [Character]) -> Int {
        switch min(first.count, second.count) {
        case ...2: 0
        case ...4: 1
        default: 2
        }
    }

    /// The number of letters to insert, omit, replace or swap with their neighbour; nil if more than `most`.
    private static func distance(_ first: [Character], _ second: [Character], atMost most: Int) -> Int? {
        guard abs(first.count - second.count) <= most else { return nil }
        var beforeLast = [Int](repeating: 0, count: second.count + 1)
        var last = Array(0...second.count)
        for row in first.indices {
            var line = [row + 1]
            for column in second.indices {
                let isSame = first[row] == second[column]
                var least = min(last[column + 1] + 1, line[column] + 1, last[column] + (isSame ? 0 : 1))
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                line.append(least)
            }
            (beforeLast, last) = (last, line)
        }
        return last[second.count] <= most ? last[second.count] : nil
    }
}
