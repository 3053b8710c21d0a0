/// What an attempt asked for. In a cluster the scheduler gives it that, and ends it beyond.
package struct RequestedResources: Sendable, Equatable {
    package var slots: Int?
    /// Bytes, in all.
    package var memory: Int64?
    /// Seconds.
    package var runtime: Double?

    package init(slots: Int? = nil, memory: Int64? = nil, runtime: Double? = nil) {
        self.slots = slots
        self.memory = memory
        self.runtime = runtime
    }

    /// Reads it from a job's `resources`; what is of the wrong type there is left out.
    package init(_ resources: JSONObject) {
        if case .int(let slots)? = resources["slots"] { self.slots = Int(exactly: slots) }
        if case .int(let memory)? = resources["memory"] { self.memory = memory }
        switch resources["runtime"] {
        case .int(let seconds)?: runtime = Double(seconds)
        case .double(let seconds)?: runtime = seconds
        default: break
        }
    }

    package var isEmpty: Bool { self == RequestedResources() }
}

extension RequestedResources: JSONWritable {
    func append(to object: inout some JSONMembers) {
        object.append("slots", int: slots)
        object.append("memory", int: memory)
        object.append("runtime", double: runtime)
    }

    package init(_ fields: JSONFields) throws(FieldError) {
        self.init(
            slots: try fields.int("slots", atLeast: 1).map { Int($0) }, memory: try fields.int("memory", atLeast: 0),
            runtime: try fields.amount("runtime"))
    }
}
