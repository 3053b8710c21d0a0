import JobmonCore

/// What a picture shows of a group of errors besides its counts in the ledger, from the snapshot.
package struct GroupSummary: Sendable {
    package var number: Int64
    /// Selected jobs that have such an error, of any attempt.
    package var jobs: Int
    /// Selected jobs that stand FAILED with it, by when they ended: equal parts of the time from the first to the last
    /// end of a failed job.
    package var trend: [Int]
}

extension JobSnapshot {
    /// The groups that selected jobs have an error of, those of most jobs first.
    package func groupSummaries(_ selection: Selection, parts: Int = 24) -> [GroupSummary] {
        var isSelected = [Bool](repeating: false, count: rowCount)
        var (first, last) = (Int64.max, Int64.min)
        withColumns(selection) { columns, rows in
            isSelected.withUnsafeMutableBufferPointer { isSelected in
                for row in rows {
                    let row = Int(row)
                    isSelected[row] = true
                    guard columns.statuses[row] == Columns.failed, columns.finished[row] != 0 else { continue }
                    first = min(first, columns.finished[row])
                    last = max(last, columns.finished[row])
                }
            }
        }
        let failed = Columns.failed
        let width = first <= last ? max(1, (last - first) / Int64(parts) + 1) : 1
        var summaries: [GroupSummary] = []
        for (number, rows) in rowsByGroup {
            var summary = GroupSummary(number: number, jobs: 0, trend: [Int](repeating: 0, count: parts))
            for row in rows where isSelected[Int(row)] {
                let row = Int(row)
                summary.jobs += 1
                guard statuses[row] == failed, groups[row] == UInt32(clamping: number), finished[row] != 0 else {
                    continue
                }
                summary.trend[min(parts - 1, Int((finished[row] - first) / width))] += 1
            }
            if summary.jobs > 0 { summaries.append(summary) }
        }
        return summaries.sorted { $0.jobs == $1.jobs ? $0.number < $1.number : $0.jobs > $1.jobs }
    }

    /// The selected jobs by queue, those of no queue left out.
    package func countsByQueue(_ selection: Selection) -> [(queue: String, jobs: Int)] {
        var counts = [Int](repeating: 0, count: queues.values.count + 1)
        let queueOfKind = kindPool.values.map { Int($0.queue) }
        withColumns(selection) { columns, rows in
            for row in rows { counts[queueOfKind[Int(columns.kinds[Int(row)])]] += 1 }
        }
        return counts.enumerated().dropFirst().filter { $0.element > 0 }
            .map { (queues.values[$0.offset - 1], $0.element) }
            .sorted { $0.jobs == $1.jobs ? $0.queue < $1.queue : $0.jobs > $1.jobs }
    }

    /// The group of the error of a job's latest attempt; nil: none.
    package func group(of jid: Int64) -> Int64? {
        row(of: jid).flatMap { groups[$0] == 0 ? nil : Int64(groups[$0]) }
    }
}
