import Foundation
import JobmonTestSupport
import Testing

/// P2, P3, P5 and P7 under fire: a queue of real commands, whose monitor, queue and supervisor are killed again and
/// again, one at a time and two at once.
@Suite(.serialized)  // Each of these wants the machine for itself.
struct QueueKillTests {
    /// A command that leaves a mark of its own, and checks itself that no other instance of its job is alive.
    static let job = #"""
        #!/bin/bash
        exec 9>"$1/locks/$2"
        flock -n 9 || echo "$2 $JOBMON_INSTANCE" >>"$1/alive-twice"
        echo "$JOBMON_INSTANCE" >>"$1/marks/$2"
        sleep "$3"
        """#

    enum Victim: CaseIterable { case monitor, queue, supervisor }

    @Test(
        "jobs outlive rounds of kill -9 of monitor, queue and supervisor",
        .enabled(if: SQLiteCommand.isThere), .timeLimit(.minutes(15)))
    func jobsOutliveEveryKill() async throws {
        let environment = ProcessInfo.processInfo.environment
        let jobs = Int(environment["JOBMON_TEST_KILL_JOBS"] ?? "") ?? 200
        let rounds = Int(environment["JOBMON_TEST_KILL_ROUNDS"] ?? "") ?? 3
        let seed = UInt64(environment["JOBMON_TEST_SEED"] ?? "") ?? UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        try await withTestDirectory { directory in
            let ledger = "\(directory)/mon/job_monitor.sqlite"
            for folder in ["locks", "marks"] {
                try FileManager.default.createDirectory(
                    atPath: "\(directory)/\(folder)", withIntermediateDirectories: true)
            }
            try Self.job.write(toFile: "\(directory)/job.sh", atomically: true, encoding: .utf8)
            let lines = (0..<jobs).map { number in
                let seconds = Double.random(in: 0...0.5, using: &random)
                return "bash \(directory)/job.sh \(directory) \(number) \(String(format: "%.3f", seconds))"
            }
            try lines.joined(separator: "\n").write(toFile: "\(directory)/jobs.txt", atomically: true, encoding: .utf8)

            var monitor = try await MonitorProcess.start("\(directory)/mon")
            func startQueue() throws -> Running {
                try Running(
                    Executable.path,
                    [
                        "run", "-d", "\(directory)/mon", "-f", "\(directory)/jobs.txt", "-j", "8", "--no-logs",
                        "--no-progress",
                    ],
                    stdin: "")
            }
            var queue = try startQueue()
            // Each victim alone, and two of them at once, each `rounds` times in a random order.
            var targets: [[Victim]] = []
            for _ in 0..<rounds {
                targets += Victim.allCases.map { [$0] }
                targets.append(Array(Victim.allCases.shuffled(using: &random).prefix(2)))
            }
            targets.shuffle(using: &random)
            var supervisorKills = 0
            for victims in targets {
                try await pauses(Double.random(in: 0.05...0.8, using: &random))
                guard queue.isRunning else { break }
                if victims.contains(.supervisor), let pid = Self.supervisor(of: "\(directory)/mon") {
                    kill(pid, SIGKILL)
                    supervisorKills += 1
                }
                if victims.contains(.monitor) { try await monitor.killed() }
                if victims.contains(.queue) {
                    try await queue.killed()
                    queue = try startQueue()
                }
                if victims.contains(.monitor) { monitor = try await MonitorProcess.start("\(directory)/mon") }
            }
            #expect(supervisorKills > 0, "seed \(seed): the supervisor was never found")
            let finished = try await queue.finished()
            #expect(finished.status == 0, "seed \(seed): \(finished.stderr.suffix(2000))")

            let unfinished = try await SQLiteCommand.number(ledger, "select count(*) from job where status <> 4")
            #expect(unfinished == 0, "seed \(seed)")
            #expect(try await SQLiteCommand.number(ledger, "select count(*) from job") == jobs, "seed \(seed)")
            let complete = try await SQLiteCommand.number(
                ledger,
                "select count(*) from (select jid from job_instance where status = 4 group by jid having count(*) = 1)")
            #expect(complete == jobs, "seed \(seed): every job has exactly one COMPLETE instance")
            #expect(
                !FileManager.default.fileExists(atPath: "\(directory)/alive-twice"),
                "seed \(seed): \((try? String(contentsOfFile: "\(directory)/alive-twice", encoding: .utf8)) ?? "")")

            let rows = try await SQLiteCommand.rows(
                ledger,
                """
                select j.args, j.runfile, count(*), sum(i.cause is 'lost') from job j join job_instance i using (jid)
                group by jid
                """)
            for row in rows {
                let words = row[1].split(separator: " ")
                guard words.count > 3, let instances = Int(row[2]), let lost = Int(row[3]) else {
                    Issue.record("an unexpected row \(row)")
                    continue
                }
                let number = words[3]
                let marks = try String(contentsOfFile: "\(directory)/marks/\(number)", encoding: .utf8)
                    .split(separator: "\n").count
                if lost == 0 {
                    #expect(marks == 1, "job \(number) was never lost and has \(marks) marks, seed \(seed)")
                } else {
                    #expect(
                        (1...instances).contains(marks),
                        "job \(number): \(marks) marks, \(instances) instances, seed \(seed)")
                }
            }
            print("kills: \(targets.count) rounds, \(supervisorKills) of the supervisor; seed \(seed)")
            try await monitor.killed()
        }
    }

    /// The pid of the supervisor of a directory, from /proc: the one process that was started as such for it.
    static func supervisor(of directory: String) -> Int32? {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.lazy.compactMap(Int32.init).first { pid in
            guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            return words.count > 1 && words[1] == "__supervisor" && words.contains(directory)
        }
    }
}
