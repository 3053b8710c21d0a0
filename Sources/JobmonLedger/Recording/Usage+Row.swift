import JobmonCore

/// How a usage stands in a row of `job_instance`: nothing else knows its columns.
extension Usage {
    /// The columns, in the order in which a row is read.
    static let columns = [InstanceParameter.wallclock.name] + atEnd.map(\.name)

    /// Those that are known once the instance has ended.
    static let atEnd: [InstanceParameter] = [.cpu, .maxrss, .maxrssAtMost, .ioRead, .ioWritten]

    init(_ row: inout Row) {
        self.init(
            wallclock: row.optionalDouble(), cpu: row.optionalDouble(), maxrss: row.optionalInt(),
            maxrssAtMost: row.bool(), ioRead: row.optionalInt(), ioWritten: row.optionalInt())
    }
}

extension NamedStatement<InstanceParameter> {
    /// Puts in what is known of a usage at the end.
    @discardableResult func put(atEnd usage: Usage) -> Self {
        put(.cpu, usage.cpu).put(.maxrss, usage.maxrss).put(.maxrssAtMost, usage.maxrssAtMost)
            .put(.ioRead, usage.ioRead).put(.ioWritten, usage.ioWritten)
    }
}
