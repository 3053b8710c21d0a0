/// Finds numbered things by a text that they have, such as their name: exactly, or by a pattern.
struct TextIndex: Sendable {
    struct Entry {
        var text: String
        /// The number of the thing.
        var index: Int
        /// Whether patterns find it by this text.
        var isSought = true
    }

    /// The distinct texts, in the order of the entries.
    private(set) var texts: [String] = []
    private var numbers: [String: Int32] = [:]
    private var indexes = Int32Lists()
    private var isSought: [Bool] = []
    /// The texts that patterns find, in the order of their bytes.
    private var byBeginning: [Int32]?
    /// The same by pieces of them.
    private var byPiece: PieceIndex?

    /// - Parameter entries: in ascending order of their indexes; no text twice for one index.
    init(_ entries: [Entry]) {
        numbers.reserveCapacity(entries.count)
        var numberOfEntry: [Int32] = []
        numberOfEntry.reserveCapacity(entries.count)
        for entry in entries {
            if let known = numbers[entry.text] {
                numberOfEntry.append(known)
                if entry.isSought { isSought[Int(known)] = true }
            } else {
                let number = Int32(texts.count)
                numbers[entry.text] = number
                numberOfEntry.append(number)
                texts.append(entry.text)
                isSought.append(entry.isSought)
            }
        }
        indexes = Int32Lists(count: texts.count) { put in
            for (entry, number) in zip(entries, numberOfEntry) { put(Int(number), Int32(entry.index)) }
        }
    }

    /// The distinct texts that patterns find.
    var soughtTexts: some Sequence<String> { zip(texts, isSought).lazy.filter(\.1).map(\.0) }

    /// How many have exactly this text.
    func count(_ text: String) -> Int { numbers[text].map { indexes[Int($0)].count } ?? 0 }

    func contains(_ text: String) -> Bool { numbers[text] != nil }

    /// What has exactly this text: sorted indexes.
    func find(exactly text: String) -> [Int] {
        guard let number = numbers[text] else { return [] }
        return indexes[Int(number)].map { Int($0) }
    }

    /// What has a text that matches: sorted indexes.
    mutating func find(matching pattern: String) -> [Int] {
        let beginning = Array(pattern.utf8.prefix { !Self.isWildcard($0) })
        var candidates = range(beginning)
        // All texts of the range match a pattern that has only one `*` behind this beginning.
        let isWhole = pattern.utf8.count == beginning.count + 1 && pattern.last == "*"
        if !isWhole, let other = numbers(withPiecesOf: pattern), other.count < candidates.count { candidates = other }
        let glob = GlobPattern(pattern)
        var found: [Int] = []
        for number in candidates where isWhole || glob.matches(texts[Int(number)]) {
            for index in indexes[Int(number)] { found.append(Int(index)) }
        }
        return found.sortedUnique()
    }

    /// Whether a text has a wildcard.
    static func isPattern(_ text: String) -> Bool { text.utf8.contains(where: isWildcard) }

    private static func isWildcard(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[")
    }

    private mutating func numbers(withPiecesOf pattern: String) -> ArraySlice<Int32>? {
        let index = byPiece ?? PieceIndex(texts, numbers: soughtNumbers)
        byPiece = index
        return index.candidates(pattern)
    }

    private var soughtNumbers: [Int32] { texts.indices.filter { isSought[$0] }.map { Int32($0) } }

    // MARK: Sorted texts

    /// The texts with a beginning.
    private mutating func range(_ beginning: [UInt8]) -> ArraySlice<Int32> {
        let sorted =
            byBeginning
            ?? soughtNumbers.sorted { texts[Int($0)].utf8.lexicographicallyPrecedes(texts[Int($1)].utf8) }
        byBeginning = sorted
        let start = Self.firstPlace(sorted[...]) {
            !texts[Int($0)].utf8.lexicographicallyPrecedes(beginning)
        }
        let end = Self.firstPlace(sorted[start...]) { !texts[Int($0)].utf8.starts(with: beginning) }
        return sorted[start..<end]
    }

    /// The first place at which a condition holds, if it holds from there to the end.
    private static func firstPlace(_ sorted: ArraySlice<Int32>, _ holds: (Int32) -> Bool) -> Int {
        var (low, high) = (sorted.startIndex, sorted.endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(sorted[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension Sequence where Element: Comparable {
    /// The elements in ascending order, each once.
    func sortedUnique() -> [Element] {
        let elements = Array(self)
        // Most lists are sorted already.
        if zip(elements, elements.dropFirst()).allSatisfy(<) { return elements }
        var result: [Element] = []
        result.reserveCapacity(elements.count)
        for element in elements.sorted() where result.last != element { result.append(element) }
        return result
    }
}
