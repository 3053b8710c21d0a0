/// Where jobs are in an array, by their numbers. Jobs are queued in the order of their numbers, mostly without gaps: such a
/// stretch takes one entry, whatever its length.
struct JobIndexes: Sendable {
    private struct Stretch: Sendable {
        let jid: Int64
        let index: Int
        var count: Int
    }

    /// By number. No two of them overlap.
    private var stretches: [Stretch] = []

    subscript(_ jid: Int64) -> Int? {
        guard let place = place(of: jid) else { return nil }
        let offset = Int(jid - stretches[place].jid)
        return offset < stretches[place].count ? stretches[place].index + offset : nil
    }

    /// Adds a job that is not there yet.
    mutating func add(_ jid: Int64, at index: Int) {
        let before = place(of: jid)
        if let before {
            let stretch = stretches[before]
            if stretch.jid + Int64(stretch.count) == jid, stretch.index + stretch.count == index {
                stretches[before].count += 1
                return
            }
        }
        stretches.insert(Stretch(jid: jid, index: index, count: 1), at: before.map { $0 + 1 } ?? 0)
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
