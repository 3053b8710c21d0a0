import JobmonCore
import JobmonLedger
import Testing

/// Whatever the order in which the facts of an instance arrive, it has one outcome, and always the same one.
@Suite(.timeLimit(.minutes(20)))
struct OrderTests {
    enum Said: String, CaseIterable, Hashable {
        case submitted, running, process, complete, failed, heartbeat

        func fact(_ key: String) -> Fact {
            switch self {
            case .submitted: .attempt(key, of: key)
            case .running: .running(key)
            case .process: .process(.key(key), ProcessIdentity(pid: 100, started: 7))
            case .complete: .complete(key)
            case .failed: .failed(key)
            case .heartbeat: .heartbeat([.key(key)])
            }
        }

        /// Each happened at its own time, whenever it arrives.
        func time(_ base: Timestamp) -> Timestamp {
            base.advanced(bySeconds: Double(Self.allCases.firstIndex(of: self) ?? 0))
        }
    }

    /// Every order of every set of facts that contains `submitted`.
    static let orders: [[Said]] = {
        var orders: [[Said]] = []
        func extend(_ order: [Said]) {
            if order.contains(.submitted) { orders.append(order) }
            for next in Said.allCases where !order.contains(next) { extend(order + [next]) }
        }
        extend([])
        return orders
    }()

    @Test(arguments: [true, false])
    func everyOrderEndsTheSame(oneBatch: Bool) async throws {
        let clock = ManualClock()
        let ledger = try SQLiteLedger.open(.memory, time: clock.source)
        var sender = Sender("s")
        var said: [Event] = []
        for (index, order) in Self.orders.enumerated() {
            let key = "i\(index)"
            var events = [sender.say(.job(key))]
            events += order.map { sender.say($0.fact(key), at: $0.time(clock.now)) }
            said += events
            if oneBatch {
                _ = try await ledger.record(events)
            } else {
                for event in events { _ = try await ledger.record([event]) }
            }
        }

        // The facts that count and the first outcome determine everything that is recorded.
        let final = try await ledger.query(
            """
            SELECT i.instance_key, i.status, i.cause, i.exit_code, i.host, i.pid, i.pid_started, i.submitted_date,
                i.started_date, i.finished_date, i.late_since, i.wallclock, i.cpu, i.maxrss, j.status, j.attempts,
                (SELECT description FROM error e WHERE e.job_instance_id = i.job_instance_id),
                (SELECT group_concat(status || ' ' || status_time, ',') FROM
                    (SELECT status, status_time FROM job_status s WHERE s.job_instance_id = i.job_instance_id
                    ORDER BY status))
            FROM job_instance i JOIN job j USING (jid) ORDER BY i.job_instance_id
            """, limits: QueryLimits())
        #expect(final.rows.count == Self.orders.count)
        var seen: [Set<Said>: [JSON]] = [:]
        for (order, row) in zip(Self.orders, final.rows) {
            var facts = Set(order)
            let winner = order.first { $0 == .complete || $0 == .failed }
            if winner == .complete { facts.remove(.failed) }
            if winner == .failed { facts.remove(.complete) }
            facts.remove(.heartbeat)
            let told = Array(row.dropFirst())
            if let before = seen[facts] {
                #expect(told == before, "\(order.map(\.rawValue))")
            } else {
                seen[facts] = told
            }
            let expected: Status =
                switch winner {
                case .complete?: .complete
                case .failed?: .failed
                default: order.contains(.running) ? .running : .submitted
                }
            #expect(told.first == .int(Int64(expected.rawValue)), "\(order.map(\.rawValue))")
        }
        try await ledger.checkInvariants()

        // All facts again in another order: nothing changes.
        let before = try await ledger.dump()
        let again = said.reversed().filter { event in
            if case .heartbeat = event.fact { false } else { true }
        }
        let repeated = try await ledger.record(Array(again))
        #expect(repeated.changes.isEmpty)
        #expect(try await ledger.dump() == before)
    }

    /// Facts of several instances of one job, shuffled; each may be sent twice by several senders.
    @Test(arguments: 0..<40)
    func anyMixtureKeepsTheInvariants(seed: UInt64) async throws {
        var random = Seeded(state: seed)
        let clock = ManualClock()
        let ledger = try SQLiteLedger.open(.memory, time: clock.source)
        var senders = [Sender("a"), Sender("b")]
        var events: [Event] = []
        for job in ["x", "y"] {
            events.append(senders[0].say(.job(job, maxAttempts: 2)))
            for attempt in 0..<3 {
                let key = "\(job)\(attempt)"
                let facts: [Fact] = [
                    .attempt(key, of: job), .running(key), .complete(key), .failed(key), .lost(key),
                    .cancelled(key, returnsAttempt: true), .running(key, pid: nil),
                ]
                for fact in facts where Bool.random(using: &random) {
                    events.append(senders[Int.random(in: 0...1, using: &random)].say(fact))
                }
            }
            if Bool.random(using: &random) { events.append(senders[1].say(.cancel(.key(queue: "q", key: job)))) }
            if Bool.random(using: &random) { events.append(senders[1].say(.retry(.key(queue: "q", key: job)))) }
        }
        events.shuffle(using: &random)
        var changes: [Change] = []
        var rest = events[...]
        while !rest.isEmpty {
            let count = min(rest.count, Int.random(in: 1...5, using: &random))
            changes += try await ledger.record(Array(rest.prefix(count))).changes
            rest = rest.dropFirst(count)
        }
        try await ledger.checkInvariants()
        #expect(changes.map(\.sequence) == changes.map(\.sequence).sorted())
        #expect(try await ledger.changes(after: 0, limit: 1000) == changes)
        // A job's status is what the rule derives from its rows.
        for job in try await ledger.jobs(JobFilter(), page: Page()).items {
            let retried =
                try await ledger.rows(
                    "SELECT retried_instance_id = latest_instance_id FROM job WHERE jid = \(job.jid)") == ["1"]
            let standing = JobStanding(
                attempts: job.attempts, maxAttempts: job.description.maxAttempts,
                cancelRequested: job.cancelRequested, anyComplete: job.instances.contains { $0.status == .complete },
                latest: job.instances.last?.status,
                latestReturnedAttempt: job.instances.last?.returnedAttempt == true || retried)
            #expect(job.status == standing.status)
        }
        let before = try await ledger.dump()
        #expect(try await ledger.record(events.shuffled(using: &random)).changes.isEmpty)
        #expect(try await ledger.dump() == before)
    }
}

/// A generator whose numbers are repeatable (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
