package import JobmonCore

/// How many jobs were in which state at the end of each step of time, each by its latest attempt.
package struct StatesOverTime: Sendable, Equatable {
    /// Milliseconds since 1970.
    package var start: Int64
    /// Milliseconds.
    package var step: Int64
    package var waiting: [Int]
    package var running: [Int]
    package var complete: [Int]
    package var failed: [Int]
    package var cancelled: [Int]

    package var json: JSON {
        func list(_ values: [Int]) -> JSON { .array(values.map { .int(Int64($0)) }) }
        return [
            "start": .int(start), "step": .int(step), "waiting": list(waiting), "running": list(running),
            "complete": list(complete), "failed": list(failed), "cancelled": list(cancelled),
        ]
    }
}

extension JobSnapshot {
    /// Nil if there is no job.
    package func statesOverTime(_ selection: Selection, now: Timestamp, steps: Int = 120) -> StatesOverTime? {
        var first = Int64.max
        var last = Int64.min
        var isOver = true
        let final = Status.allCases.filter(\.isFinal).reduce(UInt8(0)) { $0 | 1 << UInt8($1.rawValue) }
        withColumns(selection) { columns, rows in
            for row in rows {
                let row = Int(row)
                first = min(first, columns.submitted[row])
                last = max(last, columns.finished[row], columns.begun[row], columns.submitted[row])
                if final >> columns.statuses[row] & 1 == 0 { isOver = false }
            }
        }
        guard first <= last else { return nil }
        if !isOver { last = max(last, now.milliseconds) }
        let step = max(1, (last - first) / Int64(steps) + 1)
        let count = Int((last - first) / step) + 1
        // What changes in each step, one state after the other; the sums are the numbers at its end.
        var changes = [Int](repeating: 0, count: 5 * count)
        withColumns(selection) { columns, rows in
            changes.withUnsafeMutableBufferPointer { changes in
                // A division for each moment of a million jobs takes longer than the rest.
                let scale = 1 / Double(step)
                let most = count - 1
                func place(_ time: Int64) -> Int {
                    let guess = min(most, Int(Double(max(0, min(last, time) - first)) * scale))
                    // Of a moment at the edge of a step, rounding may name the neighbour.
                    let start = first + Int64(guess) * step
                    if time < start { return max(0, guess - 1) }
                    return time >= start + step ? min(most, guess + 1) : guess
                }
                for row in rows {
                    let row = Int(row)
                    let status = columns.statuses[row]
                    let queued = columns.submitted[row]
                    changes[place(queued)] += 1
                    if status == Self.queuedNumber || status == Self.submittedNumber { continue }
                    // Clocks of hosts differ: nothing ends before it starts, or starts before it is queued.
                    let start = columns.has(.started, row) ? max(columns.begun[row], queued) : 0
                    let end = columns.finished[row] == 0 ? 0 : max(columns.finished[row], start, queued)
                    // A job that never started leaves the queue when it ends.
                    let left = place(start != 0 ? start : end != 0 ? end : last)
                    changes[left] -= 1
                    if start != 0 { changes[count + left] += 1 }
                    guard final >> status & 1 == 1 else {
                        if start == 0 { changes[count + place(last)] += 1 }
                        continue
                    }
                    let ended = place(end != 0 ? end : last)
                    if start != 0 { changes[count + ended] -= 1 }
                    let state = status == Columns.complete ? 2 : status == Columns.failed ? 3 : 4
                    changes[state * count + ended] += 1
                }
            }
        }
        func sums(_ state: Int) -> [Int] {
            var sum = 0
            return changes[state * count..<(state + 1) * count].map { change in
                sum += change
                return sum
            }
        }
        return StatesOverTime(
            start: first, step: step, waiting: sums(0), running: sums(1), complete: sums(2), failed: sums(3),
            cancelled: sums(4))
    }

    private static let queuedNumber = UInt8(Status.queued.rawValue)
    private static let submittedNumber = UInt8(Status.submitted.rawValue)
}
