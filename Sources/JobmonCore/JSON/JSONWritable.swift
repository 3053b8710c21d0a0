/// The target to which the members of an object are appended, in order. Names are plain words that need no escapes.
protocol JSONMembers {
    mutating func append(_ name: StaticString, _ value: JSON)
    mutating func append(_ name: StaticString, string: String)
    mutating func append(_ name: StaticString, int: Int64)
    mutating func append(_ name: StaticString, double: Double)
    /// Appends a member that is itself an object.
    mutating func append(_ name: StaticString, membersOf value: some JSONWritable)
    /// Appends members whose names come from elsewhere and may need escapes.
    mutating func append(contentsOf object: JSONObject)
}

extension JSONMembers {
    /// Appends the member if the value is not nil.
    mutating func append(_ name: StaticString, string: String?) {
        if let string { append(name, string: string) }
    }

    mutating func append(_ name: StaticString, int: Int64?) {
        if let int { append(name, int: int) }
    }

    mutating func append(_ name: StaticString, int: Int?) {
        if let int { append(name, int: Int64(int)) }
    }

    mutating func append(_ name: StaticString, double: Double?) {
        if let double { append(name, double: double) }
    }

    /// Appends the member only if the flag is true.
    mutating func append(_ name: StaticString, flag: Bool) {
        if flag { append(name, .bool(true)) }
    }

    /// Appends the member only if the object has members.
    mutating func append(_ name: StaticString, object: JSONObject) {
        if !object.isEmpty { append(name, .object(object)) }
    }
}

/// A value whose members can be written.
protocol JSONWritable {
    func append(to object: inout some JSONMembers)
}

extension JSONWritable {
    /// The same members as an object.
    var jsonObject: JSONObject {
        var object = JSONObject()
        append(to: &object)
        return object
    }
}
