/// The params of a job, by whose values its errors differ from those of other jobs: only whole words, longest first, in
/// any case, since many programs write names in capitals.
struct MaskedParams {
    private let all: [(name: String, value: [UInt8])]

    static let none = MaskedParams([:])

    init(_ params: JSONObject) {
        var all: [(name: String, value: [UInt8])] = []
        for (name, value) in params.members {
            let text = value.plainText
            guard Self.shortest...Self.longest ~= text.utf8.count else { continue }
            var bytes = Array(text.utf8)
            for index in bytes.indices { bytes[index] = bytes[index].lowercased }
            if !Self.isCommon(bytes) { all.append((name, bytes)) }
        }
        // Of equal values the first name counts, whatever the order of the members.
        if all.count > 1 { all.sort { ($1.value.count, $0.name) < ($0.value.count, $1.name) } }
        self.all = all
    }

    var isEmpty: Bool { all.isEmpty }

    /// The param whose value stands at a place of a message, and its end there.
    func match(at start: Int, in text: MessageBytes) -> (name: String, end: Int)? {
        guard !all.isEmpty, !text[start - 1].isWordPart else { return nil }
        let first = text[start].lowercased
        for (name, value) in all where value[0] == first {
            let end = start + value.count
            if Self.isEqual(text[start..<end], value), !text[end].isWordPart { return (name, end) }
        }
        return nil
    }

    /// The param that has this value.
    func name(of value: ArraySlice<UInt8>) -> String? {
        all.isEmpty ? nil : all.first { Self.isEqual(value, $0.value) }?.name
    }

    private static func isEqual(_ text: ArraySlice<UInt8>, _ value: [UInt8]) -> Bool {
        text.count == value.count && text.elementsEqual(value) { $0.lowercased == $1 }
    }

    private static let shortest = 2
    private static let longest = 200

    /// A value that is a word which messages have anyway would be masked in the errors of some jobs, and not in the same
    /// errors of others.
    private static func isCommon(_ value: [UInt8]) -> Bool { ShortWord(value).map { common.contains($0) } ?? false }

    private static let common = ShortWord.set(
        """
        the and for not is in to of at by or on off no yes true false none null all any new old with from
        error fail failed warning fatal cannot missing invalid unknown found
        file files data input output path dir name names type value values key index line column row
        read write open load save run start stop test train main job task step time memory size number
        default auto normal
        """)
}
