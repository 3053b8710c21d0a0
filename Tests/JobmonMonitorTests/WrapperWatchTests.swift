import Glibc
import JobmonCore
import JobmonLedger
import JobmonReporting
import JobmonSystem
import JobmonTestSupport
import Testing

@testable import JobmonMonitor

/// Wrappers that are killed on the monitor's own host.
@Suite(.timeLimit(.minutes(20)))
struct WrapperWatchTests {
    private func running(_ key: String, wrapper: ProcessIdentity, command: ProcessIdentity) throws -> Event {
        let namespace = try #require(HostIdentity.pidNamespace)
        return Event(
            fact: .running(
                .key(key),
                Start(
                    host: HostIdentity.host, bootID: HostIdentity.bootID, process: command,
                    wrapper: WrapperIdentity(process: wrapper, namespace: namespace))))
    }

    private var alive: ProcessIdentity {
        get throws { try #require(ProcessTable.process(getpid())) }
    }

    private func gone() throws -> ProcessIdentity {
        var process = try alive
        process.started = (process.started ?? 0) + 1
        return process
    }

    @Test("both gone: lost at once; the wrapper or the command alive: unknown")
    func lost() async throws {
        try await withMonitor(adjust: { $0.wrapperSeconds = 100 }) { fixture async throws in
            for key in ["a", "b", "c"] { _ = try await fixture.monitor.connection.record([Facts.submitted(key)]) }
            _ = try await fixture.monitor.connection.record([
                running("a", wrapper: gone(), command: gone()), running("b", wrapper: alive, command: gone()),
                running("c", wrapper: gone(), command: alive),
            ])
            #expect(try await fixture.monitor.wrappers.runOnce() == ["a"])
            let record = try #require(try await fixture.ledger.instance(key: "a"))
            #expect(record.status == .failed && record.cause == .lost)
            for key in ["b", "c"] { #expect(try await fixture.ledger.instance(key: key)?.status == .running) }
            #expect(try await fixture.monitor.wrappers.runOnce().isEmpty)
        }
    }

    @Test("what the wrapper has spooled counts")
    func spooled() async throws {
        try await withTestDirectory { path in
            let layout = DirectoryLayout(root: path)
            for folder in layout.folders { mkdir(folder, 0o700) }
            try await withMonitor(
                layout: layout,
                adjust: {
                    $0.wrapperSeconds = 100; $0.spoolSeconds = 100
                }
            ) {
                fixture async throws in
                _ = try await fixture.monitor.connection.record([
                    Facts.submitted("a"), running("a", wrapper: gone(), command: gone()),
                ])
                let spool = SpoolWriter(layout: layout, sender: "wrapper")
                spool.write(
                    Event(
                        identity: EventIdentity(sender: "wrapper", seq: 3),
                        fact: .outcome(.key("a"), Outcome(evidence: Evidence(exitCode: 0)))))
                #expect(try await fixture.monitor.wrappers.runOnce().isEmpty)
                #expect(try await fixture.ledger.instance(key: "a")?.status == .complete)
            }
        }
    }

    @Test("wrappers of another host, boot or namespace, and instances without one, are not watched here")
    func elsewhere() async throws {
        try await withMonitor(adjust: { $0.wrapperSeconds = 100 }) { fixture async throws in
            var starts: [Start] = []
            guard case .running(_, let start) = try running("x", wrapper: gone(), command: gone()).fact else { return }
            for change in [
                { (start: inout Start) in start.host = "other" }, { $0.bootID = "other" }, { $0.wrapper = nil },
                { $0.wrapper?.namespace = 1 },
            ] {
                var other = start
                change(&other)
                starts.append(other)
            }
            for (index, start) in starts.enumerated() {
                _ = try await fixture.monitor.connection.record([
                    Facts.submitted("k\(index)"), Event(fact: .running(.key("k\(index)"), start)),
                ])
            }
            #expect(try await fixture.monitor.wrappers.runOnce().isEmpty)
        }
    }

    @Test("a wrapper that was killed while there was no monitor is found by the next one")
    func nextMonitor() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        _ = try await ledger.record([Facts.submitted("a"), running("a", wrapper: gone(), command: gone())])
        try await withMonitor(ledger: ledger, adjust: { $0.wrapperSeconds = 0.02 }) { _ async throws in
            try await waitUntil("it is lost") { try await ledger.instance(key: "a")?.cause == .lost }
        }
    }
}
