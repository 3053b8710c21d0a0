import JobmonCore

/// How a usage stands in a row of `job_instance`: nothing else knows its columns.
extension Usage {
    /// The columns, in the order in which a row is read.
    static let columns = [InstanceParameter.wallclock.name] + atEnd.map(\.name)

    /// Those that are known once the instance has ended.
    static let atEnd: [InstanceParameter] = [
        .cpu, .maxrss, .maxrssAtMost, .memoryPeak, .memorySource, .memoryBound, .ioRead, .ioWritten,
    ]

    init(_ row: inout Row) {
        self.init(
            wallclock: row.optionalDouble(), cpu: row.optionalDouble(), maxrss: row.optionalInt(),
            maxrssAtMost: row.bool(), memoryPeak: MemoryPeak(&row), ioRead: row.optionalInt(),
            ioWritten: row.optionalInt())
    }
}

extension NamedStatement<InstanceParameter> {
    /// Puts in what is known of a usage at the end.
    @discardableResult func put(atEnd usage: Usage) -> Self {
        put(.cpu, usage.cpu).put(.maxrss, usage.maxrss).put(.maxrssAtMost, usage.maxrssAtMost)
            .put(.memoryPeak, usage.memoryPeak?.bytes).put(.memorySource, usage.memoryPeak?.source.rawValue)
            .put(.memoryBound, usage.memoryPeak?.bound?.rawValue).put(.ioRead, usage.ioRead).put(
                .ioWritten, usage.ioWritten)
    }
}

extension MemoryPeak {
    fileprivate init?(_ row: inout Row) {
        let bytes = row.optionalInt()
        let source = row.optionalText().flatMap(Source.init(rawValue:))
        let bound = row.optionalText().flatMap(Bound.init(rawValue:))
        guard let bytes, let source else { return nil }
        self.init(bytes: bytes, source: source, bound: bound)
    }
}
