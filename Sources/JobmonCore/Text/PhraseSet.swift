/// Phrases that are looked for together: one pass over the bytes of a text, however many phrases there are.
///
/// Bytes are compared, not characters, and with `ignoringCase` ASCII letters only.
struct PhraseSet: Sendable, ExpressibleByArrayLiteral {
    private let phrases: [[UInt8]]
    /// For each hash of two bytes, the first phrase that begins with such bytes; -1: none.
    private let heads: [Int16]
    /// For each phrase, the next one with the same hash; -1: none.
    private let next: [Int16]

    private static let places = 1024

    /// - Parameter phrases: each of two bytes or more; without capital letters where case is ignored.
    init(_ phrases: [String]) {
        let texts = phrases.map { Array($0.utf8) }
        precondition(texts.allSatisfy { $0.count >= 2 }, "a phrase has two bytes or more")
        var heads = [Int16](repeating: -1, count: Self.places)
        var next = [Int16](repeating: -1, count: texts.count)
        for index in texts.indices.reversed() {
            let place = Self.place(texts[index][0], texts[index][1])
            next[index] = heads[place]
            heads[place] = Int16(index)
        }
        self.phrases = texts
        self.heads = heads
        self.next = next
    }

    init(arrayLiteral phrases: String...) { self.init(phrases) }

    // MARK: Asking

    /// Whether one of them is in the text.
    func isIn(_ text: some StringProtocol, ignoringCase: Bool = false) -> Bool {
        Self.withBytes(text) { bytes in
            var place = 0
            while place + 1 < bytes.count {
                if phrase(at: place, in: bytes, ignoringCase) != nil { return true }
                place += 1
            }
            return false
        }
    }

    /// Whether the text begins with one of them.
    func begins(_ text: some StringProtocol, ignoringCase: Bool = false) -> Bool {
        Self.withBytes(text) { phrase(at: 0, in: $0, ignoringCase) != nil }
    }

    /// The number of bytes of the phrase that the text begins with, of several the first one of the set; nil: it begins
    /// with none.
    func start(of text: some StringProtocol, ignoringCase: Bool = false) -> Int? {
        Self.withBytes(text) { bytes in phrase(at: 0, in: bytes, ignoringCase).map { phrases[$0].count } }
    }

    /// Where a phrase ends that begins within the first bytes of the text, as a number of bytes. Of several phrases the
    /// first one of the set counts, and of that its first place.
    func end(in text: some StringProtocol, beginningWithin limit: Int) -> Int? {
        Self.withBytes(text) { bytes in
            var found: (phrase: Int, end: Int)?
            for place in 0..<max(0, min(limit, bytes.count - 1)) {
                guard let index = phrase(at: place, in: bytes, false), index < found?.phrase ?? .max else { continue }
                found = (index, place + phrases[index].count)
            }
            return found?.end
        }
    }

    // MARK: Comparing

    /// The first phrase of the set that stands at a place.
    private func phrase(at place: Int, in bytes: UnsafeBufferPointer<UInt8>, _ ignoringCase: Bool) -> Int? {
        guard place + 1 < bytes.count else { return nil }
        let (first, second) = (bytes[place], bytes[place + 1])
        var index =
            ignoringCase
            ? heads[Self.place(Self.lowercased(first), Self.lowercased(second))] : heads[Self.place(first, second)]
        while index >= 0 {
            if stands(phrases[Int(index)], at: place, in: bytes, ignoringCase) { return Int(index) }
            index = next[Int(index)]
        }
        return nil
    }

    private func stands(
        _ phrase: [UInt8], at place: Int, in bytes: UnsafeBufferPointer<UInt8>, _ ignoringCase: Bool
    ) -> Bool {
        guard phrase.count <= bytes.count - place else { return false }
        for offset in phrase.indices {
            let byte = bytes[place + offset]
            if phrase[offset] != (ignoringCase ? Self.lowercased(byte) : byte) { return false }
        }
        return true
    }

    private static func place(_ first: UInt8, _ second: UInt8) -> Int {
        (Int(first) &* 37 &+ Int(second)) & (places - 1)
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte | 0x20 : byte }

    private static func withBytes<Value>(
        _ text: some StringProtocol, _ body: (UnsafeBufferPointer<UInt8>) -> Value
    ) -> Value {
        if let value = text.utf8.withContiguousStorageIfAvailable(body) { return value }
        return Array(text.utf8).withUnsafeBufferPointer(body)
    }
}
