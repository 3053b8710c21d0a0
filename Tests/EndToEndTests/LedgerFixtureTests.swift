import Foundation
import JobmonTestSupport
import Testing

/// A directory of an earlier build can be opened, is read correctly and is continued; nothing that is finished runs
/// again.
@Suite(.timeLimit(.minutes(20)))
struct LedgerFixtureTests {
    private static let statuses = [
        "1 COMPLETE", "2 COMPLETE", "3 FAILED", "4 COMPLETE", "5 COMPLETE", "6 FAILED", "7 FAILED", "8 FAILED",
        "9 COMPLETE", "10 COMPLETE", "11 COMPLETE", "12 QUEUED", "13 QUEUED", "14 QUEUED", "15 CANCELLED",
        "16 COMPLETE", "17 SUBMITTED", "18 SUBMITTED", "19 SUBMITTED",
    ]

    private func statuses(_ fixture: LedgerFixture) async throws -> [String] {
        let read = try await fixture.run(["jobs", "-d", fixture.directory, "--json"])
        #expect(read.status == 0, "\(read.stderr)")
        let jobs = try JSONSerialization.jsonObject(with: Data(read.stdout.utf8)) as? [[String: Any]] ?? []
        return jobs.map { "\($0["jid"] ?? "?") \($0["status"] ?? "?")" }
    }

    @Test("it is read correctly without a monitor, and with one, which takes its spool in")
    func reads() async throws {
        try await withTestDirectory { parent in
            let fixture = try LedgerFixture("ledger-1", in: parent)
            #expect(try await statuses(fixture) == Self.statuses)
            let failed = try await fixture.run(["errors", "--each", "-d", fixture.directory])
            for reason in ["exit code 3", "no data for 1992", "signal 9", "time limit"] {
                #expect(failed.stdout.contains(reason), "\(reason): \(failed.stdout)")
            }
            let log = try await fixture.run(["logs", "-d", fixture.directory, "1"])
            #expect(log.stdout == "fitted 1990\n", "\(log.stderr)")
            let monitor = try await fixture.run(["monitor", fixture.directory, "--detach"])
            #expect(monitor.status == 0, "\(monitor.stderr)")
            #expect(try await statuses(fixture) == Self.statuses + ["20 FAILED"])
            let stopped = try await fixture.run(["stop", "-d", fixture.directory])
            #expect(stopped.status == 0, "\(stopped.stderr)")
            let report = try await fixture.run(["report", "-d", fixture.directory])
            #expect(report.status == 0, "\(report.stderr)")
            #expect(try fixture.ran().isEmpty)
        }
    }

    @Test("the same commands run what is not done, and nothing else")
    func goesOn() async throws {
        try await withTestDirectory { parent in
            let fixture = try LedgerFixture("ledger-1", in: parent)
            func run(_ arguments: String..., expecting status: Int32) async throws {
                let finished = try await fixture.run(["run", "-d", fixture.directory, "--no-progress"] + arguments)
                #expect(finished.status == status, "\(arguments): \(finished.stderr)")
            }
            try await run(
                "--queue", "sweep", "-j", "1", "--each", "year=1990..1993", "--name", "fit {year}", "--", "sh", "-c",
                "echo sweep {year} >> \"$RAN\"; echo \"fitted {year}\"; test {year} != 1992 || { echo \"no data for {year}\" >&2; exit 3; }",
                expecting: 1)
            try await run("-f", "\(parent)/lines.txt", "-j", "1", "--retries", "1", expecting: 1)
            try await run(
                "--queue", "limit", "--timeout", "1", "--", "sh", "-c", "echo limit >> \"$RAN\"; sleep 20", expecting: 1
            )
            try await run("--", "sh", "-c", "echo plain >> \"$RAN\"", expecting: 0)
            #expect(try fixture.ran().isEmpty)
        }
    }

    @Test("waiting jobs of a queue continue, and a retry gives one more attempt")
    func continuesAndRetries() async throws {
        try await withTestDirectory { parent in
            let fixture = try LedgerFixture("ledger-1", in: parent)
            let retried = try await fixture.run(["retry", "-d", fixture.directory, "3"])
            #expect(retried.status == 0, "\(retried.stdout)\(retried.stderr)")
            let sweep = try await fixture.run(["run", "-d", fixture.directory, "--no-progress", "--queue", "sweep"])
            #expect(sweep.status == 1, "\(sweep.stderr)")
            #expect(try fixture.ran() == ["sweep 1992"])
            // The commands sleep for a long time: each is cancelled as soon as it runs.
            let open = try Running(
                Executable.path, ["run", "-d", fixture.directory, "--no-progress", "--queue", "open", "-j", "3"],
                in: "/",
                environment: ["RAN": fixture.marks])
            try await waitUntil("three jobs run") { try fixture.ran().count == 4 }
            open.send(SIGINT)
            #expect(try await open.finished().status == 130)
            #expect(try fixture.ran() == ["open 2", "open 3", "open 4", "sweep 1992"])
        }
    }

    @Test("cluster tasks that a killed queue had submitted run once", .enabled(if: FakeCluster.isThere))
    func array() async throws {
        try await withTestDirectory { parent in
            let fixture = try LedgerFixture("ledger-1", in: parent)
            let cluster = try FakeCluster(in: parent)
            let run = try await fixture.run(
                [
                    "run", "-d", fixture.directory, "--no-progress", "--executor", "slurm", "--queue", "array",
                    "--poll", "1s",
                ], environment: cluster.environment)
            #expect(run.status == 0, "\(run.stderr)")
            #expect(try fixture.ran() == ["array 1", "array 2", "array 3"])
        }
    }
}
