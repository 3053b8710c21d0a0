import JobmonCore
import JobmonQueue
import JobmonTestSupport
import Testing

/// Jobs that wait for other jobs.
@Suite struct QueueWaitingTests {
    private func configuration(hearsFromMonitor: Bool = false, seed: UInt64 = 1) -> QueueState.Configuration {
        let generator = SharedGenerator(seed: seed)
        return QueueState.Configuration(
            executor: "local", policy: .retry(.init(base: 0.5)), window: 10, hearsFromMonitor: hearsFromMonitor,
            random: RandomSource { generator.next() })
    }

    private func at(_ seconds: Double) -> Moment { .seconds(seconds) }

    private func job(
        _ jid: Int64, after: [Int64] = [], status: Status = .queued, blockedBy: Int64? = nil,
        cancelRequested: Bool = false
    ) -> JobRecord {
        var record = JobRecord(
            jid: jid, queue: "q", jobKey: "k\(jid)", description: JobDescription(runfile: "/bin/true"),
            submittedDate: Timestamp(milliseconds: 0), status: status, attempts: status == .failed ? 1 : 0,
            cancelRequested: cancelRequested, instances: [])
        record.waitsFor = after
        record.blockedBy = blockedBy
        if status == .failed || status == .complete {
            record.attempts = 1
            record.instances = [
                InstanceRecord(
                    jobInstanceID: jid, instanceKey: "i\(jid)", jid: jid, retryNumber: 0, executor: "local",
                    executorID: nil, status: status, cause: status == .failed ? .exit : nil, exitCode: 1, signal: nil,
                    host: nil, bootID: nil, process: nil, submittedDate: Timestamp(milliseconds: 0), startedDate: nil,
                    finishedDate: nil, lastSeen: nil, lateSince: nil, usage: Usage(), stdoutPath: nil, stderrPath: nil,
                    returnedAttempt: false, error: nil)
            ]
        }
        return record
    }

    /// Hands what is prepared over; returns the orders.
    private func start(_ state: inout QueueState, _ actions: [QueueAction], at now: Double = 0) -> [InstanceOrder] {
        state.start(actions, at: at(now))
    }

    private func ended(_ order: InstanceOrder, _ outcome: Outcome) -> QueueFact {
        .report(.ended(instanceKey: order.instanceKey, outcome: outcome))
    }

    /// What the queue records about blocked jobs: `2<1` is blocked by job 1, `2<` is not blocked any more.
    private func blocked(_ actions: [QueueAction]) -> [String] {
        actions.flatMap { action -> [String] in
            guard case .record(let events) = action else { return [] }
            return events.compactMap {
                if case .blocked(.jid(let jid), let by) = $0.fact { "\(jid)<\(by.map(String.init) ?? "")" } else { nil }
            }
        }.sorted()
    }

    /// A user retries a job: the queue reads it from the ledger.
    private func retry(_ state: inout QueueState, _ jid: Int64, at now: Double) -> [QueueAction] {
        let change = Change(sequence: 1, kind: "retry", time: Timestamp(milliseconds: 0), jid: jid)
        let asked = state.take([.changed([change])], at: at(now))
        #expect(asked.contains(.look([jid])))
        return state.take([.known([job(jid)])], at: at(now))
    }

    @Test("a job starts when all that it waits for are complete, in whatever order they came")
    func order() {
        var state = QueueState(configuration())
        let jobs = [job(1, after: [2, 3]), job(2, after: [3]), job(3), job(4)]
        let first = start(&state, state.take([.known(jobs), .allKnown], at: at(0)))
        #expect(first.map(\.jid) == [3, 4])
        #expect(first.map(\.isAwaited) == [true, false])
        let second = start(&state, state.take([ended(first[0], .success)], at: at(1)), at: 1)
        #expect(second.map(\.jid) == [2])
        let third = start(&state, state.take([ended(second[0], .success)], at: at(2)), at: 2)
        #expect(third.map(\.jid) == [1])
    }

    @Test("what waits for a job that failed for good is not run, and says which; a retry of that job revives it")
    func failure() {
        var state = QueueState(configuration())
        let jobs = [job(1), job(2, after: [1]), job(3, after: [2]), job(4), job(5, after: [4, 2])]
        let first = start(&state, state.take([.known(jobs), .allKnown], at: at(0)))
        #expect(first.map(\.jid) == [1, 4])
        let failed = state.take([ended(first[0], .failure())], at: at(1))
        #expect(blocked(failed) == ["2<1", "3<1", "5<1"])
        #expect(state.currentCounts.cancelled == 3 && state.currentCounts.failed == 1)
        #expect(state.sanityCheck() == [])
        let retried = retry(&state, 1, at: 2)
        #expect(blocked(retried) == ["2<", "3<", "5<"])
        let again = start(&state, retried, at: 2)
        #expect(again.map(\.jid) == [1])
        let freed = start(&state, state.take([ended(again[0], .success)], at: at(3)), at: 3)
        #expect(freed.map(\.jid) == [2])
        let last = start(
            &state, state.take([ended(freed[0], .success), ended(first[1], .success)], at: at(4)), at: 4)
        #expect(last.map(\.jid) == [3, 5])
    }

    @Test("a job is blocked as long as any of those that it waits for has failed")
    func twoFailures() {
        var state = QueueState(configuration())
        let first = start(
            &state, state.take([.known([job(1), job(2), job(3, after: [1, 2]), job(4)]), .allKnown], at: at(0)))
        _ = state.take([ended(first[0], .failure()), ended(first[1], .failure())], at: at(1))
        #expect(state.currentCounts.cancelled == 1)
        let retried = retry(&state, 1, at: 2)
        #expect(blocked(retried) == ["3<2"] || blocked(retried).isEmpty)
        #expect(state.currentCounts.cancelled == 1)
        let both = retry(&state, 2, at: 3)
        #expect(blocked(both) == ["3<"])
        #expect(state.sanityCheck() == [])
    }

