package import JobmonCore

/// In which order the cells of a mosaic are: one cell for each job.
package enum MosaicOrder: Hashable, Sendable {
    case number
    /// By the end of the latest attempt; jobs that have not ended come last.
    case end
    case host
    /// By the value of a param.
    case param(String)
    /// A grid: rows by the value of one param, columns by that of another.
    case grid(rows: String, columns: String)

    /// Reads `number`, `end`, `host`, `param:year`, `param:year,param:location`.
    /// - Throws: `.invalid` for anything else.
    package init(_ text: String) throws(Problem) {
        switch text {
        case "number": self = .number
        case "end": self = .end
        case "host": self = .host
        default:
            let prefix = "param:"
            guard text.hasPrefix(prefix), text.utf8.count > prefix.utf8.count else {
                throw Problem(
                    .invalid, "there is no order \"\(text.prefix(60))\"",
                    hint: "there are number, end, host, param:NAME and param:NAME,param:NAME")
            }
            // A name may have a comma of its own.
            if let comma = text.firstRange(of: ",\(prefix)") {
                self = .grid(
                    rows: String(text[text.index(text.startIndex, offsetBy: prefix.count)..<comma.lowerBound]),
                    columns: String(text[comma.upperBound...]))
            } else {
                self = .param(String(text.dropFirst(prefix.count)))
            }
        }
    }

    /// The params whose values the order needs.
    package var params: [String] {
        switch self {
        case .number, .end, .host: []
        case .param(let name): [name]
        case .grid(let rows, let columns): [rows, columns]
        }
    }

    /// Whether the place of a job changes while it runs.
    package var moves: Bool { self == .end || self == .host }
}

