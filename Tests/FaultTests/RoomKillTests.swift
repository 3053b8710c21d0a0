import Foundation
import JobmonTestSupport
import Testing

/// The totals of a host and chains of jobs when queue, supervisor and monitor are killed: never more at once than there is,
/// no job before those that it waits for, each job once.
@Suite(.serialized)  // Each of these needs the machine for itself.
struct RoomKillTests {
    /// Holds as many locks as it has slots, of as many as there are in all. If it can't have them, more run than may. A
    /// lock goes with all processes of the job.
    private static let job = #"""
        #!/bin/bash
        # DIRECTORY TOTAL AMOUNT SECONDS NUMBER UPSTREAM
        if [ -n "$6" ] && [ ! -e "$1/done/$6" ]; then echo "$5 before $6" >>"$1/too-early"; fi
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
        touch "$1/done/$5"
        """#

    enum Victim: CaseIterable { case queue, supervisor, both, monitor }

    @Test(
        "never more slots at once than the total, and no job before its upstream, whoever is killed",
        .timeLimit(.minutes(15)))
    func totalsAndChains() async throws {
        let environment = ProcessInfo.processInfo.environment
        let rounds = Int(environment["JOBMON_TEST_KILL_ROUNDS"] ?? "") ?? 3
        let seed = UInt64(environment["JOBMON_TEST_SEED"] ?? "") ?? UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let (jobs, total) = (60, 6)
        try await withTestDirectory { directory in
            for folder in ["locks", "done"] {
                try FileManager.default.createDirectory(
                    atPath: "\(directory)/\(folder)", withIntermediateDirectories: true)
            }
            try Self.job.write(toFile: "\(directory)/job.sh", atomically: true, encoding: .utf8)
            let lines = (0..<jobs).map { number in
                let amount = Int.random(in: 1...4, using: &random)
                let seconds = String(format: "%.2f", Double.random(in: 0.1...0.8, using: &random))
                // Chains of four.
                let upstream = number.isMultiple(of: 4) ? "" : "\(number - 1)"
                let words = [
                    "bash", "\(directory)/job.sh", directory, "\(total)", "\(amount)", seconds, "\(number)", upstream,
                ]
                let command = words.map { "\"\($0)\"" }.joined(separator: ",")
                let after = upstream.isEmpty ? "" : "\"after\":\"j\(upstream)\","
                return "{\"name\":\"j\(number)\",\"slots\":\(amount),\(after)\"command\":[\(command)]}"
            }
            try lines.joined(separator: "\n").write(
                toFile: "\(directory)/jobs.jsonl", atomically: true, encoding: .utf8)
            let mon = "\(directory)/mon"
            let arguments = [
                "run", "-d", mon, "-f", "\(directory)/jobs.jsonl", "-j", "\(total)", "--no-logs", "--no-progress",
                "--retries", "5",
            ]
            // Nil while the queue itself is the monitor: if both are started at the same time, either may become it.
            var monitor: Running? = try await MonitorProcess.start(mon)
            var queue = try Running(Executable.path, arguments, stdin: "")
            let victims = (0..<rounds).flatMap { _ in Victim.allCases }.shuffled(using: &random)
            for victim in victims {
                try await pauses(Double.random(in: 0.1...1.0, using: &random))
                if victim == .supervisor || victim == .both, let pid = try await QueueKillTests.supervisor(of: mon) {
                    kill(pid, SIGKILL)
                }
                if victim == .monitor, let killed = monitor {
                    try await killed.killed()
                    do {
                        monitor = try await MonitorProcess.start(mon)
                    } catch is MonitorProcess.DidNotStart {
                        monitor = nil
                    }
                }
                guard victim == .queue || victim == .both, queue.isRunning else { continue }
                try await queue.killed()
                if monitor?.isRunning != true { monitor = nil }
                queue = try Running(Executable.path, arguments, stdin: "")
            }
            let finished = try await queue.finished()
            #expect(finished.status == 0, "seed \(seed): \(finished.stderr.suffix(2000))")
            let tooMany = try? String(contentsOfFile: "\(directory)/too-many", encoding: .utf8)
            #expect(tooMany == nil, "seed \(seed): jobs that could not have their slots")
            let tooEarly = try? String(contentsOfFile: "\(directory)/too-early", encoding: .utf8)
            #expect(tooEarly == nil, "seed \(seed): jobs that ran before their upstream")
            let listed = try await Executable.run(
                ["query", "-d", mon, "--json", "select count(*) as n from job where status = 4"])
            #expect(listed.stdout.contains("\(jobs)"), "seed \(seed): \(listed.stdout)")
            let once = try await Executable.run(
                [
                    "query", "-d", mon, "--json",
                    "select count(*) as n from (select jid from job_instance where status = 4 group by jid having count(*) = 1)",
                ])
            #expect(once.stdout.contains("\(jobs)"), "seed \(seed): \(once.stdout)")
            try await monitor?.killed()
        }
    }
}