    @Test("a queue that ends tells how many jobs were not run")
    func summary() {
        var state = QueueState(configuration())
        let first = start(&state, state.take([.known([job(1), job(2, after: [1])]), .allKnown], at: at(0)))
        let actions = state.take([ended(first[0], .failure()), .report(.unacknowledged(0))], at: at(1))
        var summary: QueueSummary?
        for case .finished(let finished) in actions { summary = finished }
        #expect(summary?.ending == .done)
        #expect(summary?.blocked == QueueSummary.Blocked(count: 1, jid: 2, by: 1))
        #expect(summary?.counts.cancelled == 1)
        // It has no attempt of its own to be retried.
        #expect(state.unsuccessful == [1])
    }

    @Test("a new queue comes to the same from the ledger: what failed meanwhile blocks, what was retried does not")
    func restart() {
        var state = QueueState(configuration())
        let failed = state.take(
            [.known([job(1, status: .failed), job(2, after: [1]), job(3, after: [2]), job(4)]), .allKnown], at: at(0))
        #expect(blocked(failed) == ["2<1", "3<1"])
        var next = QueueState(configuration())
        let jobs = [
            job(1), job(2, after: [1], status: .cancelled, blockedBy: 1),
            job(3, after: [2], status: .cancelled, blockedBy: 1),
        ]
        let retried = next.take([.known(jobs), .allKnown], at: at(0))
        #expect(blocked(retried) == ["2<", "3<"])
        let started = start(&next, retried)
        #expect(started.map(\.jid) == [1])
        var done = QueueState(configuration())
        let complete = done.take([.known([job(1, status: .complete), job(2, after: [1])]), .allKnown], at: at(0))
        let rest = start(&done, complete)
        #expect(rest.map(\.jid) == [2])
    }

    @Test("what waits for a cancelled job is not run")
    func cancelled() {
        var state = QueueState(configuration())
        let jobs = [job(1), job(2, after: [1]), job(3, after: [2])]
        _ = start(&state, state.take([.known(jobs), .allKnown], at: at(0)))
        let change = Change(sequence: 1, kind: "cancel", time: Timestamp(milliseconds: 0), jid: 2)
        let actions = state.take([.changed([change])], at: at(1))
        #expect(blocked(actions) == ["3<2"])
        #expect(state.currentCounts.cancelled == 2)
        #expect(state.sanityCheck() == [])
    }

    @Test("a chain of a hundred thousand jobs is blocked and freed at once")
    func longChain() {
        var state = QueueState(configuration())
        let jobs = (1...100_000).map { job(Int64($0), after: $0 > 1 ? [Int64($0 - 1)] : []) }
        _ = state.take([.known(jobs), .allKnown], at: at(0))
        let change = Change(sequence: 1, kind: "cancel", time: Timestamp(milliseconds: 0), jid: 2)
        _ = state.take([.changed([change])], at: at(1))
        #expect(state.currentCounts.cancelled == 99_999)
    }

    // MARK: Random schedules

    private static let blocks = 10
    private static let seedsInABlock = 40

    @Test(
        "when queue and supervisor die at any moment, no job starts before those that it waits for",
        arguments: 0..<blocks)
    func survivesDeaths(_ block: Int) {
        for seed in UInt64(block * Self.seedsInABlock)..<UInt64((block + 1) * Self.seedsInABlock) {
            var random = SeededGenerator(seed: seed)
            var upstream: [Int64: [Int64]] = [:]
            for jid in 2...15 as ClosedRange<Int64> {
                upstream[jid] = (1..<jid).filter { _ in Int.random(in: 0..<7, using: &random) == 0 }
            }
            let failing = Int64.random(in: 1...20, using: &random)
            var world = QueueWorld(
                seed: seed,
                cluster: ScriptedCluster(slots: 4) { order in
                    ScriptedCluster.Script(
                        startsAfter: Int(order.jid % 2), runsFor: 1 + Int(order.jid % 4),
                        outcome: order.jid == failing ? .failure() : .success)
                },
                configuration: configuration(hearsFromMonitor: seed % 3 == 0, seed: seed),
                jobs: (0..<15).map { _ in JobDescription(runfile: "/bin/true", maxAttempts: 2) }, upstream: upstream)
            world.survive()
            let wrong = world.verdict()
            #expect(wrong.isEmpty, "seed \(seed)")
            #expect(world.summary?.ending == .done, "seed \(seed)")
            check(world, upstream, seed)
        }
    }

    /// Each job is COMPLETE, or has failed, or waits for one that has.
    private func check(_ world: QueueWorld, _ upstream: [Int64: [Int64]], _ seed: UInt64) {
        let records = Dictionary(uniqueKeysWithValues: world.ledger.records.map { ($0.jid, $0) })
        for record in world.ledger.records {
            let needed = (upstream[record.jid] ?? []).compactMap { records[$0] }
            let isBlocked = needed.contains { $0.status != .complete }
            #expect((record.blockedBy != nil) == isBlocked, "seed \(seed), job \(record.jid)")
            #expect((record.status == .cancelled) == isBlocked, "seed \(seed), job \(record.jid)")
            if let blocker = record.blockedBy {
                #expect(records[blocker]?.status == .failed, "seed \(seed), job \(record.jid)")
                #expect(record.instances.isEmpty, "seed \(seed), job \(record.jid)")
            }
        }
    }
}
