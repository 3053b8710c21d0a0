import Foundation
import JobmonCore
import JobmonLedger
import JobmonReporting
import JobmonTestSupport
import JobmonWire
import Logging
import Testing

@testable import JobmonMonitor

/// The start, spool and end of a monitor.
@Suite(.timeLimit(.minutes(20)))
struct MonitorTests {
    private func spooled(_ directory: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/spool")
        return (names ?? []).filter { !$0.hasPrefix(".") && $0 != "bad" }
    }

    private func prepare(_ layout: DirectoryLayout) throws {
        for folder in layout.folders {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
    }

    private func put(_ text: String, _ name: String, _ layout: DirectoryLayout) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(layout.spool)/\(name)"))
    }

    @Test func theSpoolIsInBeforeItIsReady() async throws {
        try await withTestDirectory { path async throws in
            let layout = DirectoryLayout(root: path)
            try prepare(layout)
            for (seq, event) in [Facts.submitted("a"), Facts.running("a"), Facts.failed("a")].enumerated() {
                var event = event
                event.identity = EventIdentity(sender: "s", seq: Int64(seq))
                try put(event.json.text, "s.\(seq).json", layout)
            }
            // Refused, but delivered: it leaves the spool like the others.
            var refused = Facts.complete("a")
            refused.identity = EventIdentity(sender: "s", seq: 3)
            try put(refused.json.text, "s.3.json", layout)
            try put("{\"half", "t.0.json", layout)
            try await withMonitor(layout: layout) { fixture async throws in
                #expect(spooled(path) == [])
                let instance = try await fixture.ledger.instance(key: "a")
                #expect(instance?.status == .failed)
                #expect(FileManager.default.fileExists(atPath: "\(path)/spool/bad/t.0.json"))
                #expect(fixture.log.lines(.warning).contains { $0.contains("t.0.json") })
            }
        }
    }

    @Test func theSpoolIsLookedIntoAgain() async throws {
        try await withTestDirectory { path async throws in
            let layout = DirectoryLayout(root: path)
            try prepare(layout)
            try await withMonitor(layout: layout, adjust: { $0.spoolSeconds = 0.05 }) { fixture async throws in
                try put(Facts.submitted("b", sender: "s", seq: 7).json.text, "s.7.json", layout)
                try await waitUntil("it is taken in") { spooled(path).isEmpty }
                #expect(try await fixture.ledger.instance(key: "b") != nil)
            }
        }
    }

    // What cannot be recorded stays in the spool, and is taken in once it can.
    @Test func theSpoolOutlivesAFullDisk() async throws {
        try await withTestDirectory { path async throws in
            let layout = DirectoryLayout(root: path)
            try prepare(layout)
            let ledger = FaultyLedger(try SQLiteLedger.open(.memory, time: .system))
            try await withMonitor(ledger: ledger, layout: layout, adjust: { $0.spoolSeconds = 100 }) {
                fixture async throws in
                ledger.setAlways(.failBefore(Problem(.unavailable, "the disk is full")))
                try put(Facts.submitted("b", sender: "s", seq: 7).json.text, "s.7.json", layout)
                await #expect(throws: Problem.self) { try await fixture.monitor.intake.runOnce() }
                #expect(spooled(path) == ["s.7.json"])
                ledger.setAlways(nil)
                #expect(try await fixture.monitor.intake.runOnce() == SpoolIntake.Result(recorded: 1))
                #expect(spooled(path) == [])
                try put(Facts.submitted("b", sender: "s", seq: 7).json.text, "s.7.json", layout)
                #expect(try await fixture.monitor.intake.runOnce() == SpoolIntake.Result(repeats: 1))
            }
        }
    }

    @Test func aTakenPortIsAProblem() async throws {
        try await withMonitor { fixture async throws in
            var configuration = MonitorConfiguration(secret: "s")
            configuration.port = fixture.requester.port
            try await expectNoStart(configuration, naming: "\(configuration.port)")
        }
    }

    @Test(arguments: ["192.0.2.1", "no-such-host.invalid"])
    func aForeignAddressIsAProblem(_ address: String) async throws {
        var configuration = MonitorConfiguration(secret: "s")
        configuration.address = address
        try await expectNoStart(configuration, naming: address)
    }

    private func expectNoStart(_ configuration: MonitorConfiguration, naming word: String) async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        let monitor = Monitor(
            ledger: ledger, layout: nil, configuration: configuration, time: .system, logger: RecordedLog().logger)
        let problem = await #expect(throws: Problem.self) { try await monitor.run() }
        #expect(problem?.message.contains(word) == true, "\(problem.map { "\($0)" } ?? "")")
        #expect(problem?.hint != nil)
    }

    // The starter of a monitor writes its file when it is ready; if that fails, there is no monitor.
    @Test func aFailureOfOnReadyEndsIt() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        let monitor = Monitor(
            ledger: ledger, layout: nil, configuration: MonitorConfiguration(secret: "s"), time: .system,
            logger: RecordedLog().logger)
        let problem = await #expect(throws: Problem.self) {
            try await monitor.run { _ in throw Problem(.unavailable, "the file can't be written") }
        }
        #expect(problem?.message == "the file can't be written")
    }

    @Test func stopRequestsEndItThoughSomebodyFollows() async throws {
        try await withMonitor { fixture async throws in
            let following = try RawSocket(port: fixture.requester.port)
            #expect(
                following.write(
                    Array(
                        ("GET /v1/events HTTP/1.1\r\nHost: \(fixture.requester.host)\r\n"
                            + "Authorization: Bearer \(MonitorFixture.secret)\r\n\r\n").utf8)))
            let first = try await onThread { try following.readSome() }
            #expect(String(decoding: first ?? [], as: UTF8.self).hasPrefix("HTTP/1.1 200"))
            let idle = try RawSocket(port: fixture.requester.port)
            let answer = try await fixture.requester.send("POST", "/v1/stop", "{}")
            #expect(answer.status == 200)
            _ = try await onThread { try following.readAll() }
            _ = try await onThread { try idle.readAll() }
        }
    }

    @Test func listeningEverywhere() async throws {
        try await withMonitor(adjust: {
            $0.address = "any"
            $0.hostNames = ["Node7.example"]
        }) { fixture async throws in
            let port = fixture.requester.port
            for host in ["node7.example:\(port)", "10.1.2.3:\(port)", "[fe80::1]:\(port)", "localhost:\(port)"] {
                let answer = try await fixture.requester.send("GET", "/v1/summary", headers: ["Host": host])
                #expect(answer.status == 200, "\(host)")
            }
            for host in ["evil.example:\(port)", "node7.example.evil:\(port)", "10.1.2.3.evil:\(port)"] {
                let answer = try await fixture.requester.send("GET", "/v1/summary", headers: ["Host": host])
                #expect(answer.status == 403, "\(host)")
            }
        }
    }
}
