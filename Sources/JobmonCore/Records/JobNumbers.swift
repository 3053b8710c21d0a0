/// Job numbers as users write them: `4`, `3-9`.
package struct JobNumbers: Sendable, Equatable {
    /// Without overlaps, in ascending order.
    package var ranges: [ClosedRange<Int64>]

    package init(ranges: [ClosedRange<Int64>]) {
        var merged: [ClosedRange<Int64>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound || range.lowerBound - 1 == last.upperBound {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    package init(_ jids: [Int64]) { self.init(ranges: jids.map { $0...$0 }) }

    package var isEmpty: Bool { ranges.isEmpty }

    /// The number of job numbers.
    package var count: Int64 { ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound + 1) } }

    package func contains(_ jid: Int64) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < jid { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(jid)
    }

    /// The numbers as a user would type them: `4 7-9`.
    package var text: String {
        ranges.map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: " ")
    }

    /// An array of numbers, and of pairs with the first and last number of a range.
    package var json: JSON {
        .array(
            ranges.map { range in
                range.lowerBound == range.upperBound
                    ? .int(range.lowerBound) : .array([.int(range.lowerBound), .int(range.upperBound)])
            })
    }

    /// Reads the form of `json`; nil if it is invalid.
    package init?(_ json: [JSON]) {
        var ranges: [ClosedRange<Int64>] = []
        for item in json {
            switch item {
            case .int(let jid) where jid > 0: ranges.append(jid...jid)
            case .array(let ends):
                guard ends.count == 2, case .int(let first) = ends[0], case .int(let last) = ends[1], first > 0,
                    first <= last
                else { return nil }
                ranges.append(first...last)
            default: return nil
            }
        }
        self.init(ranges: ranges)
    }

    /// All numbers in ascending order.
    package var all: [Int64] { ranges.flatMap { Array($0) } }

    /// Reads `4`, `3-9`, or several of them separated by commas.
    /// - Throws: `.invalid`, which names the part that is not a number or a range, or whose ends are in the wrong
    ///   order.
    package init(parsing text: String) throws(Problem) {
        var ranges: [ClosedRange<Int64>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard let first = ends.first.flatMap({ Self.number($0) }),
                let last = ends.last.flatMap({ Self.number($0) }),
                ends.count <= 2
            else {
                throw Problem(
                    .invalid, "\"\(part.prefix(40))\" is not a job's number",
                    hint: "give numbers and ranges, such as 4 or 3-9")
            }
            guard first <= last else {
                throw Problem(
                    .invalid, "the range \(part) ends before it begins", hint: "write \(last)-\(first)")
            }
            ranges.append(first...last)
        }
        self.init(ranges: ranges)
    }

    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text).flatMap { $0 > 0 ? $0 : nil }
    }
}
