import JobmonCore
import JobmonLedger
import JobmonTestSupport
import JobmonWire
import Logging
import Synchronization

@testable import JobmonMonitor

/// A running monitor on its own port.
struct MonitorFixture: Sendable {
    static let secret = "test-secret"

    let monitor: Monitor
    let ledger: any Ledger
    let log: RecordedLog
    let requester: RawRequester
}

/// Runs a monitor while `body` runs. It has stopped in order when this returns.
func withMonitor(
    ledger: (any Ledger)? = nil, layout: DirectoryLayout? = nil, time: TimeSource = .system,
    adjust: (inout MonitorConfiguration) -> Void = { _ in }, _ body: (MonitorFixture) async throws -> Void
) async throws {
    let ledger = try ledger ?? SQLiteLedger.open(.memory, time: time)
    let log = RecordedLog()
    var configuration = MonitorConfiguration(secret: MonitorFixture.secret)
    adjust(&configuration)
    let monitor = Monitor(
        ledger: ledger, layout: layout, configuration: configuration, time: time, logger: log.logger)
    try await withThrowingTaskGroup { group in
        let (ready, isReady) = AsyncStream.makeStream(of: Monitor.Bound.self, bufferingPolicy: .bufferingNewest(1))
        group.addTask {
            defer { isReady.finish() }
            try await monitor.run { isReady.yield($0) }
        }
        for await bound in ready {
            let requester = RawRequester(port: bound.port, secret: configuration.secret)
            do {
                try await body(MonitorFixture(monitor: monitor, ledger: ledger, log: log, requester: requester))
            } catch {
                monitor.stop()
                throw error
            }
            break
        }
        monitor.stop()
        try await group.waitForAll()
    }
    try await ledger.close()
}

/// The log, for tests that check it.
final class RecordedLog: Sendable {
    private let lines = Mutex<[(level: Logger.Level, text: String)]>([])

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(log: self) }
        logger.logLevel = .debug
        return logger
    }

    func lines(_ level: Logger.Level) -> [String] { lines.withLock { $0.filter { $0.level == level }.map(\.text) } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let text = "\(event.message) \(event.metadata ?? [:])"
            log.lines.withLock { $0.append((event.level, text)) }
        }
    }
}

/// A clock that a test sets.
final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_800_000_000_000)

    var time: TimeSource {
        TimeSource(
            wall: { Timestamp(milliseconds: self.milliseconds.withLock { $0 }) },
            steady: { Double(self.milliseconds.withLock { $0 }) / 1000 })
    }

    var now: Timestamp { time.now() }

    func advance(_ seconds: Double) { milliseconds.withLock { $0 += Int64(seconds * 1000) } }
}

/// Sample facts.
enum Facts {
    static func submitted(_ key: String, sender: String? = nil, seq: Int64 = 0) -> Event {
        Event(
            identity: sender.map { EventIdentity(sender: $0, seq: seq) },
            fact: .submitted(
                .key(key),
                Submission(description: JobDescription(name: "job \(key)", runfile: "/bin/true"), executor: "test")))
    }

    static func running(_ key: String) -> Event { Event(fact: .running(.key(key), Start(host: "n7"))) }

    static func complete(_ key: String) -> Event {
        Event(fact: .outcome(.key(key), Outcome(evidence: Evidence(exitCode: 0))))
    }

    static func failed(_ key: String, code: Int = 1) -> Event {
        Event(fact: .outcome(.key(key), Outcome(evidence: Evidence(exitCode: code), stderr: "ValueError: no\n")))
    }
}
