import Foundation
import JobmonCore
import JobmonLedger
import JobmonMonitor
import JobmonReporting
import JobmonRequests
import JobmonTestSupport
import JobmonWire
import Logging

/// A directory with a monitor that can be stopped and started again, and connections to it.
final class Fixture: Sendable {
    let layout: DirectoryLayout
    let ledger: FaultyLedger

    init(_ path: String) throws {
        layout = DirectoryLayout(root: path)
        for folder in layout.folders {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        ledger = FaultyLedger(try SQLiteLedger.open(.file(path: layout.ledger), time: .system))
    }

    /// Runs a monitor with its own secret while `body` runs. Its file stays, as after a crash.
    func withMonitor(
        adjust: (inout MonitorConfiguration) -> Void = { _ in }, _ body: (Monitor) async throws -> Void
    ) async throws {
        var configuration = MonitorConfiguration(secret: makeUUID())
        adjust(&configuration)
        let secret = configuration.secret
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let monitor = Monitor(
            ledger: ledger, layout: layout, configuration: configuration, time: .system, logger: logger)
        try await withThrowingTaskGroup { group in
            let (ready, isReady) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            group.addTask { [layout] in
                defer { isReady.finish() }
                try await monitor.run { bound in
                    try MonitorInfo(
                        host: "here", address: bound.address, port: bound.port, pid: getpid(), hostBootID: nil,
                        secret: secret, started: Timestamp(milliseconds: 0), version: "test"
                    ).write(layout)
                    isReady.yield()
                }
            }
            for await _ in ready {
                do {
                    try await body(monitor)
                } catch {
                    monitor.stop()
                    throw error
                }
                break
            }
            monitor.stop()
            try await group.waitForAll()
        }
    }

    func remote(patience: Double = 10) -> RemoteConnection { RemoteConnection(layout: layout, patience: patience) }
}

/// Runs `body` in a new directory.
func withFixture(_ name: String = #function, _ body: (Fixture) async throws -> Void) async throws {
    try await withTestDirectory(name) { path async throws in
        let fixture = try Fixture(path)
        try await body(fixture)
        try await fixture.ledger.close()
    }
}

enum Facts {
    static func submitted(_ key: String, sender: String? = nil, seq: Int64 = 0, params: JSONObject = [:]) -> Event {
        Event(
            identity: sender.map { EventIdentity(sender: $0, seq: seq) },
            fact: .submitted(
                .key(key),
                Submission(
                    description: JobDescription(name: "job \(key)", runfile: "/bin/true", params: params),
                    executor: "test")))
    }

    static func running(_ key: String) -> Event {
        Event(fact: .running(.key(key), Start(host: "n7", process: ProcessIdentity(pid: 5, started: 6))))
    }

    static func complete(_ key: String) -> Event {
        Event(
            fact: .outcome(
                .key(key), Outcome(evidence: Evidence(exitCode: 0), usage: Usage(wallclock: 1.5, cpu: 0.5, maxrss: 5))))
    }

    static func failed(_ key: String) -> Event {
        Event(fact: .outcome(.key(key), Outcome(evidence: Evidence(exitCode: 3), stderr: "ValueError: no é\n")))
    }
}
