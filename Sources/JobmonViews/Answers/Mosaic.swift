import Glibc
import JobmonCore

/// The cells of a mosaic: one byte for each job, and what the bytes mean.
///
/// A failed job has a byte of 128 or more, whatever the colour tells; no other job has. So a picture can paint failed
/// jobs last without knowing more.
package struct Mosaic: Sendable {
    package struct Entry: Sendable, Equatable {
        package var value: UInt8
        package var label: String
        package var kind: Kind
        /// 0 to 15, for amounts.
        package var level: Int?
        package var jobs: Int
    }

    package enum Kind: String, Sendable {
        case waiting, running, complete, failed, cancelled, unknown, late
    }

    package var cells: ContiguousArray<UInt8>
    package var legend: [Entry]

    static let levels = 16
    private static let failed: UInt8 = 128
    private static let level: UInt8 = 16

    /// What a byte means before its jobs are counted.
    private struct Meaning {
        var label: String
        var kind: Kind
        var level: Int?
    }

    /// Bytes by what they mean, for one colour.
    struct Code {
        private var meanings = [Meaning?](repeating: nil, count: 256)
        private let snapshot: JobSnapshot
        private let colour: MosaicColour
        private let scale: Scale?
        /// The byte of each group of errors.
        private var groupBytes: [UInt32: UInt8] = [:]

        init(_ colour: MosaicColour, _ snapshot: JobSnapshot, _ rows: ContiguousArray<UInt32>) {
            self.snapshot = snapshot
            self.colour = colour
            for (value, label, kind) in Self.plain { meanings[Int(value)] = Meaning(label: label, kind: kind) }
            switch colour {
            case .time: scale = Scale(snapshot.times, rows, isBytes: false)
            case .memory: scale = Scale(snapshot.memories, rows, isBytes: true)
            case .status, .cause, .group, .attempts: scale = nil
            }
            meanings[Int(Mosaic.failed)] = Meaning(label: "failed", kind: .failed)
            switch colour {
            case .status: break
            case .cause:
                for (index, cause) in Cause.allCases.enumerated() {
                    meanings[Int(Mosaic.failed) + index + 1] = Meaning(label: cause.rawValue, kind: .failed)
                }
            case .group: numberGroups(rows)
            case .time, .memory, .attempts:
                for level in 0..<Mosaic.levels {
                    let label = scale?.label(level) ?? (level == 15 ? "16 or more attempts" : Self.attempts(level + 1))
                    meanings[Int(Mosaic.level) + level] = Meaning(label: label, kind: .complete, level: level)
                    meanings[Int(Mosaic.failed) + 1 + level] = Meaning(
                        label: "failed, \(label)", kind: .failed, level: level)
                }
            }
        }

        private static func attempts(_ count: Int) -> String { count == 1 ? "1 attempt" : "\(count) attempts" }

        private static let plain: [(UInt8, String, Kind)] = [
            (1, "queued", .waiting), (2, "submitted", .waiting), (3, "running", .running), (4, "late", .late),
            (5, "unknown", .unknown), (6, "complete", .complete), (7, "complete, doubtful", .complete),
            (8, "cancelled", .cancelled),
        ]

        /// Those of most jobs get a byte each; the others share the last one.
        private mutating func numberGroups(_ rows: ContiguousArray<UInt32>) {
            var counts: [UInt32: Int] = [:]
            let failed = UInt8(Status.failed.rawValue)
            for row in rows where snapshot.statuses[Int(row)] == failed {
                counts[snapshot.groups[Int(row)], default: 0] += 1
            }
            counts[0] = nil
            let largest = counts.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
            for (index, group) in largest.prefix(100).enumerated() {
                let byte = Mosaic.failed + 1 + UInt8(index)
                groupBytes[group.key] = byte
                meanings[Int(byte)] = Meaning(label: ErrorGroup.name(Int64(group.key)), kind: .failed)
            }
            meanings[Int(UInt8.max)] = Meaning(label: "other groups", kind: .failed)
        }

        /// The byte of each row. What all jobs of a status and cause share is looked up once.
        func cells(_ rows: ContiguousArray<UInt32>) -> ContiguousArray<UInt8> {
            var cells = ContiguousArray<UInt8>(repeating: 0, count: rows.count)
            cells.withUnsafeMutableBufferPointer { cells in
                snapshot.withColumns(JobSnapshot.Selection(rows: rows)) { columns, rows in
                    for place in rows.indices { cells[place] = byte(Int(rows[place]), columns) }
                }
            }
            return cells
        }

        private func byte(_ row: Int, _ columns: Columns) -> UInt8 {
            switch Status(rawValue: Int(columns.statuses[row])) {
            case .queued?: return 1
            case .submitted?: return 2
            case .running?: return columns.has(.late, row) ? 4 : 3
            case .unknown?, nil: return 5
            case .cancelled?: return 8
            case .complete?:
                if let level = level(row, columns) { return Mosaic.level + level }
                return columns.has(.doubtful, row) ? 7 : 6
            case .failed?:
                switch colour {
                case .status: return Mosaic.failed
                case .cause: return Mosaic.failed + columns.causes[row]
                case .group:
                    let group = columns.groups[row]
                    return group == 0 ? Mosaic.failed : groupBytes[group] ?? UInt8.max
                case .time, .memory, .attempts:
                    return level(row, columns).map { Mosaic.failed + 1 + $0 } ?? Mosaic.failed
                }
            }
        }

        private func level(_ row: Int, _ columns: Columns) -> UInt8? {
            switch colour {
            case .status, .cause, .group: nil
            case .attempts: columns.attempts[row] == 0 ? nil : min(15, columns.attempts[row] - 1)
            case .time: scale?.level(columns.times[row])
            case .memory: scale?.level(snapshot.memories[row])
            }
        }

        /// The bytes that occur, in the order in which people read them: failed ones first.
        func legend(_ cells: ContiguousArray<UInt8>) -> [Entry] {
            var counts = [Int](repeating: 0, count: 256)
            for cell in cells { counts[Int(cell)] += 1 }
            let entries = meanings.enumerated().compactMap { value, meaning -> Entry? in
                guard let meaning, counts[value] > 0 else { return nil }
                return Entry(
                    value: UInt8(value), label: meaning.label, kind: meaning.kind, level: meaning.level,
                    jobs: counts[value])
            }
            return entries.filter { $0.kind == .failed } + entries.filter { $0.kind != .failed }
        }
    }

    /// Sixteen levels of an amount, of equal ratio from the smallest to the largest.
    struct Scale {
        private let low: Float
        private let ratio: Float
        private let isBytes: Bool

        init?(_ values: ContiguousArray<Float>, _ rows: ContiguousArray<UInt32>, isBytes: Bool) {
            var (low, high) = (Float.infinity, Float(0))
            for row in rows {
                let value = values[Int(row)]
                guard value >= 0 else { continue }
                low = min(low, value)
                high = max(high, value)
            }
            guard high >= low else { return nil }
            self.low = max(low, isBytes ? 1024 : 0.001)
            ratio = max(1e-6, logf(max(high, self.low) / self.low) / Float(Mosaic.levels))
            self.isBytes = isBytes
        }

        func level(_ value: Float) -> UInt8? {
            guard value >= 0 else { return nil }
            let place = logf(max(value, low) / low) / ratio
            return UInt8(max(0, min(Float(Mosaic.levels - 1), place)))
        }

        /// From where to where a level goes.
        func label(_ level: Int) -> String {
            func amount(_ level: Int) -> String {
                let value = Double(low) * exp(Double(ratio) * Double(level))
                return isBytes ? Units.bytes(Int64(value)) : Units.duration(value)
            }
            return "\(amount(level)) to \(amount(level + 1))"
        }
    }
}

extension JobSnapshot {
    /// The cells of jobs at their places.
    package func mosaic(_ places: MosaicPlaces, _ colour: MosaicColour) -> Mosaic {
        let code = Mosaic.Code(colour, self, places.rows)
        let cells = code.cells(places.rows)
        return Mosaic(cells: cells, legend: code.legend(cells))
    }
}
