import JobmonCore

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
            let base = round > 1 ? QueueRound.withoutRound(key) : key
            guard round > latest[base]?.round ?? 0 else { continue }
            latest[base] = (round, index)
        }
    }

    /// The latest round of a given job, and the index of its record; nil if there is none.
    func latest(_ key: String) -> (round: Int, index: Int)? { latest[key] }
}
