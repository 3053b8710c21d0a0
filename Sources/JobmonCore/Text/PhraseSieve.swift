/// Sets of phrases that are looked for together: one pass over a text finds which of the sets have a phrase in it, so that
/// only what belongs to these sets has to look closer.
struct PhraseSieve: Sendable {
    private let phrases: [[UInt8]]
    /// For each phrase, the bits of the sets that it belongs to.
    private let owners: [UInt64]
    /// For each hash of two bytes, the first phrase that begins with such bytes; -1: none.
    private let heads: [Int16]
    /// For each phrase, the next one with the same hash; -1: none.
    private let next: [Int16]
    private let all: UInt64

    private static let places = 2048

    /// - Parameter sets: 64 at most, none of them empty; each phrase has two bytes or more.
    init(_ sets: [[String]]) {
        precondition(sets.count <= 64, "there is a bit for each set")
        precondition(sets.allSatisfy { !$0.isEmpty }, "a set has phrases")
        var owners: [String: UInt64] = [:]
        for (index, set) in sets.enumerated() {
            for phrase in set { owners[phrase, default: 0] |= 1 << UInt64(index) }
        }
        // Sorted, so that each run of the program looks in the same order.
        let texts = owners.keys.sorted()
        phrases = texts.map { Array($0.utf8) }
        precondition(phrases.allSatisfy { $0.count >= 2 }, "a phrase has two bytes or more")
        self.owners = texts.map { owners[$0] ?? 0 }
        var heads = [Int16](repeating: -1, count: Self.places)
        var next = [Int16](repeating: -1, count: phrases.count)
        for index in phrases.indices.reversed() {
            let place = Self.place(phrases[index][0], phrases[index][1])
            next[index] = heads[place]
            heads[place] = Int16(index)
        }
        self.heads = heads
        self.next = next
        all = self.owners.reduce(0, |)
    }

    /// Of which sets a text has a phrase.
    struct Found: Sendable {
        fileprivate var bits: UInt64

        /// Whether the text has a phrase of the set with this index.
        subscript(set: Int) -> Bool { bits & 1 << UInt64(set) != 0 }
    }

    /// Looks through lines. A phrase does not go from one line to the next.
    func found(in lines: [Substring]) -> Found {
        var found = Found(bits: 0)
        heads.withUnsafeBufferPointer { heads in
            for line in lines where found.bits != all {
                let isRead: Void? = line.utf8.withContiguousStorageIfAvailable { look(in: $0, heads, &found.bits) }
                if isRead == nil { Array(line.utf8).withUnsafeBufferPointer { look(in: $0, heads, &found.bits) } }
            }
        }
        return found
    }

    private func look(in bytes: UnsafeBufferPointer<UInt8>, _ heads: UnsafeBufferPointer<Int16>, _ bits: inout UInt64) {
        guard bytes.count >= 2 else { return }
        var first = bytes[0]
        for place in 1..<bytes.count {
            let second = bytes[place]
            var index = Int(heads[Self.place(first, second)])
            first = second
            while index >= 0 {
                if bits | owners[index] != bits, stands(phrases[index], at: place - 1, in: bytes) {
                    bits |= owners[index]
                }
                index = Int(next[index])
            }
        }
    }

    private func stands(_ phrase: [UInt8], at place: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard phrase.count <= bytes.count - place else { return false }
        for offset in phrase.indices where bytes[place + offset] != phrase[offset] { return false }
        return true
    }

    private static func place(_ first: UInt8, _ second: UInt8) -> Int {
        (Int(first) &* 37 &+ Int(second)) & (places - 1)
    }
}
