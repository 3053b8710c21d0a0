import JobmonCore
import JobmonLedger
import JobmonTestSupport
import JobmonWire
import Synchronization
import Testing

@testable import JobmonMonitor

@Suite(.timeLimit(.minutes(20)))
struct WriterTests {
    /// Holds a commit until the test releases it.
    final class Hold: Sendable {
        private let stream: AsyncStream<Void>
        private let release: AsyncStream<Void>.Continuation
        private let waiting = Mutex(false)

        init() { (stream, release) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

        var isWaiting: Bool { waiting.withLock { $0 } }

        @Sendable func wait() async {
            waiting.withLock { $0 = true }
            for await _ in stream { return }
        }

        func letGo() { release.finish() }
    }

    private func faulty() throws -> FaultyLedger { FaultyLedger(try SQLiteLedger.open(.memory, time: .system)) }

    // Everything that arrives during one commit goes into the next one together.
    @Test func commitsGather() async throws {
        let ledger = try faulty()
        let hold = Hold()
        ledger.set(.waitBefore(hold.wait), atCall: 1)
        try await withMonitor(ledger: ledger) { fixture async throws in
            let writer = fixture.monitor.connection.writer
            try await withThrowingTaskGroup { group in
                group.addTask { _ = try await writer.record([Facts.submitted("first")]) }
                try await waitUntil("the first commit runs") { hold.isWaiting }
                for number in 0..<200 {
                    group.addTask {
                        let results = try await writer.record([
                            Facts.submitted("\(number)"), Facts.running("\(number)"),
                        ])
                        #expect(results.map(\.outcome) == [.recorded, .recorded])
                        #expect(results[0].jid == results[1].jid)
                    }
                }
                try await waitUntil("all wait") { writer.statistics.waitingEvents == 401 }
                hold.letGo()
                try await group.waitForAll()
            }
            #expect(ledger.batches == [1, 400])
            #expect(writer.statistics.waitingEvents == 0)
        }
    }

    // A transaction stays small, however many requests wait and however large one is.
    @Test func commitsAreCut() async throws {
        let ledger = try faulty()
        let hold = Hold()
        ledger.set(.waitBefore(hold.wait), atCall: 1)
        try await withMonitor(ledger: ledger, adjust: { $0.eventsPerCommit = 10 }) { fixture async throws in
            let writer = fixture.monitor.connection.writer
            let large = (0..<25).map { Facts.submitted("l\($0)", sender: "s", seq: Int64($0)) }
            try await withThrowingTaskGroup { group in
                group.addTask { _ = try await writer.record([Facts.submitted("first")]) }
                try await waitUntil("the first commit runs") { hold.isWaiting }
                for number in 0..<12 {
                    group.addTask {
                        _ = try await writer.record([Facts.submitted("\(number)"), Facts.running("\(number)")])
                    }
                }
                try await waitUntil("all wait") { writer.statistics.waitingEvents == 25 }
                hold.letGo()
                try await group.waitForAll()
            }
            let results = try await writer.record(large)
            #expect(Set(results.compactMap(\.jid)).count == 25)
            // Without identities, repeats cannot be detected: such a request stays whole.
            _ = try await writer.record((0..<25).map { Facts.submitted("w\($0)") })
            #expect(ledger.batches == [1, 10, 10, 4, 10, 10, 5, 25])
        }
    }

    @Test func fullWritersSaySo() async throws {
        let ledger = try faulty()
        let hold = Hold()
        ledger.set(.waitBefore(hold.wait), atCall: 1)
        try await withMonitor(ledger: ledger, adjust: { $0.maximumPendingEvents = 3 }) { fixture async throws in
            let writer = fixture.monitor.connection.writer
            try await withThrowingTaskGroup { group in
                // Larger than the limit, but nothing else waits.
                group.addTask { _ = try await writer.record((0..<5).map { Facts.submitted("big\($0)") }) }
                try await waitUntil("the commit runs") { hold.isWaiting }
                let answer = try await fixture.requester.send(
                    "POST", "/v1/events", Facts.submitted("more").json.text)
                #expect(answer.status == 503)
                #expect(answer.headers["retry-after"] == "1")
                #expect(try answer.code() == "unavailable")
                hold.letGo()
                try await group.waitForAll()
            }
            let again = try await fixture.requester.send("POST", "/v1/events", Facts.submitted("more").json.text)
            #expect(again.status == 200)
            #expect(try await fixture.ledger.instance(key: "more") != nil)
        }
    }

