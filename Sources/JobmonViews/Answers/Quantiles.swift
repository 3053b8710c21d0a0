package import JobmonCore

/// Quantiles of a measure, over the jobs that have a value: values that occurred, none that was calculated.
package struct Quantiles: Sendable, Equatable {
    package var jobs: Int
    package var minimum: Double
    package var p25: Double
    package var p50: Double
    package var p75: Double
    package var p95: Double
    package var maximum: Double

    /// The members of a JSON object.
    package var members: JSONObject {
        var object = JSONObject()
        object.append("jobs", .int(Int64(jobs)))
        for (name, value) in [
            ("min", minimum), ("p25", p25), ("p50", p50), ("p75", p75), ("p95", p95), ("max", maximum),
        ] { object.append(name, .double(value)) }
        return object
    }

    /// Nil if there is no value.
    /// - Parameter values: not negative; NaN: unknown.
    init?(_ values: ContiguousArray<Float>, _ rows: ContiguousArray<UInt32>) {
        let found: [Double]
        if rows.count <= Self.few {
            let sorted = rows.map { values[Int($0)] }.filter { $0 >= 0 }.sorted()
            guard !sorted.isEmpty else { return nil }
            jobs = sorted.count
            found = Self.shares.map { Double(sorted[Self.rank($0, of: sorted.count)]) }
        } else {
            guard let counted = Self.byCounting(values, rows) else { return nil }
            (jobs, found) = counted
        }
        (minimum, p25, p50, p75, p95, maximum) = (found[0], found[1], found[2], found[3], found[4], found[5])
    }

    private static let shares = [0, 0.25, 0.5, 0.75, 0.95, 1]
    /// Values up to which sorting is quicker than counting.
    private static let few = 512
    private static let bins = 1 << 16

    /// The bits of a float that is not negative rise with its value: the upper 16 say in which bin it is. Only the bins
    /// in which a wanted rank is are looked into.
    private static func byCounting(
        _ values: ContiguousArray<Float>, _ rows: ContiguousArray<UInt32>
    ) -> (jobs: Int, found: [Double])? {
        var bins = [UInt32](repeating: 0, count: Self.bins)
        let count = count(values, rows, into: &bins)
        guard count > 0 else { return nil }
        let ranks = shares.map { rank($0, of: count) }
        let places = places(of: ranks, in: bins)
        // The number of each wanted bin among them, plus 1.
        var numbers = [UInt8](repeating: 0, count: Self.bins)
        var parts: [Part] = []
        for place in places where numbers[place.bin] == 0 {
            parts.append(Part(size: Int(bins[place.bin])))
            numbers[place.bin] = UInt8(parts.count)
        }
        take(values, rows, numbers, into: &parts)
        for index in parts.indices { parts[index].close() }
        let found = zip(places, ranks).map { place, rank -> Double in
            let low = parts[Int(numbers[place.bin]) - 1].low(rank - place.before)
            return Double(Float(bitPattern: UInt32(place.bin) << 16 | UInt32(low)))
        }
        return (count, found)
    }

    /// The values of one bin, by their lower 16 bits: a list, or counts if they are many, as where all values are the
    /// same. Counts of few values, as of one name among many, would cost more than the values.
    private struct Part {
        private static let few = 1 << 13
        private var list: [UInt16] = []
        private var counts: [UInt32] = []

        init(size: Int) {
            if size > Self.few { counts = [UInt32](repeating: 0, count: 1 << 16) } else { list.reserveCapacity(size) }
        }

        mutating func add(_ low: UInt16) {
            if counts.isEmpty { list.append(low) } else { counts[Int(low)] += 1 }
        }

        /// To be called when all are added.
        mutating func close() { list.sort() }

        /// The value of a rank in the bin.
        func low(_ rank: Int) -> UInt16 {
            guard !counts.isEmpty else { return list[rank] }
            var before = 0
            for (low, count) in counts.enumerated() {
                before += Int(count)
                if before > rank { return UInt16(low) }
            }
            return UInt16.max
        }
    }

    /// Counts the values by their upper 16 bits.
    private static func count(
        _ values: ContiguousArray<Float>, _ rows: ContiguousArray<UInt32>, into bins: inout [UInt32]
    ) -> Int {
        var count = 0
        values.withUnsafeBufferPointer { values in
            rows.withUnsafeBufferPointer { rows in
                bins.withUnsafeMutableBufferPointer { bins in
                    for row in rows {
                        let value = values[Int(row)]
                        guard value >= 0 else { continue }
                        bins[Int(value.bitPattern >> 16)] += 1
                        count += 1
                    }
                }
            }
        }
        return count
    }

    /// Adds the values of bins that have a number (0: it is not wanted) to their parts.
    private static func take(
        _ values: ContiguousArray<Float>, _ rows: ContiguousArray<UInt32>, _ numbers: [UInt8],
        into parts: inout [Part]
    ) {
        values.withUnsafeBufferPointer { values in
            rows.withUnsafeBufferPointer { rows in
                numbers.withUnsafeBufferPointer { numbers in
                    for row in rows {
                        let value = values[Int(row)]
                        guard value >= 0 else { continue }
                        let number = Int(numbers[Int(value.bitPattern >> 16)])
                        if number != 0 { parts[number - 1].add(UInt16(truncatingIfNeeded: value.bitPattern)) }
                    }
                }
            }
        }
    }

    /// The bins in which ranks are, and how many values come before each bin.
    /// - Parameter ranks: in ascending order.
    private static func places(of ranks: [Int], in bins: [UInt32]) -> [(bin: Int, before: Int)] {
        var places: [(bin: Int, before: Int)] = []
        var before = 0
        bins.withUnsafeBufferPointer { bins in
            for bin in bins.indices where bins[bin] > 0 {
                while places.count < ranks.count, ranks[places.count] < before + Int(bins[bin]) {
                    places.append((bin, before))
                }
                before += Int(bins[bin])
                if places.count == ranks.count { break }
            }
        }
        return places
    }

    /// The place of a quantile among `count` values in order: the smallest value that at least this share does not pass.
    static func rank(_ share: Double, of count: Int) -> Int {
        max(0, min(count - 1, Int((share * Double(count)).rounded(.up)) - 1))
    }
}

extension JobSnapshot {
    package func quantiles(_ measure: Measure, _ selection: Selection) -> Quantiles? {
        Quantiles(values(measure), selection.rows)
    }
}
