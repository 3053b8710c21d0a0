import JobmonCore

/// Gives up the texts of events that earlier versions stored whole.
extension Recorder {
    /// How far a ledger was shrunk.
    struct Shrunk {
        /// The number of the last event that was looked at; nil: there are no more.
        var last: Int64?
        var events = 0
    }

    /// Stores events without their texts where rows give these back to the byte: each is put together again and compared
    /// before its text is given up. In one transaction.
    func shrink(after sequence: Int64, limit: Int) throws -> Shrunk {
        defer { forgetKept() }
        return try connection.inTransaction {
            let whole = try candidates(after: sequence, limit: limit)
            guard let last = whole.last?.sequence else { return Shrunk() }
            let shrinking = try ShrinkStatements(connection)
            var inserted: [WholeEvent] = []
            for event in whole {
                guard let brief = BriefEvent(event), try deliver(event, shrinking) else { continue }
                inserted.append(event)
                try statements.insertBrief
                    .put(event.sequence).put(brief.kind.rawValue).put(event.jid).put(event.instance)
                    .put(event.time.milliseconds - event.recorded.milliseconds).put(event.status).put(event.jobStatus)
                    .put(brief.said.rawValue).put(brief.rest.isEmpty ? nil : JSON.object(brief.rest).text).run()
            }
            var equal = 0
            for event in inserted {
                let again = try shrinking.readBrief.put(event.sequence).first { SentEvent(&$0) }
                let isEqual = event.text.isExactly(again?.text)
                if isEqual { equal += 1 }
                try (isEqual ? shrinking.removeWhole : shrinking.removeBrief).put(event.sequence).run()
            }
            return Shrunk(last: last, events: equal)
        }
    }

    private func candidates(after sequence: Int64, limit: Int) throws(SQLiteFailure) -> [WholeEvent] {
        // Of a kind that may be brief; each with what it did.
        try connection.prepare(
            """
            SELECT seq, body, time, recorded_time, sender, sender_seq, jid, job_instance_id, status, job_status
            FROM event_whole
            WHERE seq > ? AND outcome = 'recorded' AND changed = 1 AND cause IS NULL AND jid IS NOT NULL
                AND kind IN ('job', 'submitted', 'running', 'process', 'complete')
            ORDER BY seq LIMIT ?
            """
        ).put(sequence).put(limit).all { WholeEvent(&$0) }
    }

    /// Makes sure that a delivery says who sent an event and when it was recorded: it is one of a delivery, or the next of
    /// one, or gets one of its own.
    /// - Returns: false if that cannot be said without hiding another event of the sender. Then it must stay whole: an early
    ///   event has another number than when it was delivered with others.
    private func deliver(
        _ event: WholeEvent, _ shrinking: ShrinkStatements
    ) throws(SQLiteFailure) -> Bool {
        if let before = try shrinking.findBefore.put(event.sequence).first({ StoredDelivery(&$0) }) {
            if event.sequence < before.end { return before.has(event) }
            if event.sequence == before.end, before.has(event), try !isDelivered(event) {
                try shrinking.extend.put(before.first).run()
                return true
            }
        }
        guard try !isDelivered(event) else { return false }
        var sender: Int64?
        if let name = event.sender { sender = try senderID(name) }
        try statements.insertDelivery.put(event.sequence).put(1).put(event.recorded.milliseconds).put(sender)
            .put(event.number).run()
        return true
    }

    /// Whether a delivery has the number that the sender gave this event.
    private func isDelivered(_ event: WholeEvent) throws(SQLiteFailure) -> Bool {
        guard let name = event.sender, let number = event.number else { return false }
        return try statements.findDelivery.put(try senderID(name)).put(number).first { row in
            _ = row.int()
            let offset = number - row.int()
            return offset < row.int()
        } ?? false
    }

