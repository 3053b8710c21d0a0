import JobmonCore
import Synchronization

/// The rounds of a queue: the same jobs queued once more are different jobs. In the ledger, the key of a job of a later
/// round ends with `#2`, `#3` and so on.
package enum QueueRound {
    /// The round of a key in the ledger, from 1.
    package static func of(_ jobKey: String) -> Int {
        guard let mark = jobKey.utf8.lastIndex(of: UInt8(ascii: "#")),
            let round = Int(jobKey[jobKey.utf8.index(after: mark)...]), round > 1
        else { return 1 }
        return round
    }

    package static func key(_ key: String, round: Int) -> String { round > 1 ? "\(key)#\(round)" : key }
}

/// Finds the given jobs among a queue's jobs. Each job has its own count of rounds.
struct QueueRounds {
    private var latest: [String: (round: Int, index: Int)] = [:]

    /// - Parameter records: all jobs of the queue.
    init(of given: [NewJob], among records: [JobRecord]) {
        guard !records.isEmpty else { return }
        let keys = Set(given.map(\.key))
        for (index, record) in records.enumerated() {
            guard let key = record.jobKey else { continue }
            // A key given by a user may look like one of a later round; as given, it is of the first round.
            let round = keys.contains(key) ? 1 : QueueRound.of(key)
            let base = round > 1 ? String(key.dropLast("#\(round)".count)) : key
            guard round > latest[base]?.round ?? 0 else { continue }
            latest[base] = (round, index)
        }
    }

    /// The latest round of a given job, and the index of its record; nil if there is none.
    func latest(_ key: String) -> (round: Int, index: Int)? { latest[key] }
}
