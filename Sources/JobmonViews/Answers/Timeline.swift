package import JobmonCore

/// What ran where and when, by the latest attempts of jobs.
package struct Timeline: Sendable {
    /// Milliseconds since 1970.
    package var from: Int64
    package var to: Int64
    package var buckets: Int
    /// One for each host, those of most jobs first.
    package var lanes: [Lane]
    /// Hosts that have no lane.
    package var more: Int
    package var stragglers: [Straggler]

    package struct Lane: Sendable {
        package var host: String
        /// How many jobs ran at once, in the mean over each bucket.
        package var running: [Double]
        /// Attempts that failed, by the bucket in which they ended.
        package var failed: [Int]
    }

    /// A job that takes much longer than those of its name.
    package struct Straggler: Sendable, Equatable {
        package var jid: Int64
        package var name: String
        package var host: String?
        package var started: Timestamp
        /// Seconds.
        package var time: Double
        /// The median of the complete jobs of its name, in seconds.
        package var expected: Double
        package var isRunning: Bool
    }
}

extension JobSnapshot {
    /// - Parameters:
    ///   - from, to: milliseconds since 1970; nil: all that ran.
    package func timeline(
        _ selection: Selection, from: Int64?, to: Int64?, buckets: Int, now: Timestamp, lanes limit: Int = 100
    ) -> Timeline {
        var (first, last) = (Int64.max, Int64.min)
        var jobs = [Int](repeating: 0, count: hostNames.values.count)
        let present = now.milliseconds
        withColumns(selection) { columns, rows in
            for row in rows {
                guard let (start, end) = columns.span(Int(row), now: present) else { continue }
                (first, last) = (min(first, start), max(last, end))
                jobs[Int(columns.hosts[Int(row)]) - 1] += 1
            }
        }
        let start = from ?? (first <= last ? first : present)
        let end = max(start + 1, to ?? (first <= last ? last : present))
        let order = jobs.indices.filter { jobs[$0] > 0 }
            .sorted {
                jobs[$0] == jobs[$1]
                    ? ValueOrder.areInOrder(hostNames.values[$0], hostNames.values[$1]) : jobs[$0] > jobs[$1]
            }
        var laneOf = [Int](repeating: -1, count: jobs.count)
        for (lane, host) in order.prefix(limit).enumerated() { laneOf[host] = lane }
        var lanes = order.prefix(limit).map { Busy(hostNames.values[$0], buckets: buckets) }
        let perMillisecond = Double(buckets) / Double(end - start)
        withColumns(selection) { columns, rows in
            for row in rows {
                let row = Int(row)
                guard let (began, ended) = columns.span(row, now: present) else { continue }
                let lane = laneOf[Int(columns.hosts[row]) - 1]
                guard lane >= 0, ended >= start, began <= end else { continue }
                lanes[lane].add(
                    Double(max(began, start) - start) * perMillisecond, Double(min(ended, end) - start) * perMillisecond
                )
                if columns.statuses[row] == Columns.failed, ended <= end {
                    lanes[lane].failed[min(buckets - 1, Int(Double(ended - start) * perMillisecond))] += 1
                }
            }
        }
        return Timeline(
            from: start, to: end, buckets: buckets, lanes: lanes.map(\.lane), more: max(0, order.count - limit),
            stragglers: stragglers(selection, now: now))
    }

    /// Complete jobs of a name that must be known for it to be judged what is slow.
    private static let enoughToJudge = 20

