import JobmonCore

/// How far the numbers of senders go, so that most events are known to be new without a look into the file. After a
/// rollback it must be emptied.
struct SenderBook {
    /// The highest numbers of a sender's events, whether stored in deliveries or whole. The second may be that of another
    /// sender: too high costs a look, and nothing else.
    struct Known {
        var id: Int64?
        var inDeliveries: Int64
        var whole: Int64
    }

    private var known: [ExactText: Known] = [:]
    private static let limit = 20_000

    /// What is known of a sender, read from the file when it is met for the first time.
    mutating func known(_ sender: String, _ recorder: Recorder) throws(SQLiteFailure) -> Known {
        if let found = known[ExactText(sender)] { return found }
        let stored = try recorder.statements.findSender.put(sender).first { row in
            (id: row.int(), highest: row.optionalInt() ?? -1)
        }
        let found = Known(
            id: stored?.id,
            inDeliveries: max(stored?.highest ?? -1, recorder.batch.deliveries.highest(of: sender) ?? -1),
            whole: recorder.highestWhole)
        known[ExactText(sender)] = found
        return found
    }

    /// An event of a sender that was met is stored.
    mutating func note(_ identity: EventIdentity) {
        guard let index = known.index(forKey: ExactText(identity.sender)) else { return }
        known.values[index].inDeliveries = max(known.values[index].inDeliveries, identity.seq)
        known.values[index].whole = max(known.values[index].whole, identity.seq)
    }

    /// The number of a sender in the file, which is made if there is none.
    mutating func id(of sender: String, _ recorder: Recorder) throws(SQLiteFailure) -> Int64 {
        if let id = try known(sender, recorder).id { return id }
        try recorder.statements.insertSender.put(sender).run()
        let id = recorder.connection.lastInsertedRow
        known[ExactText(sender)]?.id = id
        return id
    }

    /// Keeps it small: most senders of a cluster send three events in their life.
    mutating func trim() { if known.count > Self.limit { known = [:] } }

    mutating func empty() { known = [:] }
}
