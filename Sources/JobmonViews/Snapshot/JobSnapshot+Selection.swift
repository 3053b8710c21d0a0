package import JobmonCore

extension JobSnapshot {
    /// The jobs that pass a filter, by row, in the order of `jid`.
    package struct Selection: Sendable {
        package var rows: ContiguousArray<UInt32>
        package var count: Int { rows.count }
    }

    /// The jobs that pass a filter: the same as `LedgerReading.numbers` finds. Params that the filter names must have
    /// been taken in.
    package func selection(_ filter: JobFilter) -> Selection {
        if filter == JobFilter(), forgotten == 0 { return Selection(rows: ContiguousArray(0..<UInt32(rowCount))) }
        guard let test = RowTest(filter, self) else { return Selection(rows: []) }
        var rows = ContiguousArray<UInt32>()
        if let candidates = test.candidates {
            for row in candidates where test.passes(Int(row)) { rows.append(row) }
            return Selection(rows: rows)
        }
        rows.reserveCapacity(test.isNarrow ? 0 : rowCount)
        for row in jids.indices where test.passes(row) { rows.append(UInt32(row)) }
        return Selection(rows: rows)
    }
}

/// A filter, with its words looked up in a snapshot once.
struct RowTest {
    private let snapshot: JobSnapshot
    /// Bit n: status n passes.
    private let statuses: UInt8
    private let causes: [Bool]
    private let hosts: Set<UInt32>?
    private let kinds: [Bool]?
    private let params: [(column: ParamColumn, number: UInt32)]
    private let since: Int64?
    private let numbers: JobNumbers?
    private let jids: Set<Int64>?
    private let doubtful: Bool
    private let late: Bool
    /// Rows of which all that pass are a part, in ascending order; nil: all rows.
    let candidates: [UInt32]?

    /// Whether few rows are likely to pass.
    var isNarrow: Bool { statuses != 255 || hosts != nil || !params.isEmpty || since != nil || numbers != nil }

    /// Nil if no job can pass.
    init?(_ filter: JobFilter, _ snapshot: JobSnapshot) {
        self.snapshot = snapshot
        statuses = filter.statuses.isEmpty ? 255 : filter.statuses.reduce(0) { $0 | 1 << UInt8($1.rawValue) }
        var causes = [Bool](repeating: filter.causes.isEmpty, count: Cause.allCases.count + 1)
        for cause in filter.causes { causes[Int(JobSnapshot.causeNumbers[cause] ?? 0)] = true }
        self.causes = causes
        hosts = filter.hosts.isEmpty ? nil : Set(filter.hosts.compactMap { snapshot.hostNames.find($0).map { $0 + 1 } })
        kinds = filter.queue == nil && filter.name == nil ? nil : Self.kinds(filter, snapshot)
        var params: [(ParamColumn, UInt32)] = []
        for param in filter.params {
            guard let column = snapshot.params[param.name], let number = column.values.find(param.value) else {
                return nil
            }
            params.append((column, number + 1))
        }
        self.params = params
        since = filter.since?.milliseconds
        numbers = filter.numbers.isEmpty ? nil : filter.numbers
        jids = filter.jids.isEmpty ? nil : Set(filter.jids)
        doubtful = filter.doubtful
        late = filter.late
        if !filter.groups.isEmpty {
            let lists = Set(filter.groups).compactMap { snapshot.rowsByGroup[$0] }
            candidates = lists.count == 1 ? lists[0] : Set(lists.joined()).sorted()
        } else if !filter.jids.isEmpty {
            candidates = Set(filter.jids).compactMap { snapshot.row(of: $0).map { UInt32($0) } }.sorted()
        } else {
            candidates = nil
        }
    }

    /// Which kinds of jobs pass by their queue and name.
    private static func kinds(_ filter: JobFilter, _ snapshot: JobSnapshot) -> [Bool] {
        let queue = filter.queue.map { snapshot.queues.find($0).map { $0 + 1 } ?? UInt32.max }
        var names: [Bool]?
        if let name = filter.name {
            let pattern = filter.nameIsPattern ? GlobPattern(name) : nil
            // A name that looks like a pattern is a name too.
            names = snapshot.names.values.map { $0 == name || pattern?.matches($0) ?? false }
        }
        return snapshot.kindPool.values.map { kind in
            (queue == nil || kind.queue == queue) && (names?[Int(kind.name)] ?? true)
        }
    }

    func passes(_ row: Int) -> Bool {
        let marks = snapshot.marks[row]
        guard marks & JobSnapshot.Marks.forgotten.rawValue == 0, statuses >> snapshot.statuses[row] & 1 == 1,
            causes[Int(snapshot.causes[row])]
        else { return false }
        if let kinds, !kinds[Int(snapshot.kinds[row])] { return false }
        if let hosts, !hosts.contains(snapshot.hosts[row]) { return false }
        if doubtful,
            marks & JobSnapshot.Marks.doubtful.rawValue == 0 || snapshot.status(row) != .complete
        {
            return false
        }
        if late, marks & JobSnapshot.Marks.late.rawValue == 0 || snapshot.status(row) != .running { return false }
        if let since, !isSince(since, row, marks) { return false }
        for param in params where param.column.numbers[row] != param.number { return false }
        if numbers != nil || jids != nil {
            let jid = snapshot.jid(row)
            if let numbers, !numbers.contains(jid) { return false }
            if let jids, !jids.contains(jid) { return false }
        }
        return true
    }

    /// Whether it was queued, or its latest attempt started or ended, at this time or later.
    private func isSince(_ time: Int64, _ row: Int, _ marks: UInt8) -> Bool {
        if snapshot.submitted[row] >= time { return true }
        if marks & JobSnapshot.Marks.finished.rawValue != 0 { return snapshot.finished[row] >= time }
        return marks & JobSnapshot.Marks.attempt.rawValue != 0 && snapshot.begun[row] >= time
    }
}
