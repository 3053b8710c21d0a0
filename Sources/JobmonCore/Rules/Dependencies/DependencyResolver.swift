/// Finds the jobs for which a reference stands, among the jobs of a queue.
///
/// It is made for 100,000 jobs and twice as many references. Each index is built when it is first needed. An exact
/// reference costs one look-up. A pattern costs as much as there are texts with its beginning (`fit*`), or with the
/// rarest three bytes of its other parts (`*_2001`, `*_s7_*`); only one without such parts is compared with all texts.
package struct DependencyResolver: Sendable {
    /// A job that others can wait for. Its place in the array is its index.
    package struct Candidate: Sendable {
        /// Its key in the queue, which is given or computed.
        package var key: String
        /// The key by which references mean it as well, where `key` has a round. Empty: they do not mean it by its key, since
        /// that is what a job of a later round is called.
        package var saidKey: String?
        /// The name that is shown.
        package var name: String
        /// Its params; a number is compared by its text.
        package var params: JSONObject
        /// Its number in the ledger; nil: it has none yet.
        package var jid: Int64?

        package init(key: String, name: String, params: JSONObject = [:], jid: Int64? = nil) {
            self.key = key
            self.name = name
            self.params = params
            self.jid = jid
        }
    }

    /// The jobs among which references are looked up.
    package let candidates: [Candidate]

    /// Keys and names together: a text that is the key of one job and the name of another means both.
    private lazy var texts = Self.keysAndNames(candidates)
    private lazy var indexOfJid = Self.jids(candidates)
    /// The names of all params, sorted.
    private lazy var params = Set(candidates.flatMap { $0.params.members.map(\.name) }).sorted()
    private lazy var isParam = Set(params)
    /// For some params, by their sorted names: the jobs by their values of these. With one index for each set of
    /// params, `{"db": "main", "year": 2001}` costs one look-up, however many jobs have the one or the other.
    private var values: [[String]: TextIndex] = [:]
    /// What was found for patterns, and for texts that mean several jobs.
    private var found: [DependencyReference: [Int]] = [:]

    package init(_ candidates: [Candidate]) { self.candidates = candidates }

    /// The jobs that are meant: their indexes, sorted, each once. Empty: there is none.
    package mutating func find(_ reference: DependencyReference) -> [Int] {
        if let known = found[reference] { return known }
        let indexes = lookUp(reference)
        // One job is found as quickly without the cache.
        if indexes.count > 1 || reference.isPattern { found[reference] = indexes }
        return indexes
    }

    private mutating func lookUp(_ reference: DependencyReference) -> [Int] {
        switch reference {
        case .named(let text):
            let exact = texts.find(exactly: text)
            guard exact.isEmpty, reference.isPattern else { return exact }
            return texts.find(matching: text)
        case .param(let name, let value):
            let exact = texts.find(exactly: "\(name)=\(value)")
            guard exact.isEmpty, isParam.contains(name) else { return exact }
            prepare([name])
            let withValue = values[[name]]?.find(exactly: value) ?? []
            guard withValue.isEmpty, reference.isPattern else { return withValue }
            return values[[name]]?.find(matching: value) ?? []
        case .params(let object):
            let wanted = DependencyReference.texts(of: object).sorted { $0.key < $1.key }
            guard !wanted.isEmpty, wanted.allSatisfy({ isParam.contains($0.key) }) else { return [] }
            let names = wanted.map(\.key)
            prepare(names)
            return values[names]?.find(exactly: Self.joined(wanted.map(\.value))) ?? []
        case .jid(let number): return indexOfJid[number].map { [Int($0)] } ?? []
        }
    }

    /// How many jobs have this name or key.
    mutating func count(of text: String) -> Int { texts.count(text) }

    // MARK: Indexes

    private static func keysAndNames(_ candidates: [Candidate]) -> TextIndex {
        var entries: [TextIndex.Entry] = []
        entries.reserveCapacity(2 * candidates.count)
        for (index, candidate) in candidates.enumerated() {
            let said = candidate.saidKey ?? candidate.key
            let keys = said.isEmpty || said == candidate.key ? [said] : [said, candidate.key]
            for key in keys where !key.isEmpty && key != candidate.name {
                entries.append(TextIndex.Entry(text: key, index: index, isSought: isSought(key)))
            }
            if !candidate.name.isEmpty { entries.append(TextIndex.Entry(text: candidate.name, index: index)) }
        }
        return TextIndex(entries)
    }

    /// Whether patterns find a job by its key. They do not by a key with a round, which is of the ledger's making, and not by
    /// one that nobody chose: otherwise `a*` would mean one in 16 jobs, whatever their names.
    private static func isSought(_ key: String) -> Bool { QueueRound.of(key) == 1 && !isComputed(key) }

    /// Whether a key has the form of one that nobody chose: 32 hexadecimal digits, as jobmon computes it, or a UUID, as
    /// the libraries make it.
    private static func isComputed(_ key: String) -> Bool {
        let bytes = key.utf8
        guard bytes.count == 32 || bytes.count == 36 else { return false }
        let isUUID = bytes.count == 36
        return bytes.enumerated().allSatisfy { place, byte in
            if isUUID, [8, 13, 18, 23].contains(place) { return byte == UInt8(ascii: "-") }
            return switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
            case UInt8(ascii: "A")...UInt8(ascii: "F"): isUUID
            default: false
            }
        }
    }

    private static func jids(_ candidates: [Candidate]) -> [Int64: Int32] {
        var indexes: [Int64: Int32] = [:]
        for (index, candidate) in candidates.enumerated() {
            if let jid = candidate.jid { indexes[jid] = Int32(index) }
        }
        return indexes
    }

    /// Builds the index of the values of some params, whose names are sorted.
    private mutating func prepare(_ names: [String]) {
        guard values[names] == nil else { return }
        var entries: [TextIndex.Entry] = []
        for (index, candidate) in candidates.enumerated() {
            var texts: [String] = []
            for name in names {
                guard let value = candidate.params[name] else { break }
                texts.append(DependencyReference.text(of: value))
            }
            guard texts.count == names.count else { continue }
            entries.append(TextIndex.Entry(text: Self.joined(texts), index: index))
        }
        values[names] = TextIndex(entries)
    }

    /// Values as one text, which differs for different values.
    private static func joined(_ texts: [String]) -> String {
        texts.count == 1 ? texts[0] : JSON.array(texts.map { .string($0) }).text
    }
}