    /// Makes the file as small as what is in it. For as long as it runs, that takes as much free space as the ledger then
    /// has, twice: in a temporary file of SQLite's, and in the WAL.
    /// - Returns: whether the file is as small by now; else somebody reads it, and it is once they have ended.
    func vacuum() throws(SQLiteFailure) -> Bool {
        try connection.execute("VACUUM")
        return try connection.prepare("PRAGMA wal_checkpoint(TRUNCATE)").first { !$0.bool() } ?? false
    }

    /// Bytes of the file, once all is in it.
    func fileSize() throws(SQLiteFailure) -> Int64 {
        (try connection.number("PRAGMA page_count") ?? 0) * (try connection.number("PRAGMA page_size") ?? 0)
    }
}

/// Prepared once for some thousand events.
private struct ShrinkStatements {
    /// The last delivery that begins at a number or before it.
    let findBefore: Statement
    let extend: Statement
    let removeWhole: Statement
    let removeBrief: Statement
    /// The event of a number, as it is put together from its rows.
    let readBrief: Statement

    init(_ connection: Connection) throws(SQLiteFailure) {
        findBefore = try connection.prepare(
            """
            SELECT d.seq, d.count, d.recorded_time, (SELECT name FROM event_sender s WHERE s.id = d.sender), d.sender_seq
            FROM event_delivery d WHERE d.seq <= ? ORDER BY d.seq DESC LIMIT 1
            """)
        extend = try connection.prepare("UPDATE event_delivery SET count = count + 1 WHERE seq = ?")
        removeWhole = try connection.prepare("DELETE FROM event_whole WHERE seq = ?")
        removeBrief = try connection.prepare("DELETE FROM event_brief WHERE seq = ?")
        readBrief = try connection.prepare("\(SentEventQueries.brief) WHERE b.seq = ?")
    }
}

/// A row of `event_delivery`.
private struct StoredDelivery {
    let first: Int64
    /// The number after its last event.
    let end: Int64
    let recorded: Int64
    let sender: String?
    let number: Int64?

    init(_ row: inout Row) {
        first = row.int()
        end = first + row.int()
        recorded = row.int()
        sender = row.optionalText()
        number = row.optionalInt()
    }

    /// Whether the sender's number of an event is as far from that of the first one as the ledger's.
    private func isNumber(of event: WholeEvent) -> Bool {
        switch (number, event.number) {
        case (let first?, let given?): given - first == event.sequence - self.first
        case (nil, nil): true
        default: false
        }
    }

    /// Whether it says of an event, by its number, what is true of it.
    func has(_ event: WholeEvent) -> Bool {
        recorded == event.recorded.milliseconds && isNumber(of: event)
            && (sender?.isExactly(event.sender) ?? (event.sender == nil))
    }
}

/// A row of `event_whole`.
private struct WholeEvent {
    let sequence: Int64
    let text: String
    let time: Timestamp
    let recorded: Timestamp
    let sender: String?
    let number: Int64?
    let jid: Int64?
    let instance: Int64?
    let status: Int64?
    let jobStatus: Int64?

    init(_ row: inout Row) {
        sequence = row.int()
        text = row.text()
        time = row.time()
        recorded = row.time()
        sender = row.optionalText()
        number = row.optionalInt()
        jid = row.optionalInt()
        instance = row.optionalInt()
        status = row.optionalInt()
        jobStatus = row.optionalInt()
    }
}

extension BriefEvent {
    /// What would be stored of an event if its rows have all that it said, which is not known.
    fileprivate init?(_ whole: WholeEvent) {
        guard Self.times.contains(whole.time), let json = try? JSON(parsing: whole.text),
            let event = try? Event(json)
        else { return nil }
        let found: BriefEvent? =
            switch event.fact {
            case .job(_, let description): BriefEvent(job: description)
            case .submitted(let reference, let submission):
                BriefEvent(reference, submission, makesJob: submission.description != nil)
            case .running(let reference, let start): BriefEvent(reference, start, isKept: true)
            case .process(let reference, let process): BriefEvent(reference, process)
            case .outcome(let reference, let outcome): BriefEvent(reference, outcome)
            default: nil
            }
        guard let found else { return nil }
        self = found
        if event.time != nil { said.insert(.time) }
    }
}
