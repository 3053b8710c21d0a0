/// Where jobs are in an array, by their numbers. Jobs are queued in the order of their numbers, mostly without gaps: such a
/// stretch takes one entry, whatever its length. What comes out of order is looked up as in any dictionary.
struct JobIndexes: Sendable {
    private struct Stretch: Sendable {
        let jid: Int64
        let index: Int
        var count: Int
    }

    /// By number. No two of them overlap.
    private var stretches: [Stretch] = []
    private var others: [Int64: Int] = [:]

    subscript(_ jid: Int64) -> Int? {
        if let place = place(of: jid) {
            let offset = Int(jid - stretches[place].jid)
            if offset < stretches[place].count { return stretches[place].index + offset }
        }
        return others.isEmpty ? nil : others[jid]
    }

    /// Adds a job that is not there yet.
    mutating func add(_ jid: Int64, at index: Int) {
        guard let last = stretches.last else {
            stretches.append(Stretch(jid: jid, index: index, count: 1))
            return
        }
        let next = last.jid + Int64(last.count)
        if jid == next, index == last.index + last.count {
            stretches[stretches.count - 1].count += 1
        } else if jid >= next {
            stretches.append(Stretch(jid: jid, index: index, count: 1))
        } else {
            others[jid] = index
        }
    }

    /// The last stretch that begins at or before a number.
    private func place(of jid: Int64) -> Int? {
        // Mostly, the latest jobs are meant, or there is one stretch.
        if let last = stretches.last, last.jid <= jid { return stretches.count - 1 }
        var low = 0
        var high = stretches.count
        while low < high {
            let middle = (low + high) / 2
            if stretches[middle].jid <= jid { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }
}
