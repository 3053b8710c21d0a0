/// What the members of an object are appended to, in order. Names are plain words, without anything to escape.
protocol JSONMembers {
    mutating func append(_ name: StaticString, _ value: JSON)
    mutating func append(_ name: StaticString, string: String)
    mutating func append(_ name: StaticString, int: Int64)
    mutating func append(_ name: StaticString, double: Double)
    /// A member that is an object itself.
    mutating func append(_ name: StaticString, membersOf value: some JSONWritable)
    /// Members whose names are others' words.
    mutating func append(contentsOf object: JSONObject)
}

extension JSONMembers {
    /// Appends when there is a value.
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

    /// Appends only what holds.
    mutating func append(_ name: StaticString, flag: Bool) {
        if flag { append(name, .bool(true)) }
    }

    /// Appends only an object that has members.
    mutating func append(_ name: StaticString, object: JSONObject) {
        if !object.isEmpty { append(name, .object(object)) }
    }
}

/// What has members to write.
protocol JSONWritable {
    func append(to object: inout some JSONMembers)
}

extension JSONWritable {
    /// The same as a value.
    var jsonObject: JSONObject {
        var object = JSONObject()
        append(to: &object)
        return object
    }
}
