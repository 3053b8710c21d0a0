import JobmonCore
import JobmonLedger
import JobmonTestSupport
import Synchronization
import Testing

@testable import JobmonMonitor

@Suite(.timeLimit(.minutes(20)))
struct WatchdogTests {
    private func withRunning(
        _ body: (TestClock, Watchdog, any Ledger, InProcessConnection) async throws -> Void
    ) async throws {
        let clock = TestClock()
        // The monitor's own checks must not interfere.
        try await withMonitor(time: clock.time, adjust: { $0.watchdogSeconds = 100 }) { fixture async throws in
            let connection = fixture.monitor.connection
            _ = try await connection.record([Facts.submitted("a"), Facts.running("a")])
            try await body(clock, fixture.monitor.watchdog, fixture.ledger, connection)
        }
    }

    private func instance(_ ledger: any Ledger) async throws -> InstanceRecord {
        try #require(try await ledger.instance(key: "a"))
    }

    @Test func silenceMakesLateThenUnknownNeverFailed() async throws {
        try await withRunning { clock, watchdog, ledger, connection async throws in
            clock.advance(89)
            #expect(try await watchdog.runOnce(now: clock.now).isEmpty)
            #expect(try await instance(ledger).lateSince == nil)
            clock.advance(2)
            #expect(try await watchdog.runOnce(now: clock.now).isEmpty)
            #expect(try await instance(ledger).lateSince != nil)
            #expect(try await instance(ledger).status == .running)
            for _ in 0..<5 {
                clock.advance(100)
                #expect(try await watchdog.runOnce(now: clock.now).isEmpty)
            }
            clock.advance(20)
            #expect(try await watchdog.runOnce(now: clock.now) == [.key("a")])
            #expect(try await instance(ledger).status == .unknown)
            #expect(try await instance(ledger).cause == .lost)
            #expect(try await watchdog.runOnce(now: clock.now).isEmpty)
            // A late fact is still a fact.
            _ = try await connection.record([Facts.complete("a")])
            #expect(try await instance(ledger).status == .complete)
        }
    }

    @Test func aHeartbeatKeepsItFromBeingLate() async throws {
        try await withRunning { clock, watchdog, ledger, connection async throws in
            for _ in 0..<10 {
                clock.advance(80)
                _ = try await connection.record([Event(fact: .heartbeat([.key("a")]))])
                #expect(try await watchdog.runOnce(now: clock.now).isEmpty)
            }
            #expect(try await instance(ledger).lateSince == nil)
        }
    }

    @Test("an instance that a queue asks its scheduler about becomes late, and nothing more")
    func askedAbout() async throws {
        let clock = TestClock()
        let asked = Mutex(true)
        try await withMonitor(
            time: clock.time,
            adjust: {
                $0.watchdogSeconds = 100
                $0.isAskedAbout = { silent in silent.executor == "test" && asked.withLock { $0 } }
            }
        ) { fixture async throws in
            _ = try await fixture.monitor.connection.record([Facts.submitted("a"), Facts.running("a")])
            for _ in 0..<10 {
                clock.advance(100)
                #expect(try await fixture.monitor.watchdog.runOnce(now: clock.now).isEmpty)
            }
            #expect(try await instance(fixture.ledger).lateSince != nil)
            #expect(try await instance(fixture.ledger).status == .running)
            asked.withLock { $0 = false }
            clock.advance(10)
            #expect(try await fixture.monitor.watchdog.runOnce(now: clock.now) == [.key("a")])
        }
    }

    // While the monitor was suspended, or its host slept, nothing could be heard.
    @Test func timeWithoutAMonitorIsNotSilence() async throws {
        try await withRunning { clock, watchdog, ledger, _ async throws in
            clock.advance(100_000)
            #expect(try await watchdog.runOnce(now: clock.now).isEmpty)
            #expect(try await instance(ledger).lateSince == nil)
            clock.advance(91)
            #expect(try await watchdog.runOnce(now: clock.now).isEmpty)
            #expect(try await instance(ledger).lateSince != nil)
        }
        let clock = TestClock()
        let ledger = try SQLiteLedger.open(.memory, time: clock.time)
        _ = try await ledger.record([Facts.submitted("a"), Facts.running("a")])
        clock.advance(100_000)
        try await withMonitor(ledger: ledger, time: clock.time, adjust: { $0.watchdogSeconds = 100 }) {
            fixture async throws in
            clock.advance(60)
            #expect(try await fixture.monitor.watchdog.runOnce(now: clock.now).isEmpty)
            #expect(try await instance(ledger).lateSince == nil)
        }
    }

    @Test func itLooksByItself() async throws {
        let clock = TestClock()
        try await withMonitor(
            time: clock.time,
            adjust: {
                $0.watchdogSeconds = 0.01
                $0.lateSeconds = 0.02
            }
        ) { fixture async throws in
            _ = try await fixture.monitor.connection.record([Facts.submitted("a"), Facts.running("a")])
            try await waitUntil("it is late") {
                clock.advance(0.01)
                return try await instance(fixture.ledger).lateSince != nil
            }
        }
    }
}
