import JobmonCore

/// The one writer: takes batches of events into the file, each in one transaction. Belongs to the connection that it was
/// made with, and is used only where that is used.
final class Recorder {
    let connection: Connection
    let time: TimeSource
    let statements: RecorderStatements
    /// What must be right after a rollback too.
    private var position: Position
    var batch: Batch
    var cache = StateCache()
    var groups = GroupBook()
    var rules = RuleBook()
    private var senders = SenderBook()
    /// Stores every event with its text, as earlier versions did. Tests compare the two.
    var keepsTexts = false
    private struct Position {
        var nextSequence: Int64
        /// Events that wait for their instance or job.
        var early: Int
        /// The highest number that the sender of a whole event gave it.
        var highestWhole: Int64
    }

    var highestWhole: Int64 { position.highestWhole }

    init(_ connection: Connection, time: TimeSource) throws(SQLiteFailure) {
        self.connection = connection
        self.time = time
        statements = try RecorderStatements(connection)
        let last = try SummaryQueries(connection).lastSequence()
        let early = try connection.number("SELECT count(*) FROM event_whole WHERE outcome = 'early'") ?? 0
        let highest = try connection.number("SELECT max(sender_seq) FROM event_whole WHERE sender IS NOT NULL") ?? -1
        position = Position(nextSequence: last + 1, early: Int(early), highestWhole: highest)
        batch = Batch(now: time.now())
    }

    /// Records events in one transaction. When one of them can't be stored for its own sake, the batch is done again
    /// with each event on its own, so that its neighbours are not touched.
    func record(_ events: [Event]) throws -> RecordedBatch {
        do {
            return try record(events, eachAlone: false)
        } catch let failure as SQLiteFailure where failure.concernsOneStatement {
            return try record(events, eachAlone: true)
        }
    }

    private func record(_ events: [Event], eachAlone: Bool) throws -> RecordedBatch {
        let before = position
        do {
            return try connection.inTransaction {
                batch = Batch(now: time.now())
                var results: [EventResult] = []
                results.reserveCapacity(events.count)
                for event in events {
                    results.append(eachAlone ? try takeAlone(event) : try take(event))
                }
                try finishBatch()
                return RecordedBatch(results: results, changes: batch.changes)
            }
        } catch {
            position = before
            forgetKept()
            throw error
        }
    }

    /// What can be said only at the end: when the statuses were recorded, and how many jobs have which.
    func finishBatch() throws(SQLiteFailure) {
        cache.forget(over: try writeChanged())
        let recorded = time.now().description
        for row in batch.statuses {
            try statements.insertStatus.put(row.jid).put(row.instance).put(row.status.rawValue)
                .put(row.time.description).put(recorded).run()
        }
        for (queue, counts) in batch.tally {
            for (what, change) in counts.enumerated() where change != 0 {
                try statements.updateTally.put(change).put(queue).put(what).run()
                if connection.changedRows == 0 {
                    try statements.insertTally.put(queue).put(what).put(change).run()
                }
            }
        }
        try batch.groups.write(self)
        try writeDeliveries()
    }

    /// Nothing that was kept in memory may outlive a rollback.
    func forgetKept() {
        cache = StateCache()
        groups.empty()
        rules.empty()
        senders.empty()
    }

    /// Takes an event in between savepoints; one that can't be stored is refused, and kept without what it did.
    private func takeAlone(_ event: Event) throws(SQLiteFailure) -> EventResult {
        let before = (position, batch)
        try connection.execute("SAVEPOINT alone")
        do throws(SQLiteFailure) {
            let result = try take(event)
            try writeChanged()
            try connection.execute("RELEASE alone")
            return result
        } catch {
            guard error.concernsOneStatement else { throw error }
            (position, batch) = before
            forgetKept()
            try connection.execute("ROLLBACK TO alone")
            try connection.execute("RELEASE alone")
            let problem = Problem(
                .internalError, "the event could not be recorded: \(error.message)",
                hint: "it is kept as evidence; please report this as a fault of the ledger")
            return try store(event, Verdict(refused: problem))
        }
    }

    private func take(_ event: Event) throws(SQLiteFailure) -> EventResult {
        if case .heartbeat(let instances) = event.fact {
            // It looks at the rows themselves.
            try writeChanged()
            return try heartbeat(instances, time: event.time ?? batch.now)
        }
        if let identity = event.identity, let known = try earlierResult(of: identity) { return known }
        return try store(event, try decide(event.fact, at: event.time ?? batch.now))
    }

