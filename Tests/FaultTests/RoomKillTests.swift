import Foundation
import JobmonTestSupport
import Testing

/// The totals of a host when queue, supervisor and monitor are killed: never more at once than there is.
@Suite(.serialized)  // Each of these needs the machine for itself.
struct RoomKillTests {
    /// Holds as many locks as it has slots, of as many as there are in all. If it can't have them, more run than may. A
    /// lock goes with all processes of the job.
    private static let job = #"""
        #!/bin/bash
        # DIRECTORY TOTAL AMOUNT SECONDS
        had=0
        for try in 1 2 3 4 5; do
            for number in $(seq "$2"); do
                [ "$had" -lt "$3" ] || break 2
                exec {lock}>"$1/locks/$number"
                if flock -n "$lock"; then had=$((had + 1)); else exec {lock}>&-; fi
            done
            sleep 0.02
        done
        [ "$had" = "$3" ] || echo "$had of $3" >>"$1/too-many"
        sleep "$4"
        """#

    enum Victim: CaseIterable { case queue, supervisor, both }

    @Test("never more slots at once than the total, whoever is killed", .timeLimit(.minutes(15)))
    func totals() async throws {
        let environment = ProcessInfo.processInfo.environment
        let rounds = Int(environment["JOBMON_TEST_KILL_ROUNDS"] ?? "") ?? 3
        let seed = UInt64(environment["JOBMON_TEST_SEED"] ?? "") ?? UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let (jobs, total) = (60, 6)
        try await withTestDirectory { directory in
            try FileManager.default.createDirectory(
                atPath: "\(directory)/locks", withIntermediateDirectories: true)
            try Self.job.write(toFile: "\(directory)/job.sh", atomically: true, encoding: .utf8)
            let lines = (0..<jobs).map { number in
                let amount = Int.random(in: 1...4, using: &random)
                let seconds = String(format: "%.2f", Double.random(in: 0.1...0.8, using: &random))
                let words = ["bash", "\(directory)/job.sh", directory, "\(total)", "\(amount)", seconds]
                let command = words.map { "\"\($0)\"" }.joined(separator: ",")
                return "{\"name\":\"j\(number)\",\"slots\":\(amount),\"command\":[\(command)]}"
            }
            try lines.joined(separator: "\n").write(
                toFile: "\(directory)/jobs.jsonl", atomically: true, encoding: .utf8)
            let mon = "\(directory)/mon"
            let arguments = [
                "run", "-d", mon, "-f", "\(directory)/jobs.jsonl", "-j", "\(total)", "--no-logs", "--no-progress",
                "--retries", "5",
            ]
            var queue = try Running(Executable.path, arguments, stdin: "")
            let victims = (0..<rounds).flatMap { _ in Victim.allCases }.shuffled(using: &random)
            for victim in victims {
                try await pauses(Double.random(in: 0.1...1.0, using: &random))
                if victim != .queue, let pid = try await QueueKillTests.supervisor(of: mon) { kill(pid, SIGKILL) }
                guard victim != .supervisor, queue.isRunning else { continue }
                try await queue.killed()
                queue = try Running(Executable.path, arguments, stdin: "")
            }
            let finished = try await queue.finished()
            #expect(finished.status == 0, "seed \(seed): \(finished.stderr.suffix(2000))")
            let tooMany = try? String(contentsOfFile: "\(directory)/too-many", encoding: .utf8)
            #expect(tooMany == nil, "seed \(seed): jobs that could not have their slots")
            let listed = try await Executable.run(
                ["query", "-d", mon, "--json", "select count(*) as n from job where status = 4"])
            #expect(listed.stdout.contains("\(jobs)"), "seed \(seed): \(listed.stdout)")
        }
    }
}
