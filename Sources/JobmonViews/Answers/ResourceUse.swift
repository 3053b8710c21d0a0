import JobmonCore

/// What jobs of one name and queue requested, and what they used.
package struct ResourceUse: Sendable {
    package var name: String
    package var queue: String?
    package var jobs: Int
    /// Bytes; nil: none was requested, or not the same by all.
    package var memoryRequested: Int64?
    /// Seconds.
    package var timeRequested: Double?
    package var slots: Int?
    package var memory: Quantiles?
    package var time: Quantiles?
    /// Processor time by wall-clock time and slot, over all of them; nil: not known.
    package var processorUse: Double?
}

extension JobSnapshot {
    /// By name and queue, those of most jobs first.
    /// - Returns: the first ones, and how many there are besides.
    package func resourceUse(_ selection: Selection, limit: Int = 200) -> (uses: [ResourceUse], more: Int) {
        // By kind first: kinds differ by their requests too, and there are few.
        var ofKind = [Int](repeating: 0, count: kindPool.values.count)
        withColumns(selection) { columns, rows in
            for row in rows { ofKind[Int(columns.kinds[Int(row)])] += 1 }
        }
        func key(_ kind: Kind) -> UInt64 { UInt64(kind.name) << 32 | UInt64(kind.queue) }
        var counts: [UInt64: Int] = [:]
        for (kind, count) in ofKind.enumerated() where count > 0 {
            counts[key(kindPool.values[kind]), default: 0] += count
        }
        let order = counts.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }.prefix(limit)
        let placeOfKey = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element.key, $0.offset) })
        let placeOfKind = kindPool.values.map { placeOfKey[key($0)] ?? -1 }
        var rowsOf = order.map { item in
            var rows = ContiguousArray<UInt32>()
            rows.reserveCapacity(item.value)
            return rows
        }
        withColumns(selection) { columns, rows in
            for row in rows {
                let place = placeOfKind[Int(columns.kinds[Int(row)])]
                if place >= 0 { rowsOf[place].append(row) }
            }
        }
        let uses = rowsOf.map(use)
        return (uses, counts.count - uses.count)
    }

    private func use(_ rows: ContiguousArray<UInt32>) -> ResourceUse {
        let first = kind(Int(rows[0]))
        var (cpu, wall) = (0.0, 0.0)
        // By kind: nil until a job of it is met.
        var slotsOf = [Double?](repeating: nil, count: kindPool.values.count)
        withColumns(Selection(rows: rows)) { columns, rows in
            for row in rows {
                let row = Int(row)
                let kind = Int(columns.kinds[row])
                let slots: Double
                if let known = slotsOf[kind] {
                    slots = known
                } else {
                    slots = Request(resources[kindPool.values[kind].resources]).slots.map { Double($0) } ?? 1
                    slotsOf[kind] = slots
                }
                if columns.cpus[row] >= 0, columns.times[row] > 0 {
                    cpu += Double(columns.cpus[row])
                    wall += Double(columns.times[row]) * slots
                }
            }
        }
        let requests = Set(slotsOf.indices.filter { slotsOf[$0] != nil }.map { kindPool.values[$0].resources })
        let all = requests.map { Request(resources[$0]) }
        func same<Value: Hashable>(_ value: (Request) -> Value?) -> Value? {
            let values = Set(all.map(value))
            return values.count == 1 ? values.first ?? nil : nil
        }
        return ResourceUse(
            name: names[first.name], queue: first.queue == 0 ? nil : queues[first.queue - 1], jobs: rows.count,
            memoryRequested: same { $0.memory }, timeRequested: same { $0.runtime }, slots: same { $0.slots },
            memory: Quantiles(memories, rows), time: Quantiles(times, rows),
            processorUse: wall > 0 ? cpu / wall : nil)
    }
}

/// The requested resources of a job, of the text that the ledger has.
private struct Request {
    /// Bytes.
    var memory: Int64?
    /// Seconds.
    var runtime: Double?
    var slots: Int?

    init(_ text: String) {
        guard case .object(let object)? = try? JSON(parsing: text) else { return }
        memory = object["memory"]?.integer
        slots = object["slots"]?.integer.map { Int(clamping: $0) }
        runtime =
            switch object["runtime"] {
            case .int(let seconds)?: Double(seconds)
            case .double(let seconds)?: seconds
            default: nil
            }
    }
}
