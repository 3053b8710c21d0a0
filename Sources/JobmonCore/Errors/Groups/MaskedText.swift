/// A message whose values are replaced, in two forms. In the title each stands as a word that says what it was
/// (`<number>`); in the pattern, which is compared, each is `*`, since what a value looks like differs too: `12`, `1e-3`
/// and `n/a` may stand in the same place.
struct MaskedText {
    private(set) var title: [UInt8] = []
    private(set) var pattern: [UInt8] = []

    /// The last value and what was written with it, as long as only separators follow: a list of values of one kind is
    /// one value, however long it is.
    private var list: (value: MaskedValue, ending: [UInt8], title: Int, pattern: Int)?
    /// A log's line begins with its time, which is not a part of the message.
    private var isAfterTime = false
    /// Words that are counted by the number before them: `1 error` and `2 errors` are the same.
    private var countedWords = 0
    private static let mostCounted = 2

    init() {
        title.reserveCapacity(256)
        pattern.reserveCapacity(256)
    }

    // MARK: What stays

    mutating func put(_ bytes: ArraySlice<UInt8>) {
        guard let first = bytes.first else { return }
        if bytes.count == 1 { return put(first) }
        end()
        title += bytes
        pattern += bytes
    }

    mutating func put(_ byte: UInt8) {
        if byte == 0x20 {
            // `3: 4` is not a list, `a.c:3:4` is.
            if pattern.last == UInt8(ascii: ":") { list = nil }
            if let last = title.last, last != 0x20 { title.append(byte) }
            if let last = pattern.last, last != 0x20 { pattern.append(byte) }
            return
        }
        if isAfterTime, byte.isOne(of: "-|:,])>") { return }
        // numpy fills up its columns.
        if byte.isOne(of: "])") {
            if title.last == 0x20 { title.removeLast() }
            if pattern.last == 0x20 { pattern.removeLast() }
        }
        countedWords = 0
        if !byte.isOne(of: ",;:") { end() }
        title.append(byte)
        pattern.append(byte)
    }

    /// A word of the language.
    mutating func put(word: ArraySlice<UInt8>) {
        let counted = countedWords
        put(word)
        guard counted > 0 else { return }
        if word.count > 3, word.last == UInt8(ascii: "s") { pattern.removeLast() }
        countedWords = counted - 1
    }

    /// A name in quotes, whichever they were: they depend on the locale.
    mutating func put(quoted bytes: ArraySlice<UInt8>) {
        put(Self.quote)
        put(bytes)
        put(Self.quote)
    }

    /// What the title need not show.
    mutating func put(hidden bytes: ArraySlice<UInt8>) {
        end()
        pattern += bytes
    }

    // MARK: What is replaced

    /// - Parameters:
    ///   - param: the name of the param that has this value, for the title.
    ///   - ending: of a file, which stays.
    mutating func mask(_ value: MaskedValue, param: String? = nil, ending: ArraySlice<UInt8> = []) {
        if value == .time, pattern.allSatisfy({ $0.isOne(of: "[(<") }) {
            title.removeAll(keepingCapacity: true)
            pattern.removeAll(keepingCapacity: true)
            isAfterTime = true
            return
        }
        // What colons join is one value, whatever its parts are (`chr1:100-200`).
        if let list, list.value == value || pattern.last == UInt8(ascii: ":"), list.ending.elementsEqual(ending) {
            title.removeLast(title.count - list.title)
            pattern.removeLast(pattern.count - list.pattern)
        } else {
            end()
            title.append(UInt8(ascii: "<"))
            title += (param ?? value.rawValue).utf8
            title.append(UInt8(ascii: ">"))
            title += ending
            pattern.append(UInt8(ascii: "*"))
            pattern += ending
        }
        list = (value, Array(ending), title.count, pattern.count)
        countedWords = value == .number ? Self.mostCounted : 0
    }

    /// What was pending has no more to come.
    private mutating func end() {
        list = nil
        isAfterTime = false
        countedWords = 0
    }

    /// Without what ends a sentence, and not longer than `limit` bytes.
    mutating func finish(limit: Int) {
        Self.cut(&title, limit: limit, mark: true)
        Self.cut(&pattern, limit: limit, mark: false)
    }

    private static func cut(_ text: inout [UInt8], limit: Int, mark: Bool) {
        let isLong = text.count > limit
        if isLong {
            var end = limit
            while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
            text.removeLast(text.count - end)
        }
        while let last = text.last, last.isOne(of: " .,:;") { text.removeLast() }
        if isLong, mark { text += "…".utf8 }
    }

    private static let quote = UInt8(ascii: "'")
}

/// What a value was, in the word that stands for it in a title.
enum MaskedValue: String {
    case number
    case hex
    case identifier = "id"
    case time
    case path
    case url
    case address = "host"
    case email
    case text = "value"
}