/// What the colour of a cell tells.
package enum MosaicColour: String, Sendable, CaseIterable {
    case status, cause, group, time, memory, attempts

    /// - Throws: `.invalid` for a word that is not one of them.
    package init(parsing text: String) throws(Problem) {
        guard let colour = Self(rawValue: text) else {
            throw Problem(
                .invalid, "there is no colour \"\(text.prefix(60))\"",
                hint: "there are \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = colour
    }
}

/// The places of the jobs of a mosaic.
package struct MosaicPlaces: Sendable {
    /// The rows of the snapshot, in the order of the cells.
    package var rows: ContiguousArray<UInt32>
    /// The values of a grid's rows and columns.
    package var grid: (rows: [String], columns: [String], counts: [UInt32])?
    /// Runs of cells that belong together, in order.
    package var lanes: [(label: String, cells: Int)]?

    package init(
        rows: ContiguousArray<UInt32>, grid: (rows: [String], columns: [String], counts: [UInt32])? = nil,
        lanes: [(label: String, cells: Int)]? = nil
    ) {
        self.rows = rows
        self.grid = grid
        self.lanes = lanes
    }
}

extension JobSnapshot {
    /// Why jobs cannot be shown in an order: a grid with far more boxes than jobs would take the memory of the monitor,
    /// and show nothing. Nil: they can. The params of the order must have been taken in.
    package func refusal(_ order: MosaicOrder) -> Problem? {
        guard case .grid(let rows, let columns) = order else { return nil }
        func values(_ name: String) -> Int { (params[name]?.values.values.count ?? 0) + 1 }
        guard values(rows) * values(columns) > max(1_000_000, 4 * rowCount) else { return nil }
        return Problem(
            .invalid, "\"\(rows)\" and \"\(columns)\" have too many values for a grid",
            hint: "choose params with fewer values, or one param alone")
    }

    /// The places of the selected jobs. The params of the order must have been taken in.
    package func places(_ selection: Selection, _ order: MosaicOrder) -> MosaicPlaces {
        switch order {
        case .number: MosaicPlaces(rows: selection.rows)
        case .end: MosaicPlaces(rows: byEnd(selection.rows))
        case .host:
            byLane(selection.rows, hosts, labels: hostNames.values.map { $0 }, missing: "no host yet")
        case .param(let name):
            byLane(
                selection.rows, params[name]?.numbers ?? ContiguousArray(repeating: 0, count: rowCount),
                labels: params[name]?.values.values.map { $0 } ?? [], missing: "no \(name)")
        case .grid(let rows, let columns): byGrid(selection.rows, rows, columns)
        }
    }

    private func byEnd(_ rows: ContiguousArray<UInt32>) -> ContiguousArray<UInt32> {
        let ended = marks
        let finished = finished
        func key(_ row: UInt32) -> Int64 {
            ended[Int(row)] & Marks.finished.rawValue != 0 ? finished[Int(row)] : Int64.max
        }
        var keyed = ContiguousArray<(key: Int64, row: UInt32)>()
        keyed.reserveCapacity(rows.count)
        for row in rows { keyed.append((key(row), row)) }
        keyed.sort { $0.key == $1.key ? $0.row < $1.row : $0.key < $1.key }
        return ContiguousArray(keyed.map(\.row))
    }

    /// - Parameter numbers: by row, the number of the label plus 1; 0: none.
    private func byLane(
        _ rows: ContiguousArray<UInt32>, _ numbers: ContiguousArray<UInt32>, labels: [String], missing: String
    ) -> MosaicPlaces {
        let (places, order) = Self.ranked(labels)
        var counts = [Int](repeating: 0, count: labels.count + 1)
        func lane(_ row: UInt32) -> Int {
            let number = numbers[Int(row)]
            return number == 0 ? labels.count : places[Int(number) - 1]
        }
        for row in rows { counts[lane(row)] += 1 }
        var starts = [Int](repeating: 0, count: labels.count + 1)
        for index in 1..<max(1, starts.count) { starts[index] = starts[index - 1] + counts[index - 1] }
        var sorted = ContiguousArray<UInt32>(repeating: 0, count: rows.count)
        for row in rows {
            let lane = lane(row)
            sorted[starts[lane]] = row
            starts[lane] += 1
        }
        var lanes: [(label: String, cells: Int)] = []
        for (index, count) in counts.enumerated() where count > 0 {
            lanes.append((index == labels.count ? missing : order[index], count))
        }
        return MosaicPlaces(rows: sorted, lanes: lanes)
    }

    private func byGrid(_ rows: ContiguousArray<UInt32>, _ first: String, _ second: String) -> MosaicPlaces {
        let across = axis(first, rows)
        let down = axis(second, rows)
        let width = down.labels.count
        var counts = [UInt32](repeating: 0, count: across.labels.count * width)
        func cell(_ row: UInt32) -> Int {
            across.places[Int(across.numbers[Int(row)])] * width + down.places[Int(down.numbers[Int(row)])]
        }
        for row in rows { counts[cell(row)] += 1 }
        var starts = [Int](repeating: 0, count: counts.count)
        for index in 1..<max(1, counts.count) { starts[index] = starts[index - 1] + Int(counts[index - 1]) }
        var sorted = ContiguousArray<UInt32>(repeating: 0, count: rows.count)
        for row in rows {
            let cell = cell(row)
            sorted[starts[cell]] = row
            starts[cell] += 1
        }
        return MosaicPlaces(rows: sorted, grid: (across.labels, down.labels, counts))
    }

    /// The values of a param that the rows have, in order, and the place of each number of its column.
    private func axis(
        _ name: String, _ rows: ContiguousArray<UInt32>
    ) -> (labels: [String], places: [Int], numbers: ContiguousArray<UInt32>) {
        let numbers = params[name]?.numbers ?? ContiguousArray(repeating: 0, count: rowCount)
        let values = params[name]?.values.values ?? []
        var isUsed = [Bool](repeating: false, count: values.count + 1)
        for row in rows { isUsed[Int(numbers[Int(row)])] = true }
        var used: [(label: String, number: Int)] = []
        for (index, value) in values.enumerated() where isUsed[index + 1] { used.append((value, index + 1)) }
        used.sort { ValueOrder.areInOrder($0.label, $1.label) }
        if isUsed[0] { used.append(("no \(name)", 0)) }
        var places = [Int](repeating: 0, count: values.count + 1)
        for (place, value) in used.enumerated() { places[value.number] = place }
        return (used.map(\.label), places, numbers)
    }

    /// The place of each label in their order, and the labels in it.
    private static func ranked(_ labels: [String]) -> (places: [Int], order: [String]) {
        let order = labels.indices.sorted { ValueOrder.areInOrder(labels[$0], labels[$1]) }
        var places = [Int](repeating: 0, count: labels.count)
        for (place, index) in order.enumerated() { places[index] = place }
        return (places, order.map { labels[$0] })
    }
}

/// The order of values of params and names of hosts: numbers by their value, and before other texts; runs of digits in
/// texts by their value too, so that `n9` comes before `n10`.
enum ValueOrder {
    static func areInOrder(_ one: String, _ other: String) -> Bool {
        switch (Double(one), Double(other)) {
        case (let first?, let second?) where first != second: return first < second
        case (.some, nil): return true
        case (nil, .some): return false
        default: return natural(Array(one.utf8), Array(other.utf8))
        }
    }

    private static func natural(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        var (first, second) = (0, 0)
        while first < one.count, second < other.count {
            if isDigit(one[first]), isDigit(other[second]) {
                let (firstRun, secondRun) = (run(one, first), run(other, second))
                if firstRun.count != secondRun.count { return firstRun.count < secondRun.count }
                if !firstRun.elementsEqual(secondRun) { return firstRun.lexicographicallyPrecedes(secondRun) }
                while first < one.count, isDigit(one[first]) { first += 1 }
                while second < other.count, isDigit(other[second]) { second += 1 }
            } else {
                if one[first] != other[second] { return one[first] < other[second] }
                first += 1
                second += 1
            }
        }
        let rest = (one.count - first, other.count - second)
        if rest.0 != rest.1 { return rest.0 < rest.1 }
        return one.lexicographicallyPrecedes(other)
    }

    /// The digits from a place on, without leading zeros.
    private static func run(_ text: [UInt8], _ start: Int) -> ArraySlice<UInt8> {
        var end = start
        while end < text.count, isDigit(text[end]) { end += 1 }
        return text[start..<end].drop { $0 == UInt8(ascii: "0") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
