package import JobmonCore

/// How many jobs of a selection have which status.
package struct StatusCounts: Sendable, Equatable {
    /// Has an entry for every status that a job can have.
    package var jobs: [Status: Int]
    /// Running jobs that have not been heard of for a long time.
    package var late = 0
    /// Jobs that are COMPLETE and may not have done their work.
    package var doubtful = 0
    /// When the last attempt of one of them ended.
    package var lastFinished: Timestamp?
}

extension JobSnapshot {
    package func counts(_ selection: Selection) -> StatusCounts {
        var byStatus = [Int](repeating: 0, count: 8)
        var late = 0
        var doubtful = 0
        var last: Int64 = 0
        withColumns(selection) { columns, rows in
            byStatus.withUnsafeMutableBufferPointer { byStatus in
                for row in rows {
                    let row = Int(row)
                    let status = columns.statuses[row]
                    byStatus[Int(status & 7)] += 1
                    if columns.has(.late, row), status == Columns.running { late += 1 }
                    if columns.has(.doubtful, row), status == Columns.complete { doubtful += 1 }
                    if columns.has(.finished, row) { last = max(last, columns.finished[row]) }
                }
            }
        }
        return StatusCounts(
            jobs: Dictionary(uniqueKeysWithValues: Status.allCases.map { ($0, byStatus[$0.rawValue]) }), late: late,
            doubtful: doubtful, lastFinished: last == 0 ? nil : Timestamp(milliseconds: last))
    }
}
