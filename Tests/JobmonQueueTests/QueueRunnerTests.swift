import JobmonCore
import JobmonQueue
import JobmonTestSupport
import Synchronization
import Testing

/// The loop around the queue, with a scripted executor and real time.
@Suite(.timeLimit(.minutes(20))) struct QueueRunnerTests {
    private func runner(
        _ ledger: TestLedger, window: Int = 50, haltAfter: Int? = nil, changes: AsyncStream<[Change]>? = nil
    ) -> QueueRunner {
        QueueRunner(
            queue: "q",
            configuration: QueueState.Configuration(
                executor: "local", policy: .retry(.init(base: 0.01, jitter: 0)), window: window, haltAfter: haltAfter),
            environment: ledger.environment(window: window, changes: changes ?? AsyncStream { _ in }))
    }

    private func jobs(_ count: Int, retries: Int = 0, _ command: String = "/bin/true") -> [NewJob] {
        (0..<count).map {
            NewJob(key: "k\($0)", description: JobDescription(runfile: command, maxAttempts: retries + 1))
        }
    }

    @Test("every job runs once and is recorded, and the same jobs again do not run again")
    func runsAndGoesOn() async throws {
        let ledger = TestLedger(executor: ScriptedExecutor(slots: 8))
        let summary = try await runner(ledger).run(jobs(300))
        #expect(summary.ending == .done)
        #expect(summary.counts.complete == 300)
        #expect(ledger.records.allSatisfy { $0.status == .complete && $0.instances.count == 1 })
        let second = try await runner(ledger).run(jobs(310))
        #expect(second.counts.complete == 310)
        #expect(ledger.records.allSatisfy { $0.instances.count == 1 })
        let round = try await runner(ledger).run(jobs(5), again: true)
        #expect(round.counts.complete == 5)
        #expect(round.left.open == 0)
        #expect(ledger.records.compactMap(\.jobKey).filter { $0.hasSuffix("#2") }.count == 5)
        #expect(ledger.executor.violations.isEmpty)
        #expect(ledger.contradictions.isEmpty)
    }

    @Test("failed jobs stay failed, unless they get more attempts")
    func growsAttempts() async throws {
        let executor = ScriptedExecutor(slots: 4) { order in
            ScriptedCluster.Script(outcome: order.retryNumber < 2 ? .failure() : .success)
        }
        let ledger = TestLedger(executor: executor)
        let first = try await runner(ledger).run(jobs(3, retries: 1))
        #expect(first.counts.failed == 3)
        #expect(first.failures.map(\.attempts) == [2, 2, 2])
        let same = try await runner(ledger).run(jobs(3, retries: 1))
        #expect(same.counts.failed == 3)
        #expect(same.failures.map(\.jid) == [1, 2, 3])
        let more = try await runner(ledger).run(jobs(3, retries: 2))
        #expect(more.counts.complete == 3)
        #expect(ledger.records.allSatisfy { $0.instances.count == 3 })
    }

    @Test("jobs are added while the queue runs, and whenIdle answers repeatedly")
    func isFed() async throws {
        let executor = ScriptedExecutor(slots: 4) { order in
            ScriptedCluster.Script(outcome: order.jid == 2 ? .failure() : .success)
        }
        let ledger = TestLedger(executor: executor)
        let runner = runner(ledger)
        let feed = JobFeed()
        async let ended = runner.run(feed)
        #expect(try await feed.whenIdle().counts.total == 0)
        // One by one, at the same time; one of them is invalid.
        try await withThrowingTaskGroup(of: Int.self) { group in
            for job in jobs(40) { group.addTask { try await feed.add([job]).count } }
            for try await count in group { #expect(count == 1) }
        }
        let first = try await feed.whenIdle()
        #expect(first.counts.complete == 39 && first.counts.failed == 1)
        // The result is in the ledger by then.
        #expect(ledger.records.filter { $0.status == .complete }.count == 39)
        #expect(try await feed.add(jobs(50)).count == 50)
        #expect(try await feed.whenIdle().counts.total == 50)
        feed.close()
        #expect(try await ended.counts.total == 50)
        await #expect(throws: Problem.self) { try await feed.whenIdle() }
        #expect(ledger.executor.violations.isEmpty)
    }

    @Test("whenIdle of a queue that is stopped throws")
    func stopsUnderWhoWaits() async throws {
        let ledger = TestLedger(executor: ScriptedExecutor(slots: 3) { _ in ScriptedCluster.Script(runsFor: nil) })
        let runner = runner(ledger)
        let feed = JobFeed()
        async let ended = runner.run(feed)
        _ = try await feed.add(jobs(2))
        async let isRefused = refusesToWait(feed)
        try await waitUntil("they run") { runner.counts.running == 2 }
        runner.requestStop()
        #expect(await isRefused)
        #expect(try await ended.ending == .stopped)
    }

    private func refusesToWait(_ feed: JobFeed) async -> Bool {
        do throws(Problem) { _ = try await feed.whenIdle() } catch { return true }
        return false
    }

    @Test("a stop ends what runs, gives the attempts back, and the next run continues")
    func stops() async throws {
        let slow = ScriptedExecutor(slots: 3) { _ in ScriptedCluster.Script(runsFor: nil) }
        let ledger = TestLedger(executor: slow)
        let runner = runner(ledger, window: 6)
        async let summary = runner.run(jobs(20))
        try await waitUntil("three run") { runner.counts.running == 3 }
        runner.requestStop()
        let stopped = try await summary
        #expect(stopped.ending == .stopped)
        #expect(stopped.counts.queued == 20)
        let records = ledger.records
        #expect(records.allSatisfy { $0.status == .queued && $0.attempts == 0 })
        #expect(records.flatMap(\.instances).allSatisfy { $0.status == .cancelled && $0.returnedAttempt })
    }

    @Test("the supervisor dies under the queue: what ran is tried again, what waited continues")
    func survivesALoss() async throws {
        let executor = ScriptedExecutor(slots: 3) { order in
            // The first time, long enough to be lost.
            ScriptedCluster.Script(runsFor: order.retryNumber == 0 && order.jid <= 3 ? nil : 1)
        }
        let ledger = TestLedger(executor: executor)
        let runner = runner(ledger, window: 6)
        async let summary = runner.run(jobs(20))
        try await waitUntil("three run") { runner.counts.running == 3 }
        executor.loseSupervisor()
        let done = try await summary
        #expect(done.counts.complete == 20)
        #expect(executor.violations.isEmpty)
        for record in ledger.records {
            #expect(record.instances.map(\.status) == (record.jid <= 3 ? [.failed, .complete] : [.complete]))
            #expect(record.attempts == 1)
        }
    }

    @Test("neither monitor nor spool accepts a fact: nothing starts until one does")
    func waitsForTheSink() async throws {
        let ledger = TestLedger(executor: ScriptedExecutor(slots: 4))
        ledger.fail([.failed(Problem(.unavailable, "the disk is full")), .spooled])
        let summary = try await runner(ledger).run(jobs(1))
        #expect(summary.ending == .done)
    }

    @Test("cancelled and retried by others, through the monitor's changes")
    func heedsChanges() async throws {
        let (changes, publish) = AsyncStream<[Change]>.makeStream(bufferingPolicy: .unbounded)
        let executor = ScriptedExecutor(slots: 1) { order in
            ScriptedCluster.Script(runsFor: order.jid == 1 && order.retryNumber == 0 ? nil : 1)
        }
        let ledger = TestLedger(executor: executor)
        let runner = runner(ledger, window: 1, changes: changes)
        async let summary = runner.run(jobs(3))
        try await waitUntil("one runs") { runner.counts.running == 1 && runner.counts.total == 3 }
        func say(_ kind: String, _ jid: Int64) {
            if kind == "retry" { ledger.retry(jid) } else { ledger.cancel(jid) }
            publish.yield([Change(sequence: 1, kind: kind, time: Timestamp(milliseconds: 0), jid: jid)])
        }
        say("cancel", 3)
        try await waitUntil("the waiting one is cancelled") { runner.counts.cancelled == 1 }
        say("retry", 3)
        try await waitUntil("it is queued again") { runner.counts.cancelled == 0 }
        say("cancel", 1)
        let done = try await summary
        #expect(done.counts.complete == 2)
        #expect(done.counts.cancelled == 1)
    }

    @Test("a retry that is acknowledged before the last job ends is run, however late the monitor's word of it comes")
    func heedsALateRetry() async throws {
        let executor = ScriptedExecutor(slots: 2) { order in
            if order.jid == 2 { return ScriptedCluster.Script(runsFor: 300) }
            return ScriptedCluster.Script(outcome: order.retryNumber == 0 ? .failure() : .success)
        }
        let ledger = TestLedger(executor: executor)
        let runner = runner(ledger, window: 2)
        async let summary = runner.run(jobs(2))
        try await waitUntil("the first has failed") { ledger.records.first?.status == .failed }
        ledger.retry(1)
        let done = try await summary
        #expect(done.counts.complete == 2)
        #expect(done.failures.isEmpty)
        #expect(ledger.records.map(\.status) == [.complete, .complete])
        #expect(executor.violations.isEmpty)
    }

    @Test("the word of a retry that was seen in the ledger already gives no attempt more")
    func countsARetryOnce() async throws {
        let (changes, publish) = AsyncStream<[Change]>.makeStream(bufferingPolicy: .unbounded)
        let executor = ScriptedExecutor(slots: 2) { order in
            if order.jid == 2 { return ScriptedCluster.Script(runsFor: 200) }
            return ScriptedCluster.Script(runsFor: order.retryNumber == 0 ? 1 : 300, outcome: .failure())
        }
        let ledger = TestLedger(executor: executor)
        let runner = runner(ledger, window: 2, changes: changes)
        async let summary = runner.run(jobs(2))
        try await waitUntil("the first has failed") { ledger.records.first?.status == .failed }
        ledger.retry(1)
        try await waitUntil("its second attempt runs") { ledger.records.first?.instances.count == 2 }
        publish.yield([Change(sequence: 1, kind: "retry", time: Timestamp(milliseconds: 0), jid: 1)])
        let done = try await summary
        #expect(done.counts.failed == 1)
        #expect(ledger.records.first?.instances.count == 2)
    }

    @Test("a ledger that is behind, or can't be read, retries nothing and holds up no end")
    func trustsNoOldLedger() async throws {
        let ledger = TestLedger(
            executor: ScriptedExecutor(slots: 1) { _ in ScriptedCluster.Script(outcome: .failure()) })
        ledger.forgetEnds()
        let behind = try await runner(ledger, window: 1).run(jobs(1))
        #expect(behind.counts.failed == 1)
        #expect(ledger.records.first?.instances.count ?? 0 <= 1)

        let silent = TestLedger(
            executor: ScriptedExecutor(slots: 1) { _ in ScriptedCluster.Script(outcome: .failure()) })
        silent.answersNothingFromTheEnd()
        let done = try await runner(silent, window: 1).run(jobs(1))
        #expect(done.counts.failed == 1)
    }

    @Test("a job without an attempt runs as it was given last, and the ledger says the same")
    func runsAsGivenLast() async throws {
        let ledger = TestLedger(
            executor: ScriptedExecutor(slots: 1) { order in
                ScriptedCluster.Script(outcome: order.description.runfile == "/bin/new" ? .success : .failure())
            })
        let halted = try await runner(ledger, window: 1, haltAfter: 1).run(jobs(3, "/bin/old"))
        #expect(halted.ending == .halted)
        #expect(ledger.records.map(\.instances.count) == [1, 0, 0])
        let done = try await runner(ledger, window: 1).run(jobs(3, retries: 1, "/bin/new"))
        #expect(done.counts.complete == 2)
        #expect(ledger.records.map(\.description.runfile) == ["/bin/old", "/bin/new", "/bin/new"])
        #expect(ledger.records.map(\.status) == [.failed, .complete, .complete])
    }

    @Test("5,000 jobs: what the queue itself costs")
    func costs() async throws {
        let ledger = TestLedger(executor: ScriptedExecutor(slots: 500))
        let summary = try await runner(ledger, window: 1000).run(jobs(5000))
        #expect(summary.counts.complete == 5000)
    }
}
