import JobmonCore
import JobmonLedger
import JobmonTestSupport
import Testing

@testable import JobmonMonitor

/// The wait of the writer for senders that will be there in a moment, after a slow commit.
@Suite(.timeLimit(.minutes(20)))
struct WriterGatheringTests {
    typealias Hold = WriterTests.Hold

    private func faulty() throws -> FaultyLedger { FaultyLedger(try SQLiteLedger.open(.memory, time: .system)) }

    /// Holds a commit of one event until `others` requests wait and it has taken longer than any wait.
    private func slowCommit(
        _ writer: EventWriter, _ ledger: FaultyLedger, others: Int, named name: String,
        afterFirst: @escaping @Sendable () async throws -> Void = {}
    ) async throws {
        let hold = Hold()
        ledger.setAtNextCall(.waitBefore(hold.wait))
        let begun = ContinuousClock.now
        try await withThrowingTaskGroup { group in
            group.addTask {
                #expect(try await writer.record([Facts.submitted("\(name)-first")]).map(\.outcome) == [.recorded])
                try await afterFirst()
            }
            try await waitUntil("the commit runs") { hold.isWaiting }
            for number in 0..<others {
                group.addTask {
                    let results = try await writer.record([Facts.submitted("\(name)-\(number)")])
                    #expect(results.map(\.outcome) == [.recorded])
                }
            }
            try await waitUntil("the others wait") { writer.statistics.waitingEvents == 1 + others }
            try await waitUntil("the commit is slow") { ContinuousClock.now - begun > .milliseconds(60) }
            hold.letGo()
            try await group.waitForAll()
        }
    }

    @Test("a sender that was just answered and sends again is in the next commit, with those that came meanwhile")
    func senderReturns() async throws {
        let ledger = try faulty()
        try await withMonitor(ledger: ledger) { fixture async throws in
            let writer = fixture.monitor.connection.writer
            // It returns within 50 ms if the machine lets it.
            for attempt in 1...50 {
                let before = ledger.batches.count
                try await slowCommit(writer, ledger, others: 3, named: "\(attempt)") {
                    _ = try await writer.record([Facts.submitted("\(attempt)-again")])
                }
                let batches = Array(ledger.batches[before...])
                #expect(batches.reduce(0, +) == 5)
                if batches == [1, 4] { return }
            }
            Issue.record("never in one commit")
        }
    }

    @Test("one that does not send again is not waited for longer than a moment")
    func senderStaysAway() async throws {
        let ledger = try faulty()
        try await withMonitor(ledger: ledger) { fixture async throws in
            let writer = fixture.monitor.connection.writer
            try await slowCommit(writer, ledger, others: 3, named: "a")
            #expect(ledger.batches == [1, 3])
            // A failed commit is one as well; and after it, one request alone.
            ledger.setAtNextCall(.failBefore(Problem(.unavailable, "the disk is full")))
            await #expect(throws: Problem.self) { try await writer.record([Facts.submitted("b")]) }
            #expect(try await writer.record([Facts.submitted("b")]).map(\.outcome) == [.recorded])
            #expect(writer.statistics.waitingEvents == 0)
        }
    }

    @Test("a monitor that is stopped while the writer waits commits what there is and ends", arguments: [false, true])
    func stopped(_ byCancelling: Bool) async throws {
        let ledger = try faulty()
        let monitor = Monitor(
            ledger: ledger, layout: nil, configuration: MonitorConfiguration(secret: "s"), time: .system,
            logger: RecordedLog().logger)
        let running = Task { try await monitor.run() }
        try await waitUntil("it listens") { monitor.bound != nil }
        let writer = monitor.connection.writer
        try await slowCommit(writer, ledger, others: 3, named: "a") {
            if byCancelling { running.cancel() } else { monitor.stop() }
        }
        try await running.value
        #expect(ledger.batches == [1, 3])
        #expect(try await ledger.instance(key: "a-2") != nil)
        await #expect(throws: Problem.self) { try await writer.record([Facts.submitted("late")]) }
    }
}
