/// A member of a message that is missing or has the wrong type or value: its path, and what was expected.
package struct FieldError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The member's path from the top of the message, such as `usage.cpu`.
    package let field: String
    /// What is wrong with it, as a sentence without its subject.
    package let message: String

    package init(_ field: String, _ message: String) {
        self.field = field
        self.message = message
    }

    package var description: String { "\"\(field)\" \(message)" }
}

/// Typed access to a message's members. Each error names the invalid member and says what was expected. A member that
/// is null counts as absent. Unknown members are ignored, so that a newer sender can talk to an older monitor.
package struct JSONFields: Sendable {
    package let object: JSONObject
    private let prefix: String

    package init(_ object: JSONObject, prefix: String = "") {
        self.object = object
        self.prefix = prefix
    }

    /// The members of `json`.
    /// - Throws: an error that names `name`, if `json` is not an object.
    package init(_ json: JSON, named name: String) throws(FieldError) {
        guard case .object(let object) = json else {
            throw FieldError(name, "must be an object, not \(json.typeName)")
        }
        self.init(object, prefix: "")
    }

    package func path(_ name: String) -> String { prefix.isEmpty ? name : "\(prefix).\(name)" }

    package func value(_ name: String) -> JSON? {
        guard let value = object[name] else { return nil }
        if case .null = value { return nil }
        return value
    }

    package func failure(_ name: String, _ message: String) -> FieldError { FieldError(path(name), message) }

    package func required<Value>(_ name: String, _ value: Value?) throws(FieldError) -> Value {
        guard let value else { throw failure(name, "is missing") }
        return value
    }

    package func string(_ name: String) throws(FieldError) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else { throw failure(name, "must be a string, not \(value.typeName)") }
        return text
    }

    package func int(_ name: String) throws(FieldError) -> Int64? {
        guard let value = value(name) else { return nil }
        guard case .int(let number) = value else { throw failure(name, "must be an integer, not \(value.typeName)") }
        return number
    }

    /// An integer that is at least `least` and fits in 53 bits, so that every language reads it exactly.
    package func int(_ name: String, atLeast least: Int64) throws(FieldError) -> Int64? {
        guard let number = try int(name) else { return nil }
        guard number >= least else { throw failure(name, "must be at least \(least), not \(number)") }
        guard number < 1 << 53 else { throw failure(name, "must be less than 2^53, not \(number)") }
        return number
    }

    package func double(_ name: String) throws(FieldError) -> Double? {
        guard let value = value(name) else { return nil }
        switch value {
        case .int(let number): return Double(number)
        case .double(let number): return number
        default: throw failure(name, "must be a number, not \(value.typeName)")
        }
    }

    /// A number that is not negative.
    package func amount(_ name: String) throws(FieldError) -> Double? {
        guard let number = try double(name) else { return nil }
        guard number >= 0 else { throw failure(name, "must not be negative") }
        return number
    }

    package func bool(_ name: String) throws(FieldError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .bool(let flag) = value else { throw failure(name, "must be true or false, not \(value.typeName)") }
        return flag
    }

    package func array(_ name: String) throws(FieldError) -> [JSON]? {
        guard let value = value(name) else { return nil }
        guard case .array(let values) = value else { throw failure(name, "must be an array, not \(value.typeName)") }
        return values
    }

    package func strings(_ name: String) throws(FieldError) -> [String]? {
        guard let values = try array(name) else { return nil }
        var strings: [String] = []
        strings.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            guard case .string(let text) = value else {
                throw failure("\(name)[\(index)]", "must be a string, not \(value.typeName)")
            }
            strings.append(text)
        }
        return strings
    }

    package func fields(_ name: String) throws(FieldError) -> JSONFields? {
        guard let value = value(name) else { return nil }
        guard case .object(let object) = value else { throw failure(name, "must be an object, not \(value.typeName)") }
        return JSONFields(object, prefix: path(name))
    }

    package func timestamp(_ name: String) throws(FieldError) -> Timestamp? {
        guard let text = try string(name) else { return nil }
        guard let time = Timestamp(text) else {
            throw failure(name, "must be a time in UTC such as \"2026-01-31T09:30:00.000Z\", not \"\(text)\"")
        }
        return time
    }
}
