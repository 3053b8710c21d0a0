package import JobmonCore

/// Values of optional columns: null if nil, so that an object always has the same members.
extension JSON {
    package static func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
    package static func number(_ value: Int64?) -> JSON { value.map { .int($0) } ?? .null }
    package static func number(_ value: Int?) -> JSON { value.map { .int(Int64($0)) } ?? .null }
    package static func amount(_ value: Double?) -> JSON { value.map { .double($0) } ?? .null }
    package static func time(_ value: Timestamp?) -> JSON { value.map { .string($0.description) } ?? .null }
    package static func label(_ value: Status?) -> JSON { value.map { .string($0.label) } ?? .null }
    package static func word(_ value: Cause?) -> JSON { value.map { .string($0.rawValue) } ?? .null }

    /// The compact text as bytes, for a body.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }
}

extension JSONFields {
    package func status(_ name: String) throws(FieldError) -> Status? {
        guard let text = try string(name) else { return nil }
        guard let status = Status(label: text) else {
            let labels = Status.allCases.map(\.label).joined(separator: ", ")
            throw failure(name, "must be one of \(labels), not \"\(text.prefix(40))\"")
        }
        return status
    }

    package func cause(_ name: String) throws(FieldError) -> Cause? {
        guard let text = try string(name) else { return nil }
        guard let cause = Cause(rawValue: text) else {
            let words = Cause.allCases.map(\.rawValue).joined(separator: ", ")
            throw failure(name, "must be one of \(words), not \"\(text.prefix(40))\"")
        }
        return cause
    }

    package func integer(_ name: String) throws(FieldError) -> Int? { try int(name).map { Int($0) } }

    package func requiredInt(_ name: String) throws(FieldError) -> Int64 { try required(name, try int(name)) }

    package func requiredString(_ name: String) throws(FieldError) -> String { try required(name, try string(name)) }

    package func requiredTime(_ name: String) throws(FieldError) -> Timestamp {
        try required(name, try timestamp(name))
    }

    package func requiredStatus(_ name: String) throws(FieldError) -> Status { try required(name, try status(name)) }

    /// The objects of a required array.
    package func objects(_ name: String) throws(FieldError) -> [JSON] { try required(name, try array(name)) }
}
