import JobmonCore
import Synchronization

/// The rounds of a queue: the same jobs once more are other jobs. The ledger's key of a job of a later round is its key
/// with `#2`, `#3` and so on after it.
package enum QueueRound {
    /// The round of a ledger's key, from 1.
    package static func of(_ jobKey: String) -> Int {
        guard let mark = jobKey.utf8.lastIndex(of: UInt8(ascii: "#")),
            let round = Int(jobKey[jobKey.utf8.index(after: mark)...]), round > 1
        else { return 1 }
        return round
    }

    package static func key(_ key: String, round: Int) -> String { round > 1 ? "\(key)#\(round)" : key }
}

/// Which of a queue's jobs the given ones are: each has its rounds for itself.
struct QueueRounds {
    private var latest: [String: (round: Int, index: Int)] = [:]

    /// - Parameter records: all jobs of the queue.
    init(of given: [NewJob], among records: [JobRecord]) {
        let keys = Set(given.map(\.key))
        for (index, record) in records.enumerated() {
            guard let key = record.jobKey else { continue }
            // A key that somebody gave may look like one of a later round: as it was given, it is of the first.
            let round = keys.contains(key) ? 1 : QueueRound.of(key)
            let base = round > 1 ? String(key.dropLast("#\(round)".count)) : key
            guard round > latest[base]?.round ?? 0 else { continue }
            latest[base] = (round, index)
        }
    }

    /// The latest round of a given job, and which of the records it is; nil: there is none.
    func latest(_ key: String) -> (round: Int, index: Int)? { latest[key] }
}
