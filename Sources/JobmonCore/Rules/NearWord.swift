/// Which known word somebody meant who typed another one.
package enum NearWord {
    /// The known word that is nearest to `typed`: the same but for its case, one typing error away, or two in a word of
    /// five letters and more; a word that `typed` begins, or that begins it, counts as near too. Nil: none is near.
    package static func nearest(to typed: some StringProtocol, among known: some Sequence<String>) -> String? {
        let wanted = Array(typed.lowercased())
        guard !wanted.isEmpty else { return nil }
        var best: (word: String, distance: Int)?
        for word in known {
            let letters = Array(word.lowercased())
            guard var distance = distance(wanted, letters, atMost: allowed(wanted, letters)) else {
                // A word that was cut short, or has an ending too many.
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

    /// Whether `typed` is `known` with a typing error in it, and no word that merely begins alike.
    package static func isSlip(_ typed: some StringProtocol, of known: String) -> Bool {
        let (wanted, letters) = (Array(typed.lowercased()), Array(known.lowercased()))
        return distance(wanted, letters, atMost: allowed(wanted, letters)) != nil
    }

    /// Errors that are few beside what is right.
    private static func allowed(_ first: [Character], _ second: [Character]) -> Int {
        switch min(first.count, second.count) {
        case ...2: 0
        case ...4: 1
        default: 2
        }
    }

    /// Letters to insert, leave out, replace or exchange with their neighbour; nil: more than `most`.
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
