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
    private static let few = 20_000

    /// The bits of a float that is not negative rise with its value: the upper 16 say in which bin it is, and within the
    /// bins of the wanted ranks the lower 16 say which value it is. So nothing is sorted.
    private static func byCounting(
        _ values: ContiguousArray<Float>, _ rows: ContiguousArray<UInt32>
    ) -> (jobs: Int, found: [Double])? {
        let coarse = counted(values, rows)
        let count = coarse.reduce(0, +)
        guard count > 0 else { return nil }
        let ranks = shares.map { rank($0, of: count) }
        let places = places(of: ranks, in: coarse[...])
        // The number of each wanted bin among them, plus 1.
        var numbers = [UInt8](repeating: 0, count: bins)
        var last: UInt8 = 0
        for place in places where numbers[place.bin] == 0 {
            last += 1
            numbers[place.bin] = last
        }
        let fine = counted(values, rows, numbers: numbers, highest: Int(last))
        let found = places.enumerated().map { index, place -> Double in
            let number = Int(numbers[place.bin])
            let part = fine[number * bins..<(number + 1) * bins]
            let low = Self.places(of: [ranks[index] - place.before], in: part).first?.bin ?? 0
            return Double(Float(bitPattern: UInt32(place.bin) << 16 | UInt32(low)))
        }
        return (count, found)
    }

    private static let bins = 1 << 16

    /// How many values have which upper 16 bits.
    private static func counted(
        _ values: ContiguousArray<Float>, _ rows: ContiguousArray<UInt32>
    ) -> [Int] {
        var counts = [Int](repeating: 0, count: bins)
        values.withUnsafeBufferPointer { values in
            rows.withUnsafeBufferPointer { rows in
                counts.withUnsafeMutableBufferPointer { counts in
                    for row in rows {
                        let value = values[Int(row)]
                        if value >= 0 { counts[Int(value.bitPattern >> 16)] += 1 }
                    }
                }
            }
        }
        return counts
    }

    /// How many values have which lower 16 bits, for each bin that has a number (0: it is not wanted).
    private static func counted(
        _ values: ContiguousArray<Float>, _ rows: ContiguousArray<UInt32>, numbers: [UInt8], highest: Int
    ) -> [Int] {
        var counts = [Int](repeating: 0, count: (highest + 1) * bins)
        values.withUnsafeBufferPointer { values in
            rows.withUnsafeBufferPointer { rows in
                counts.withUnsafeMutableBufferPointer { counts in
                    numbers.withUnsafeBufferPointer { numbers in
                        for row in rows {
                            let value = values[Int(row)]
                            guard value >= 0 else { continue }
                            let bits = Int(value.bitPattern)
                            let number = Int(numbers[bits >> 16])
                            if number != 0 { counts[number * bins + (bits & 0xFFFF)] += 1 }
                        }
                    }
                }
            }
        }
        return counts
    }

    /// The bins in which ranks are, in ascending order, and how many values come before each bin.
    private static func places(of ranks: [Int], in counts: ArraySlice<Int>) -> [(bin: Int, before: Int)] {
        var places: [(bin: Int, before: Int)] = []
        var before = 0
        for (bin, count) in counts.enumerated() where count > 0 {
            while places.count < ranks.count, ranks[places.count] < before + count { places.append((bin, before)) }
            before += count
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