    /// The state machine decides what a fact does, and it is done.
    func decide(_ fact: Fact, at time: Timestamp) throws(SQLiteFailure) -> Verdict {
        switch fact {
        case .job(let reference, let description): try queueJob(reference, description, at: time)
        case .submitted(let reference, let submission): try submit(reference, submission, at: time)
        case .running(let reference, let start): try run(reference, start, at: time)
        case .process(let reference, let process): try name(process, of: reference)
        case .outcome(let reference, let outcome): try end(reference, outcome, at: time)
        case .retry(let reference, let resources): try retry(reference, resources: resources)
        case .cancel(let reference): try cancel(reference, at: time)
        case .blocked(let reference, let blocker): try block(reference, by: blocker)
        case .forget(let reference): try forget(reference, at: time)
        case .group(let number, let change): try apply(change, to: number, at: time)
        case .error(let reference, let said): try report(said, of: reference)
        case .run(let queue, let relaunch): try beginRun(of: queue, by: relaunch, at: time)
        case .set(let queue, let setting): try set(queue, setting)
        case .heartbeat: Verdict(.repeat)
        case .unreadable(_, let problem): Verdict(refused: problem)
        }
    }

    // MARK: - The event's own row

    /// Writes the event's row, publishes what it changed, and applies what has waited for it.
    func store(_ event: Event, _ verdict: Verdict) throws(SQLiteFailure) -> EventResult {
        let sequence = position.nextSequence
        position.nextSequence += 1
        let time = event.time ?? batch.now
        let mayBeBrief =
            !keepsTexts && verdict.changed && verdict.cause == nil && BriefEvent.times.contains(time)
        let brief = mayBeBrief ? verdict.brief : nil
        if let brief {
            try store(brief, of: event, at: time, verdict, sequence)
        } else {
            try storeWhole(event, at: time, verdict, sequence)
        }
        batch.deliveries.note(sequence, event.identity, isBrief: brief != nil)
        if let identity = event.identity { senders.note(identity) }
        if verdict.outcome == .early { position.early += 1 }
        if verdict.changed { batch.changes.append(verdict.change(sequence, event.fact.kind, time)) }
        if position.early > 0, let created = verdict.created { try applyEarly(created) }
        return verdict.result(sequence)
    }

    /// As it was said, with what it did.
    private func storeWhole(
        _ event: Event, at time: Timestamp, _ verdict: Verdict, _ sequence: Int64
    ) throws(SQLiteFailure) {
        var body: [UInt8] = []
        event.write(to: &body)
        try statements.insertEvent
            .put(.seq, sequence).put(.sender, event.identity?.sender).put(.senderSeq, event.identity?.seq)
            .put(.time, time == batch.now ? batch.nowText : time.description).put(.recordedTime, batch.nowText)
            .put(.kind, event.fact.kind).put(.jid, verdict.jid).put(.jobInstanceId, verdict.instanceID)
            .put(.outcome, verdict.outcome.rawValue).put(.body, UTF8Bytes(bytes: body))
            .put(.problem, verdict.problem?.stored).put(.changed, verdict.changed)
            .put(.status, verdict.status?.rawValue).put(.jobStatus, verdict.jobStatus?.rawValue)
            .put(.cause, verdict.cause?.rawValue).put(.instanceKey, verdict.awaited?.instanceKey)
            .put(.queue, verdict.awaited?.queue).put(.jobKey, verdict.awaited?.jobKey).run()
        position.highestWhole = max(position.highestWhole, event.identity?.seq ?? -1)
    }

    /// Without what rows have of it.
    private func store(
        _ brief: BriefEvent, of event: Event, at time: Timestamp, _ verdict: Verdict, _ sequence: Int64
    ) throws(SQLiteFailure) {
        let said = event.time == nil ? brief.said : brief.said.union(.time)
        try statements.insertBrief
            .put(sequence).put(brief.kind.rawValue).put(verdict.jid).put(verdict.instanceID)
            .put(time.milliseconds - batch.now.milliseconds).put(verdict.status?.rawValue)
            .put(verdict.jobStatus?.rawValue).put(said.rawValue)
            .put(brief.rest.isEmpty ? nil : JSON.object(brief.rest).text).run()
    }