extension DependencyResolver {
    /// The reference that was probably meant by one that no job matches; nil if none is near.
    package mutating func nearest(to reference: DependencyReference) -> DependencyReference? {
        guard !reference.isPattern else { return nil }
        switch reference {
        case .named(let text):
            return NearWord.nearest(to: text, among: texts.soughtTexts).map { DependencyReference($0) }
        case .param(let name, let value):
            if let (nearName, nearValue) = nearest(param: name, value) { return .param(nearName, nearValue) }
            return NearWord.nearest(to: "\(name)=\(value)", among: texts.soughtTexts).map { DependencyReference($0) }
        case .params(var object):
            for member in object.members {
                let value = DependencyReference.text(of: member.value)
                guard let (nearName, nearValue) = nearest(param: member.name, value) else { continue }
                // The value keeps its type if it is not the value that is wrong.
                let isOtherName = nearName != member.name
                object = JSONObject(
                    object.members.map { other in
                        guard other.name == member.name else { return other }
                        return (nearName, isOtherName ? other.value : .string(nearValue))
                    })
                return find(.params(object)).isEmpty ? nil : .params(object)
            }
            return nil
        case .jid: return nil
        }
    }

    /// A param with a value that is near; nil if none is, or if jobs have this one.
    private mutating func nearest(param name: String, _ value: String) -> (name: String, value: String)? {
        guard isParam.contains(name) else {
            guard let near = NearWord.nearest(to: name, among: params) else { return nil }
            return find(.param(near, value)).isEmpty ? nil : (near, value)
        }
        prepare([name])
        guard let index = values[[name]], !index.contains(value) else { return nil }
        return NearWord.nearest(to: value, among: index.texts).map { (name, $0) }
    }
}

extension DependencyReference {
    /// Whether it has wildcards, which count unless a job has exactly this text.
    var isPattern: Bool {
        switch self {
        case .named(let text): TextIndex.isPattern(text)
        case .param(_, let value): TextIndex.isPattern(value)
        case .params, .jid: false
        }
    }
}
