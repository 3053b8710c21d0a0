import Foundation
import JobmonCore
import JobmonMonitor
import JobmonTestSupport
import Testing

/// Prints how many events per second a monitor records. Nothing is asserted, since the number depends on the machine.
@Suite(
    .serialized,  // two at once would measure each other
    .timeLimit(.minutes(20)), .enabled(if: ProcessInfo.processInfo.environment["JOBMON_BENCHMARK"] != nil))
struct ThroughputTests {
    @Test(arguments: ["in process", "over HTTP"], [1, 8])
    func batchesOfAHundred(_ way: String, _ senders: Int) async throws {
        try await withFixture { fixture async throws in
            try await fixture.withMonitor { monitor async throws in
                let connection: any MonitorConnection =
                    way == "in process" ? monitor.connection : fixture.remote(patience: 60)
                let jobs = 5000
                let start = TimeSource.system.steadySeconds()
                try await withThrowingTaskGroup { group in
                    for sender in 0..<senders {
                        group.addTask {
                            for first in stride(from: sender * 25, to: jobs, by: senders * 25) {
                                let events = (first..<first + 25).flatMap {
                                    let key = "k\($0)"
                                    let process = Fact.process(.key(key), ProcessIdentity(pid: 7, started: 8))
                                    return [
                                        Facts.submitted(key), Facts.running(key), Event(fact: process),
                                        Facts.complete(key),
                                    ]
                                }
                                _ = try await connection.record(events)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let seconds = TimeSource.system.steadySeconds() - start
                print("\(way), \(senders) senders: \(Int(Double(jobs * 4) / seconds)) events/s")
                let summary = try await connection.summary(queue: nil)
                #expect(summary.jobs[.complete] == jobs)
            }
        }
    }
}
