/// The members of a usage: in an event only those that are known, in a record all of them.
extension Usage: JSONWritable {
    func append(to object: inout some JSONMembers) {
        object.append("wallclock", double: wallclock)
        object.append("cpu", double: cpu)
        object.append("maxrss", int: maxrss)
        object.append("maxrss_at_most", flag: maxrssAtMost)
        object.append("memory_peak", int: memoryPeak?.bytes)
        object.append("memory_source", string: memoryPeak?.source.rawValue)
        object.append("memory_bound", string: memoryPeak?.bound?.rawValue)
        object.append("io_read", int: ioRead)
        object.append("io_written", int: ioWritten)
    }

    /// Appends every member, null if it is not known, as the columns of a row.
    package func appendColumns(to object: inout JSONObject) {
        func number(_ value: Int64?) -> JSON { value.map { .int($0) } ?? .null }
        func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
        func amount(_ value: Double?) -> JSON { value.map { .double($0) } ?? .null }
        object.append("wallclock", amount(wallclock))
        object.append("cpu", amount(cpu))
        object.append("maxrss", number(maxrss))
        object.append("maxrss_at_most", .bool(maxrssAtMost))
        object.append("memory_peak", number(memoryPeak?.bytes))
        object.append("memory_source", text(memoryPeak?.source.rawValue))
        object.append("memory_bound", text(memoryPeak?.bound?.rawValue))
        object.append("io_read", number(ioRead))
        object.append("io_written", number(ioWritten))
    }

    package init(_ fields: JSONFields) throws(FieldError) {
        self.init(
            wallclock: try fields.amount("wallclock"), cpu: try fields.amount("cpu"),
            maxrss: try fields.int("maxrss", atLeast: 0), maxrssAtMost: try fields.bool("maxrss_at_most") ?? false,
            memoryPeak: try MemoryPeak(fields),
            ioRead: try fields.int("io_read", atLeast: 0), ioWritten: try fields.int("io_written", atLeast: 0))
    }
}

extension MemoryPeak {
    /// Nil if none was measured. What a newer sender calls otherwise counts as not measured.
    fileprivate init?(_ fields: JSONFields) throws(FieldError) {
        guard let bytes = try fields.int("memory_peak", atLeast: 0),
            let source = try fields.string("memory_source").flatMap(Source.init(rawValue:))
        else { return nil }
        self.init(
            bytes: bytes, source: source, bound: try fields.string("memory_bound").flatMap(Bound.init(rawValue:)))
    }
}
