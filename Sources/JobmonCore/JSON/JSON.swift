/// A JSON value as it was sent: object members keep their order, and integers are distinct from other numbers.
///
/// The fast path of `exec` cannot afford Foundation. With one reader for the wrapper, the spool and the monitor, a fact
/// is read in only one way.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)

    /// The value's type, in a word for error messages.
    package var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .int: "an integer"
        case .double: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSON {
    /// The value as text: a string without quotes, null as an empty text.
    package var plainText: String {
        switch self {
        case .string(let text): text
        case .null: ""
        default: text
        }
    }

    /// The integer in a row of a query's result; nil for any other value.
    package var integer: Int64? { if case .int(let number) = self { number } else { nil } }
}

/// The members of a JSON object, in order. If a name occurs more than once, the last member counts, as in most readers.
package struct JSONObject: Sendable {
    package private(set) var members: [(name: String, value: JSON)]

    package init(_ members: [(name: String, value: JSON)] = []) { self.members = members }

    /// The value of `name`; nil if there is none. Setting a value appends or replaces the member; setting nil removes
    /// it.
    package subscript(_ name: String) -> JSON? {
        get {
            // In place: with `last(where:)`, each member that is passed would be copied.
            var index = members.count
            while index > 0 {
                index -= 1
                if members[index].name == name { return members[index].value }
            }
            return nil
        }
        set {
            guard let newValue else {
                members.removeAll { $0.name == name }
                return
            }
            if let index = members.lastIndex(where: { $0.name == name }) {
                members[index].value = newValue
            } else {
                members.append((name, newValue))
            }
        }
    }

    /// Appends without checking whether the name exists: for writers that know their names.
    package mutating func append(_ name: String, _ value: JSON) { members.append((name, value)) }

    /// Appends the member if the value is not nil.
    package mutating func append(_ name: String, ifPresent value: JSON?) {
        if let value { members.append((name, value)) }
    }

    package var isEmpty: Bool { members.isEmpty }
}

extension JSONObject: Equatable {
    /// Objects are equal if the same names have the same values, in any order.
    package static func == (one: JSONObject, other: JSONObject) -> Bool {
        one.members.allSatisfy { other[$0.name] == one[$0.name] }
            && other.members.allSatisfy { one[$0.name] == other[$0.name] }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self.init(elements.map { (name: $0.0, value: $0.1) })
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(JSONObject(elements.map { (name: $0.0, value: $0.1) }))
    }
}
