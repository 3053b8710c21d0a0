import Foundation
import JobmonTestSupport
import Testing

/// `jobmon vacuum`, and events as they were sent.
@Suite(.timeLimit(.minutes(20)))
struct VacuumTests {
    @Test("events are printed as they were sent, and stay the same when the ledger is made smaller")
    func sentAndVacuum() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            // The run takes in what this leaves in the spool.
            #expect(try await Executable.run(["exec", "-d", mon, "--", "/bin/true"]).status == 0)
            let run = try await Executable.run([
                "run", "-d", mon, "--each", "i=1..5", "--no-progress", "--", "sh", "-c", "exit $(({i} % 2))",
            ])
            #expect(run.status == 1, "\(run.stderr)")
            let changes = try await Executable.run(["events", "-d", mon, "--no-follow"])
            let sent = try await Executable.run(["events", "-d", mon, "--sent"])
            #expect(changes.status == 0 && sent.status == 0, "\(changes.stderr)\(sent.stderr)")
            let events = try sent.stdout.split(separator: "\n").map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
            let kinds = events.compactMap { $0["kind"] as? String }
            #expect(kinds.count == events.count && kinds.filter { $0 == "job" }.count == 5)
            #expect(kinds.filter { $0 == "complete" }.count == 3 && kinds.filter { $0 == "failed" }.count == 3)
            #expect(events.allSatisfy { $0["sender"] is String && $0["seq"] is Int && $0["time"] is String })

            let vacuum = try await Executable.run(["vacuum", "-d", mon])
            #expect(vacuum.status == 0 && vacuum.stdout.contains("0 events stored without text"), "\(vacuum)")
            #expect(try await Executable.run(["events", "-d", mon, "--no-follow"]).stdout == changes.stdout)
            #expect(try await Executable.run(["events", "-d", mon, "--sent"]).stdout == sent.stdout)
        }
    }

    @Test("while a monitor serves the directory, its ledger is not made smaller")
    func besideAMonitor() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            #expect(try await Executable.run(["monitor", mon, "--detach"]).status == 0)
            let refused = try await Executable.run(["vacuum", "-d", mon])
            #expect(refused.status == 4 && refused.stderr.contains("is served by process"), "\(refused)")
            #expect(try await Executable.run(["stop", "-d", mon]).status == 0)
            #expect(try await Executable.run(["vacuum", "-d", mon]).status == 0)
        }
    }
}