    // A full disk: the requests get errors, nothing is recorded, and recording continues once there is room.
    @Test func unwritableLedger() async throws {
        let ledger = try faulty()
        ledger.setAlways(.failBefore(Problem(.unavailable, "the disk is full", hint: "make room")))
        try await withMonitor(ledger: ledger) { fixture async throws in
            let body = Facts.submitted("a", sender: "s", seq: 1).json.text
            let answer = try await fixture.requester.send("POST", "/v1/events", body)
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] == "1")
            let summary = try await fixture.requester.send("GET", "/v1/summary")
            #expect(summary.status == 200)
            ledger.setAlways(nil)
            let again = try await fixture.requester.send("POST", "/v1/events", body)
            #expect(again.status == 200)
            #expect(try EventAnswer.read(again.body)?.map(\.outcome) == [.recorded])
        }
    }

    // An answer that is lost after the commit: sent again, the event is a repeat.
    @Test func lostAnswer() async throws {
        let ledger = try faulty()
        ledger.set(.failAfter(Problem(.unavailable, "lost")), atCall: 1)
        try await withMonitor(ledger: ledger) { fixture async throws in
            let writer = fixture.monitor.connection.writer
            let event = Facts.submitted("a", sender: "s", seq: 1)
            await #expect(throws: Problem.self) { try await writer.record([event]) }
            #expect(try await writer.record([event]).map(\.outcome) == [.repeat])
        }
    }

    @Test func cancelledCallersDoNotWithdraw() async throws {
        let ledger = try faulty()
        let hold = Hold()
        ledger.set(.waitBefore(hold.wait), atCall: 1)
        try await withMonitor(ledger: ledger) { fixture async throws in
            let writer = fixture.monitor.connection.writer
            let caller = Task { try await writer.record([Facts.submitted("a")]) }
            try await waitUntil("the commit runs") { hold.isWaiting }
            let second = Task { try await writer.record([Facts.submitted("b")]) }
            try await waitUntil("the second waits") { writer.statistics.waitingEvents == 2 }
            caller.cancel()
            second.cancel()
            hold.letGo()
            #expect(try await caller.value.map(\.outcome) == [.recorded])
            #expect(try await second.value.map(\.outcome) == [.recorded])
        }
    }

    // At the end, everything that arrived is committed, and later requests are refused.
    @Test(arguments: [false, true])
    func endingCommitsWhatWaits(_ byCancelling: Bool) async throws {
        let ledger = try faulty()
        let hold = Hold()
        ledger.set(.waitBefore(hold.wait), atCall: 1)
        let log = RecordedLog()
        let monitor = Monitor(
            ledger: ledger, layout: nil, configuration: MonitorConfiguration(secret: "s"), time: .system,
            logger: log.logger)
        let running = Task { try await monitor.run() }
        try await waitUntil("it listens") { monitor.bound != nil }
        let writer = monitor.connection.writer
        let first = Task { try await writer.record([Facts.submitted("a")]) }
        try await waitUntil("the commit runs") { hold.isWaiting }
        let second = Task { try await writer.record([Facts.submitted("b")]) }
        try await waitUntil("the second waits") { writer.statistics.waitingEvents == 2 }
        if byCancelling { running.cancel() } else { monitor.stop() }
        try await waitUntil("it takes no more") { writer.isClosed }
        await #expect(throws: Problem.self) { try await writer.record([Facts.submitted("c")]) }
        hold.letGo()
        #expect(try await first.value.map(\.outcome) == [.recorded])
        #expect(try await second.value.map(\.outcome) == [.recorded])
        try await running.value
        #expect(try await ledger.instance(key: "b") != nil)
        #expect(try await ledger.instance(key: "c") == nil)
    }
}
