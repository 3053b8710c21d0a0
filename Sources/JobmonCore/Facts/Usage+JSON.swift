/// The members of a usage: in an event only those that are known, in a record all of them.
extension Usage: JSONWritable {
    func append(to object: inout some JSONMembers) {
        object.append("wallclock", double: wallclock)
        object.append("cpu", double: cpu)
        object.append("maxrss", int: maxrss)
        object.append("maxrss_at_most", flag: maxrssAtMost)
        object.append("io_read", int: ioRead)
        object.append("io_written", int: ioWritten)
    }

    /// Appends every member, null if it is not known, as the columns of a row.
    package func appendColumns(to object: inout JSONObject) {
        func number(_ value: Int64?) -> JSON { value.map { .int($0) } ?? .null }
        func amount(_ value: Double?) -> JSON { value.map { .double($0) } ?? .null }
        object.append("wallclock", amount(wallclock))
        object.append("cpu", amount(cpu))
        object.append("maxrss", number(maxrss))
        object.append("maxrss_at_most", .bool(maxrssAtMost))
        object.append("io_read", number(ioRead))
        object.append("io_written", number(ioWritten))
    }

    package init(_ fields: JSONFields) throws(FieldError) {
        self.init(
            wallclock: try fields.amount("wallclock"), cpu: try fields.amount("cpu"),
            maxrss: try fields.int("maxrss", atLeast: 0), maxrssAtMost: try fields.bool("maxrss_at_most") ?? false,
            ioRead: try fields.int("io_read", atLeast: 0), ioWritten: try fields.int("io_written", atLeast: 0))
    }
}
