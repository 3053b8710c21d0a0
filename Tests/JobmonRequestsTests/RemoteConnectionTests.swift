import Foundation
import JobmonCore
import JobmonMonitor
import JobmonReporting
import JobmonRequests
import JobmonTestSupport
import Testing

/// What happens over HTTP only: monitors that come and go, and listeners that are not monitors.
@Suite(.timeLimit(.minutes(20)))
struct RemoteConnectionTests {
    @Test func noMonitorIsSaidAtOnceWithoutPatience() async throws {
        try await withFixture { fixture async throws in
            let problem = await #expect(throws: Problem.self) {
                try await fixture.remote(patience: 0).summary(queue: nil)
            }
            #expect(problem?.code == .unavailable)
            #expect(problem?.message.contains(fixture.layout.root) == true)
            #expect(await !fixture.remote().isAlive(within: 1))
        }
    }

    // A stale file of a monitor that is gone: the next monitor has another port and another secret.
    @Test func findsTheNextMonitor() async throws {
        try await withFixture { fixture async throws in
            let remote = fixture.remote(patience: 30)
            try await fixture.withMonitor { _ async throws in
                _ = try await remote.record([Facts.submitted("a")])
                #expect(await remote.isAlive(within: 5))
            }
            #expect(await !remote.isAlive(within: 1))
            let problem = await #expect(throws: Problem.self) {
                try await fixture.remote(patience: 0.1).record([Facts.submitted("lost")])
            }
            #expect(problem?.code == .unavailable)
            // It asks while there is none, and the next one answers.
            let asked = Task { try await remote.record([Facts.complete("a")]) }
            try await fixture.withMonitor { _ async throws in
                let results = try await asked.value
                #expect(results.map(\.outcome) == [.recorded])
                let job = try await remote.job(1)
                #expect(job.status == .complete)
            }
        }
    }

    @Test func anotherSecretIsReadAgain() async throws {
        try await withFixture { fixture async throws in
            let remote = fixture.remote(patience: 20)
            try await fixture.withMonitor { monitor async throws in
                _ = try await remote.summary(queue: nil)
                let port = try #require(monitor.bound?.port)
                var info = try #require(MonitorInfo.read(fixture.layout))
                let secret = info.secret
                info.secret = "wrong"
                try info.write(fixture.layout)
                let misled = fixture.remote(patience: 20)
                let asked = Task { try await misled.summary(queue: nil) }
                info.secret = secret
                info.port = port
                try info.write(fixture.layout)
                _ = try await asked.value
            }
        }
    }

    @Test func aRefusalForRoomIsTriedAgain() async throws {
        try await withFixture { fixture async throws in
            try await fixture.withMonitor { _ async throws in
                fixture.ledger.setAtNextCall(.failBefore(Problem(.unavailable, "full")))
                let results = try await fixture.remote(patience: 60).record([Facts.submitted("a")])
                #expect(results.map(\.outcome) == [.recorded])
                #expect(fixture.ledger.calls == 2)
                fixture.ledger.setAlways(.failBefore(Problem(.unavailable, "full")))
                let problem = await #expect(throws: Problem.self) {
                    try await fixture.remote(patience: 0.1).record([Facts.submitted("b")])
                }
                #expect(problem?.code == .unavailable)
                fixture.ledger.setAlways(nil)
            }
        }
    }

    // The answer is lost after the commit: a user's request is not done twice.
    @Test func whatHasNoIdentityIsGivenOne() async throws {
        try await withFixture { fixture async throws in
            try await fixture.withMonitor { _ async throws in
                fixture.ledger.setAtNextCall(.failAfter(Problem(.unavailable, "lost")))
                let submitted = Event(
                    fact: .submitted(
                        nil, Submission(description: JobDescription(runfile: "/bin/true"), executor: "test")))
                let results = try await fixture.remote(patience: 60).record([submitted])
                #expect(results.map(\.outcome) == [.repeat])
                let jobs = try await fixture.ledger.jobs(JobFilter(), page: Page())
                #expect(jobs.items.count == 1)
            }
        }
    }

    @Test func largeBatchesGoInSeveralRequests() async throws {
        try await withFixture { fixture async throws in
            try await fixture.withMonitor { _ async throws in
                let many = (0..<10100).map { Facts.submitted("k\($0)", sender: "s", seq: Int64($0)) }
                let results = try await fixture.remote(patience: 30).record(many)
                #expect(results.count == 10100)
                #expect(results.allSatisfy { $0.outcome == .recorded })
                #expect(results.map(\.jid) == (1...10100).map { Int64($0) })
                let large = (0..<6).map { number in
                    Event(
                        fact: .outcome(
                            .key("k\(number)"),
                            Outcome(
                                evidence: Evidence(exitCode: 1), stderr: String(repeating: "x", count: 3 << 20))))
                }
                #expect(try await fixture.remote(patience: 30).record(large).allSatisfy { $0.outcome == .recorded })
            }
        }
    }

    /// The process at the monitor's address is not a monitor.
    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
        "SSH-2.0-OpenSSH_9.2\r\n", "", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"results\":",
    ])
    func somebodyElseAnswers(_ answer: String) async throws {
        try await withFixture { fixture async throws in
            let other = try ScriptedResponder { line in
                line.request()
                line.send(answer)
            }
            try Self.info(other).write(fixture.layout)
            let remote = fixture.remote(patience: 0.05)
            await #expect(throws: Problem.self) { try await remote.record([Facts.submitted("a")]) }
            await #expect(throws: Problem.self) { try await remote.summary(queue: nil) }
            await #expect(throws: Problem.self) { try await remote.follow(after: nil) }
        }
    }

    @Test func whyThereIsNoAnswerIsSaid() async throws {
        try await withFixture { fixture async throws in
            let nobody = try ScriptedResponder(listens: false) { _ in }
            try Self.info(nobody).write(fixture.layout)
            let problem = await #expect(throws: Problem.self) {
                try await fixture.remote(patience: 0).summary(queue: nil)
            }
            #expect(problem?.code == .unavailable)
            #expect(problem?.message == "the monitor does not answer: connection refused")
        }
    }

    /// The content of a monitor's file that names `responder`.
    private static func info(_ responder: ScriptedResponder) -> MonitorInfo {
        MonitorInfo(
            host: "here", address: "127.0.0.1", port: responder.port, pid: 1, hostBootID: nil, secret: "s",
            started: Timestamp(milliseconds: 0), version: "x")
    }

    @Test func stoppingTheMonitor() async throws {
        try await withFixture { fixture async throws in
            try await fixture.withMonitor { _ async throws in
                let remote = fixture.remote()
                try await remote.stopMonitor()
                try await waitUntil("it is gone") { await !remote.isAlive(within: 1) }
            }
        }
    }
}
