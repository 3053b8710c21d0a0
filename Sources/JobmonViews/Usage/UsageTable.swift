import JobmonCore

/// The jobs of a ledger that say something of what they need, and their places by number.
struct UsageTable: Sendable {
    private(set) var jobs: ContiguousArray<UsageJob> = []
    /// By the number of a job its place in `jobs`.
    private var places: ContiguousArray<Int32>

    private static let unseen: Int32 = -1
    private static let unwanted: Int32 = -2

    /// - Parameter chosen: only these jobs; nil: all.
    init(_ rows: UsageRows, only chosen: [Int64]?) {
        let last = rows.attempts.reduce(Int64(0)) { most, part in part.reduce(most) { max($0, $1.jid) } }
        places = ContiguousArray(repeating: chosen == nil ? Self.unseen : Self.unwanted, count: Int(last) + 1)
        for jid in chosen ?? [] where jid >= 0 && jid <= last { places[Int(jid)] = Self.unseen }
        for jid in rows.forgotten where jid >= 0 && jid <= last { places[Int(jid)] = Self.unwanted }
        for part in rows.attempts {
            for attempt in part where attempt.jid >= 0 {
                let place = places[Int(attempt.jid)]
                if place >= 0 {
                    jobs[Int(place)].take(attempt)
                } else if place == Self.unseen {
                    places[Int(attempt.jid)] = Int32(jobs.count)
                    jobs.append(UsageJob(attempt))
                }
            }
        }
    }

    /// The place of a job; nil: it says nothing, or is not wanted.
    func place(of jid: Int64) -> Int? {
        guard jid >= 0, jid < places.count else { return nil }
        let place = places[Int(jid)]
        return place >= 0 ? Int(place) : nil
    }

    /// A property that jobs have one value of each: for each job the number of its value, or -1.
    struct Column: Sendable {
        var values: [String]
        var numbers: ContiguousArray<Int32>

        func value(_ place: Int) -> String? { numbers[place] < 0 ? nil : values[Int(numbers[place])] }
    }

    func column(_ lists: [(value: String, jids: [Int64])]) -> Column {
        var numbers = ContiguousArray<Int32>(repeating: -1, count: jobs.count)
        for (number, list) in lists.enumerated() {
            for jid in list.jids {
                if let place = place(of: jid) { numbers[place] = Int32(number) }
            }
        }
        return Column(values: lists.map(\.value), numbers: numbers)
    }

    /// Jobs that have the same values.
    struct Part: Sendable {
        var values: [String?]
        var places: ContiguousArray<Int32>
    }

    /// The jobs by their values, those of most jobs first.
    /// - Parameter isWanted: by the place of a job; nil: all are.
    func parts(_ columns: [Column], _ isWanted: ((Int) -> Bool)? = nil) -> [Part] {
        // One column after the other: the number of a part so far, and of the next value, make the number of a part.
        var numbers = ContiguousArray<Int32>(repeating: 0, count: jobs.count)
        var count = jobs.isEmpty ? 0 : 1
        for column in columns {
            var known: [UInt64: Int32] = [:]
            var last: (key: UInt64, number: Int32) = (.max, 0)
            for place in numbers.indices {
                let value = UInt32(bitPattern: column.numbers[place])
                let key = UInt64(UInt32(bitPattern: numbers[place])) << 32 | UInt64(value)
                if key != last.key {
                    let number = known[key] ?? Int32(known.count)
                    known[key] = number
                    last = (key, number)
                }
                numbers[place] = last.number
            }
            count = known.count
        }
        var parts = [ContiguousArray<Int32>](repeating: [], count: count)
        for place in numbers.indices where isWanted?(place) ?? true {
            parts[Int(numbers[place])].append(Int32(place))
        }
        return Self.sorted(
            parts.compactMap { places in
                places.first.map { first in
                    Part(values: columns.map { $0.value(Int(first)) }, places: places)
                }
            })
    }

    /// The jobs of lists in which a job may be more than once, those of most jobs first.
    func parts(_ lists: [(value: String, jids: [Int64])]) -> [Part] {
        Self.sorted(
            lists.compactMap { list in
                let places = ContiguousArray(list.jids.compactMap { place(of: $0).map { Int32($0) } })
                return places.isEmpty ? nil : Part(values: [list.value], places: places)
            })
    }

    /// Those of most jobs first, then those whose first job is older.
    private static func sorted(_ parts: [Part]) -> [Part] {
        parts.sorted { one, other in
            one.places.count == other.places.count
                ? one.places[0] < other.places[0] : one.places.count > other.places.count
        }
    }
}