    /// Jobs that run, or ran, more than twice as long as 95 % of the complete jobs of their name, and more than a minute
    /// longer; the slowest first. Names of fewer than 20 complete jobs are not judged.
    package func stragglers(_ selection: Selection, now: Timestamp, limit: Int = 100) -> [Timeline.Straggler] {
        let nameOfKind = kindPool.values.map { Int($0.name) }
        var counts = [Int](repeating: 0, count: names.values.count)
        withColumns(selection) { columns, rows in
            for row in rows where columns.statuses[Int(row)] == Columns.complete && columns.times[Int(row)] >= 0 {
                counts[nameOfKind[Int(columns.kinds[Int(row)])]] += 1
            }
        }
        // The rows of each name that has enough of them.
        var placeOf = [Int](repeating: -1, count: counts.count)
        var rowsOf: [ContiguousArray<UInt32>] = []
        for (name, count) in counts.enumerated() where count >= Self.enoughToJudge {
            placeOf[name] = rowsOf.count
            rowsOf.append(ContiguousArray())
            rowsOf[rowsOf.count - 1].reserveCapacity(count)
        }
        guard !rowsOf.isEmpty else { return [] }
        withColumns(selection) { columns, rows in
            for row in rows where columns.statuses[Int(row)] == Columns.complete && columns.times[Int(row)] >= 0 {
                let place = placeOf[nameOfKind[Int(columns.kinds[Int(row)])]]
                if place >= 0 { rowsOf[place].append(row) }
            }
        }
        let expected = rowsOf.map { rows -> (median: Double, limit: Double) in
            guard let times = Quantiles(times, rows) else { return (0, .infinity) }
            return (times.p50, max(2 * times.p95, times.p95 + 60))
        }
        var found: [Timeline.Straggler] = []
        let present = now.milliseconds
        withColumns(selection) { columns, rows in
            for row in rows {
                let row = Int(row)
                let isRunning = columns.statuses[row] == Columns.running
                guard isRunning || columns.statuses[row] == Columns.complete, columns.has(.started, row) else {
                    continue
                }
                let place = placeOf[nameOfKind[Int(columns.kinds[row])]]
                guard place >= 0 else { continue }
                let time = isRunning ? Double(present - columns.begun[row]) / 1000 : Double(columns.times[row])
                guard time > expected[place].limit else { continue }
                found.append(
                    Timeline.Straggler(
                        jid: jid(row), name: name(row), host: host(row),
                        started: Timestamp(milliseconds: columns.begun[row]), time: time,
                        expected: expected[place].median, isRunning: isRunning))
            }
        }
        found.sort { one, other in
            if one.isRunning != other.isRunning { return one.isRunning }
            return one.time / one.expected == other.time / other.expected
                ? one.jid < other.jid : one.time / one.expected > other.time / other.expected
        }
        return Array(found.prefix(limit))
    }
}

extension Columns {
    /// When a job's latest attempt ran on a host; nil: it did not, or nobody knows until when.
    fileprivate func span(_ row: Int, now: Int64) -> (start: Int64, end: Int64)? {
        guard hosts[row] != 0, has(.started, row) else { return nil }
        let isOver = has(.finished, row)
        guard isOver || statuses[row] == Self.running else { return nil }
        return (begun[row], max(begun[row], isOver ? finished[row] : now))
    }
}

/// How busy a host was: sums of shares of buckets.
private struct Busy {
    private let host: String
    /// What a job adds to a bucket that it covers only in part.
    private var partial: [Double]
    /// By how much the number of jobs that cover whole buckets changes.
    private var change: [Double]
    var failed: [Int]

    init(_ host: String, buckets: Int) {
        self.host = host
        partial = [Double](repeating: 0, count: buckets)
        change = [Double](repeating: 0, count: buckets + 1)
        failed = [Int](repeating: 0, count: buckets)
    }

    /// - Parameters:
    ///   - start, end: in buckets from the left.
    mutating func add(_ start: Double, _ end: Double) {
        let first = min(partial.count - 1, Int(start))
        let last = min(partial.count - 1, Int(end))
        guard first < last else { return partial[first] += end - start }
        partial[first] += Double(first + 1) - start
        partial[last] += end - Double(last)
        change[first + 1] += 1
        change[last] -= 1
    }

    var lane: Timeline.Lane {
        var whole = 0.0
        let running = partial.indices.map { index -> Double in
            whole += change[index]
            return ((whole + partial[index]) * 100).rounded() / 100
        }
        return Timeline.Lane(host: host, running: running, failed: failed)
    }
}
