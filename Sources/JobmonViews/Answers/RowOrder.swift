package import JobmonCore

/// The order of a table of jobs, and where a page of it begins.
package struct RowOrder: Hashable, Sendable {
    package enum Column: String, Sendable, CaseIterable {
        case jid, status, name, host, time, memory, wait, attempts, cpu, end, submitted
    }

    package var column: Column
    /// Largest first. Jobs without a value come last in both directions.
    package var falls: Bool

    package init(_ column: Column = .jid, falls: Bool = false) {
        self.column = column
        self.falls = falls
    }

    /// Reads `time` and `-time`.
    /// - Throws: `.invalid` if there is no such column.
    package init(_ text: String) throws(Problem) {
        falls = text.hasPrefix("-")
        let word = text.dropFirst(falls ? 1 : 0)
        guard let column = Column(rawValue: String(word)) else {
            throw Problem(
                .invalid, "there is no column \"\(word.prefix(40))\"",
                hint: "there are \(Column.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.column = column
    }

    /// The place of a row: the next page begins after it.
    package struct Cursor: Hashable, Sendable, Comparable {
        fileprivate var key: UInt64
        fileprivate var jid: UInt32

        package static func < (one: Cursor, other: Cursor) -> Bool {
            one.key == other.key ? one.jid < other.jid : one.key < other.key
        }

        package var text: String { "\(String(key, radix: 36)).\(String(jid, radix: 36))" }

        /// - Throws: `.invalid` for a text that no page gave.
        package init(_ text: String) throws(Problem) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, let key = UInt64(parts[0], radix: 36), let jid = UInt32(parts[1], radix: 36) else {
                throw Problem(.invalid, "\"after\" must be the \"next\" of an earlier answer")
            }
            self.init(key: key, jid: jid)
        }

        fileprivate init(key: UInt64, jid: UInt32) {
            self.key = key
            self.jid = jid
        }
    }
}

extension JobSnapshot {
    /// The first jobs of a selection after a place in an order.
    /// - Returns: their numbers, and where the next page begins; nil: there is none.
    package func page(
        _ selection: Selection, _ order: RowOrder, after cursor: RowOrder.Cursor?, limit: Int
    ) -> (jids: [Int64], next: RowOrder.Cursor?) {
        if order.column == .jid { return pageByNumber(selection, order, after: cursor, limit: limit) }
        let keys = SortKeys(order, self)
        // The smallest of those after the cursor, with the largest of them on top of a heap.
        var best: [RowOrder.Cursor] = []
        best.reserveCapacity(limit + 1)
        var count = 0
        for row in selection.rows {
            let candidate = RowOrder.Cursor(key: keys.key(Int(row)), jid: jids[Int(row)])
            if let cursor, candidate <= cursor { continue }
            count += 1
            if best.count < limit {
                Self.push(candidate, onto: &best)
            } else if let largest = best.first, candidate < largest {
                Self.replaceFirst(with: candidate, in: &best)
            }
        }
        best.sort()
        return (best.map { Int64($0.jid) }, count > best.count ? best.last : nil)
    }

    /// In the order of numbers, the place of the cursor is looked up.
    private func pageByNumber(
        _ selection: Selection, _ order: RowOrder, after cursor: RowOrder.Cursor?, limit: Int
    ) -> (jids: [Int64], next: RowOrder.Cursor?) {
        let rows = selection.rows
        var low = 0
        var high = rows.count
        if let cursor {
            // The first place whose number is beyond the cursor's; if it falls, that at which the rest begins.
            while low < high {
                let middle = (low + high) / 2
                let jid = jids[Int(rows[middle])]
                if order.falls ? jid < cursor.jid : jid <= cursor.jid { low = middle + 1 } else { high = middle }
            }
        } else {
            low = order.falls ? rows.count : 0
        }
        let part = order.falls ? Array(rows[max(0, low - limit)..<low].reversed()) : Array(rows[low...].prefix(limit))
        let hasMore = order.falls ? low > limit : low + limit < rows.count
        let found = part.map { jid(Int($0)) }
        return (
            found, hasMore ? found.last.map { RowOrder.Cursor(key: 0, jid: UInt32(truncatingIfNeeded: $0)) } : nil
        )
    }

    private static func push(_ item: RowOrder.Cursor, onto heap: inout [RowOrder.Cursor]) {
        heap.append(item)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[parent] < heap[child] else { return }
            heap.swapAt(parent, child)
            child = parent
        }
    }

    private static func replaceFirst(with item: RowOrder.Cursor, in heap: inout [RowOrder.Cursor]) {
        heap[0] = item
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return }
            let larger = left + 1 < heap.count && heap[left] < heap[left + 1] ? left + 1 : left
            guard heap[parent] < heap[larger] else { return }
            heap.swapAt(parent, larger)
            parent = larger
        }
    }
}

/// Numbers by which rows are sorted: they rise in the wanted order, and are largest where there is no value.
private struct SortKeys {
    private let snapshot: JobSnapshot
    private let order: RowOrder
    /// The place of each kind or host in the order of texts.
    private let ranks: [Int]

    init(_ order: RowOrder, _ snapshot: JobSnapshot) {
        self.snapshot = snapshot
        self.order = order
        switch order.column {
        case .name:
            let names = Self.ranks(snapshot.names.values)
            ranks = snapshot.kindPool.values.map { names[Int($0.name)] }
        case .host: ranks = Self.ranks(snapshot.hostNames.values)
        default: ranks = []
        }
    }

    private static func ranks(_ texts: ContiguousArray<String>) -> [Int] {
        var ranks = [Int](repeating: 0, count: texts.count)
        for (rank, index) in texts.indices.sorted(by: { texts[$0] < texts[$1] }).enumerated() { ranks[index] = rank }
        return ranks
    }

    func key(_ row: Int) -> UInt64 {
        guard let value = value(row) else { return .max }
        return order.falls ? ~value - 1 : value
    }

    private func value(_ row: Int) -> UInt64? {
        switch order.column {
        case .jid: UInt64(snapshot.jids[row])
        case .status: Self.statusRanks[Int(snapshot.statuses[row] & 7)]
        case .name: UInt64(ranks[Int(snapshot.kinds[row])])
        case .host: snapshot.hosts[row] == 0 ? nil : UInt64(ranks[Int(snapshot.hosts[row]) - 1])
        case .time: amount(snapshot.times[row])
        case .memory: amount(snapshot.memories[row])
        case .wait: amount(snapshot.waits[row])
        case .cpu: amount(snapshot.cpus[row])
        case .attempts: UInt64(snapshot.attempts[row])
        case .end:
            snapshot.marks[row] & JobSnapshot.Marks.finished.rawValue == 0 ? nil : moment(snapshot.finished[row])
        case .submitted: moment(snapshot.submitted[row])
        }
    }

    /// By their labels, as lists of jobs sort them.
    private static let statusRanks: [UInt64] = {
        var ranks = [UInt64](repeating: 0, count: 8)
        for (rank, status) in Status.allCases.sorted(by: { $0.label < $1.label }).enumerated() {
            ranks[status.rawValue] = UInt64(rank)
        }
        return ranks
    }()

    private func amount(_ value: Float) -> UInt64? { value >= 0 ? UInt64(value.bitPattern) : nil }

    private func moment(_ milliseconds: Int64) -> UInt64 { UInt64(bitPattern: milliseconds) ^ 1 << 63 }
}
