extension DependencyReference {
    /// Reads `after`: a text, a job's number, an object of params, or an array of these. An empty array is allowed: the
    /// job waits for nothing.
    /// - Parameter name: the name of the member, for errors.
    /// - Throws: an error that names the item and says what was expected.
    package static func read(_ value: JSON, _ name: String) throws(FieldError) -> [DependencyReference] {
        guard case .array(let items) = value else {
            return [try item(value, name, expected: "\(kinds), or an array of these")]
        }
        var references: [DependencyReference] = []
        references.reserveCapacity(items.count)
        for (index, value) in items.enumerated() {
            references.append(try item(value, "\(name)[\(index)]", expected: kinds))
        }
        return references
    }

    private static let kinds = "a string, a job's number, an object of params"

    private static func item(_ value: JSON, _ name: String, expected: String) throws(FieldError) -> DependencyReference
    {
        switch value {
        case .string(let text):
            guard !text.isEmpty else { throw FieldError(name, "must not be empty") }
            return DependencyReference(text)
        case .int(let number):
            guard number >= 1 else { throw FieldError(name, "must be a job's number, at least 1, not \(number)") }
            return .jid(number)
        case .object(let object):
            guard !object.isEmpty else { throw FieldError(name, "must have at least one param") }
            for member in object.members {
                guard !member.name.isEmpty else { throw FieldError(name, "must not have a param without a name") }
                switch member.value {
                case .string, .int, .double, .bool: break
                case .null, .array, .object:
                    throw FieldError(
                        "\(name).\(member.name)", "must be a string or a number, not \(member.value.typeName)")
                }
            }
            return .params(object)
        case .double(let number): throw FieldError(name, "must be \(expected), not \(number)")
        case .null, .bool, .array: throw FieldError(name, "must be \(expected), not \(value.typeName)")
        }
    }

    /// The reference as it is written in a job file.
    package var json: JSON {
        switch self {
        case .named(let text): .string(text)
        case .param(let name, let value): .string("\(name)=\(value)")
        case .params(let object): .object(object)
        case .jid(let number): .int(number)
        }
    }
}