    /// The number of a sender in the file.
    func senderID(_ name: String) throws(SQLiteFailure) -> Int64 { try senders.id(of: name, self) }

    /// Who sent the batch's brief events, and when they were recorded.
    private func writeDeliveries() throws(SQLiteFailure) {
        for delivery in batch.deliveries.all where delivery.isNeeded {
            var sender: Int64?
            if let identity = delivery.identity { sender = try senderID(identity.sender) }
            try statements.insertDelivery
                .put(delivery.sequence).put(delivery.count).put(batch.now.milliseconds).put(sender)
                .put(delivery.identity?.seq).run()
        }
        senders.trim()
    }

    /// What became of the event of this identity when it came first; nil when it did not come yet.
    private func earlierResult(of identity: EventIdentity) throws(SQLiteFailure) -> EventResult? {
        let known = try senders.known(identity.sender, self)
        if identity.seq <= known.inDeliveries, let sequence = try deliveredSequence(of: identity, known.id),
            let found = try statements.findBrief.put(sequence).first({ row in
                EventResult(
                    outcome: .repeat, jid: row.optionalInt(), jobInstanceID: row.optionalInt(), sequence: sequence)
            })
        {
            return found
        }
        guard identity.seq <= known.whole else { return nil }
        return try statements.findEvent.put(identity.sender).put(identity.seq).first { row in
            let sequence = row.int()
            let refused = row.text() == EventResult.Outcome.refused.rawValue
            return EventResult(
                outcome: refused ? .refused : .repeat, jid: row.optionalInt(), jobInstanceID: row.optionalInt(),
                problem: row.optionalText().map(Problem.init(stored:)), sequence: sequence)
        }
    }

    /// The number that an event got when it was delivered. Events in a delivery may be stored whole, and one that was early
    /// has another number by now: then there is no brief event of this number.
    private func deliveredSequence(of identity: EventIdentity, _ sender: Int64?) throws(SQLiteFailure) -> Int64? {
        if let sequence = batch.deliveries.sequence(of: identity) { return sequence }
        guard let sender else { return nil }
        return try statements.findDelivery.put(sender).put(identity.seq).first { row in
            let first = row.int()
            let offset = identity.seq - row.int()
            return offset < row.int() ? first + offset : nil
        } ?? nil
    }

    /// Applies the events that waited for an instance or a job that is there now, in the order in which they came.
    /// Each gets a new sequence number: the stream's order is that in which things took effect, and whoever reads on
    /// from a number misses nothing.
    private func applyEarly(_ created: Verdict.Subject) throws(SQLiteFailure) {
        let waiting = try statements.findEarly.put(created.instanceKey).put(created.queue).put(created.jobKey).all {
            row in (sequence: row.int(), time: row.time(), body: row.text())
        }
        for early in waiting {
            let event: Event
            do {
                event = try Event(JSON(parsing: early.body))
            } catch {
                let problem = Problem(.invalid, "the event could not be read again: \(error)")
                try settle(early.sequence, Verdict(refused: problem), kind: "", time: early.time)
                continue
            }
            let time = event.time ?? early.time
            try settle(early.sequence, try decide(event.fact, at: time), kind: event.fact.kind, time: time)
        }
    }

    /// Writes what became of an early event into its row.
    private func settle(
        _ earlier: Int64, _ verdict: Verdict, kind: String, time: Timestamp
    ) throws(SQLiteFailure) {
        // It may wait once more: a `submitted` that has its job now is never early, but stay on the safe side.
        if verdict.outcome == .early { return }
        let sequence = position.nextSequence
        position.nextSequence += 1
        position.early -= 1
        try statements.settleEvent
            .put(.seq, sequence).put(.jid, verdict.jid).put(.jobInstanceId, verdict.instanceID)
            .put(.outcome, verdict.outcome.rawValue).put(.problem, verdict.problem?.stored)
            .put(.changed, verdict.changed).put(.status, verdict.status?.rawValue)
            .put(.jobStatus, verdict.jobStatus?.rawValue).put(.cause, verdict.cause?.rawValue)
            .put(.earlier, earlier).run()
        if verdict.changed { batch.changes.append(verdict.change(sequence, kind, time)) }
        if position.early > 0, let created = verdict.created { try applyEarly(created) }
    }
}
