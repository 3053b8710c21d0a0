import JobmonCore

extension JSON {
    /// The member of an object; null if it is absent, or this is no object.
    func member(_ name: String) -> JSON {
        guard case .object(let object) = self else { return .null }
        return object[name] ?? .null
    }

    /// The elements of an array; none of anything else.
    var elements: [JSON] { if case .array(let values) = self { values } else { [] } }

    /// A number, or nil.
    var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// A count; 0 if there is none.
    var count: Int { integer.map { Int($0) } ?? 0 }

    /// The same with each text cut after so many characters, which says how many are missing.
    func shortened(to most: Int) -> JSON {
        switch self {
        case .string(let text):
            // Bytes are counted first: that is quick, and there are at least as many as characters.
            guard text.utf8.count > most else { return self }
            let left = text.unicodeScalars.count - most
            guard left > 0 else { return self }
            let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(most)))
            return .string("\(start) \u{2026} (\(Units.count(left, "more character")))")
        case .array(let values): return .array(values.map { $0.shortened(to: most) })
        case .object(let object):
            return .object(JSONObject(object.members.map { (name: $0.name, value: $0.value.shortened(to: most)) }))
        default: return self
        }
    }
}
